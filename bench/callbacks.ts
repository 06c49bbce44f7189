// `npm run bench -- --callbacks`: how fast due callbacks go out and in how much memory, and what they take from the gateway.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GATEWAY_PATH,
  PARTY,
  randomIndexes,
  repeatableRandom,
  shotsAt,
} from './jintong-requests.ts';
import { seedOrdergate } from './ledgers.ts';
import { fire, openConnections, type Shot, WrongAnswerError } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type Measurement, median, medians } from './phase.ts';
import { type Bound, print, printBounds, printTable, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

/** Changes, and with them callbacks, of the second part: the pace that its bound names. */
const PER_SECOND = 1000;
const SLICE_MS = 20;
/** Connections that change orders: enough for the pace while the server is busy. */
const CHANGING = 16;
const SAMPLE_MS = 50;
const MEGABYTE = 1e6;

interface Drain {
  readonly callbacks: number;
  readonly perSecond: number;
  /** Resident memory as it began, and the most while it went on. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
}

export async function measureCallbacks(options: BenchOptions): Promise<void> {
  const { entry, secret, rounds, orders, reads, warmReads } = options;
  const data = temporaryDirectory();
  print(`seeding ${orders.toLocaleString('en')} orders`);
  await seedOrdergate(entry, data, orders, secret);
  const receiver = await RunningServer.start(['bench/receiver.ts']);
  const server = await RunningServer.start(
    ordergateCommand(entry, 'serve', '--data', data, '--port', '0'),
    { ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' },
  );
  const bench = new CallbackBench(server, receiver, data, secret);

  const path = GATEWAY_PATH;
  const random = repeatableRandom(1);
  const shots = (count: number) =>
    shotsAt(path, 'read', randomIndexes(random, orders, count), secret);
  print('warming up');
  await measureBusy(server, options.connections, shots(warmReads));
  const without: Measurement[] = [];
  const beside: Measurement[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'one round to warm up' : `round ${round} of ${rounds}`);
    for (const callbacks of round % 2 === 0 ? [false, true] : [true, false]) {
      await bench.listen(callbacks);
      const { measured, rate, changes } = await bench.readBesideChanges(
        options.connections,
        shots(reads),
      );
      print(`  ${Math.round(changes)} changes/s, ${Math.round(rate)} callbacks/s`);
      if (round === 0) continue;
      (callbacks ? beside : without).push(measured);
      if (callbacks) rates.push(rate);
    }
  }
  await bench.listen(true);
  const drains: Drain[] = [];
  for (const count of [10_000, 10_000, 10_000, 40_000]) drains.push(await bench.drain(count));
  await Promise.all([server.stop(), receiver.stop()]);

  printTable(`reads beside ${PER_SECOND} changes/s`, {
    'nobody listens': without,
    'each is posted': beside,
  });
  print('');
  for (const { callbacks, perSecond, beforeBytes, peakBytes } of drains) {
    print(
      `drained ${callbacks.toLocaleString('en')} at ${Math.round(perSecond).toLocaleString('en')}/s; ` +
        `memory ${Math.round(beforeBytes / MEGABYTE)} MB, at most ${Math.round(peakBytes / MEGABYTE)} MB`,
    );
  }
  print('');
  const kept = medians(beside).requestsPerSecond / medians(without).requestsPerSecond;
  const small = median(drains.slice(0, 3).map(({ peakBytes }) => peakBytes));
  const bounds: Bound[] = [
    atLeast(
      '10,000 due callbacks, the slowest of three',
      Math.min(...drains.slice(0, 3).map((d) => d.perSecond)),
      1000,
      '/s',
    ),
    {
      ...atLeast('memory at 40,000 in that at 10,000', drains[3]!.peakBytes / small, 1.3, 'x'),
      relation: 'at most',
    },
    atLeast('callbacks that went out beside the reads', median(rates), PER_SECOND * 0.95, '/s'),
    atLeast('throughput that the gateway keeps beside them', kept, 0.7, 'x'),
  ];
  printBounds(bounds);
  writeResults(
    options.out,
    { orders, rounds, reads, drains, rates, figures: { without, beside } },
    bounds,
  );
}

class CallbackBench {
  readonly #server: RunningServer;
  readonly #receiver: RunningServer;
  readonly #token: string;
  readonly #secret: string;
  #endpointId: string | undefined;
  #nextOrder = 0;

  constructor(server: RunningServer, receiver: RunningServer, data: string, secret: string) {
    this.#server = server;
    this.#receiver = receiver;
    this.#secret = secret;
    this.#token = readFileSync(join(data, 'admin.token'), 'utf8').trim();
  }

  /** Whether changes of the party are posted from now on. */
  async listen(enabled: boolean): Promise<void> {
    if (this.#endpointId !== undefined) {
      await this.#manage('PATCH', `/callbacks/endpoints/${this.#endpointId}`, { enabled });
      return;
    }
    if (!enabled) return;
    const url = `http://127.0.0.1:${this.#receiver.port}/`;
    const body = { platform: 'jintong', party: PARTY, url };
    const made = await this.#manage('POST', '/callbacks/endpoints', body);
    this.#endpointId = String(made.endpointId);
  }

  /** Reads as fast as they go, while orders change at a steady pace. */
  async readBesideChanges(
    connections: number,
    shots: readonly Shot[],
  ): Promise<{ measured: Measurement; rate: number; changes: number }> {
    const sockets = await openConnections(this.#server.port, CHANGING);
    let isOver = false;
    const before = (await this.#counts()).count;
    const began = performance.now();
    let sent = 0;
    const pace = (async () => {
      while (!isOver) {
        const due = Math.floor(((performance.now() - began) / 1000) * PER_SECOND);
        await fire(sockets, this.#hastens(due - sent));
        sent = due;
        await sleep(SLICE_MS);
      }
    })();
    const measured = await measureBusy(this.#server, connections, shots);
    isOver = true;
    await pace;
    const seconds = (performance.now() - began) / 1000;
    const rate = ((await this.#counts()).count - before) / seconds;
    for (const socket of sockets) socket.destroy();
    return { measured, rate, changes: sent / seconds };
  }

  /** Makes so many callbacks due at once, and waits until they have arrived. */
  async drain(count: number): Promise<Drain> {
    const sockets = await openConnections(this.#server.port, 32);
    await this.listen(true);
    const from = new Date(Date.now() - 1).toISOString();
    const first = (await this.#counts()).count;
    await fire(sockets, this.#hastens(count));
    for (const socket of sockets) socket.destroy();
    await this.#until(first + count);
    await this.#untilWritten();
    const to = new Date(Date.now() + 1).toISOString();
    await this.listen(false);
    const again = { endpointId: this.#endpointId, from, to };
    const { replayed } = await this.#manage('POST', '/callbacks/replay', again);
    if (Number(replayed) < count)
      throw new WrongAnswerError(`${replayed} of ${count} were made due`);
    const beforeBytes = this.#server.residentBytes();
    let peakBytes = beforeBytes;
    const sampler = setInterval(() => {
      peakBytes = Math.max(peakBytes, this.#server.residentBytes());
    }, SAMPLE_MS);
    const { count: before } = await this.#counts();
    const began = performance.now();
    await this.listen(true);
    await this.#until(before + Number(replayed));
    const seconds = (performance.now() - began) / 1000;
    clearInterval(sampler);
    return {
      callbacks: Number(replayed),
      perSecond: Number(replayed) / seconds,
      beforeBytes,
      peakBytes,
    };
  }

  #hastens(count: number) {
    // Each of another order, since one may be hastened every ten minutes only.
    const indexes = Array.from({ length: count }, () => this.#nextOrder++);
    return shotsAt(GATEWAY_PATH, 'write', indexes, this.#secret);
  }

  async #until(count: number): Promise<void> {
    for (let last = -1, stalled = 0; stalled < 1500; await sleep(10)) {
      const now = (await this.#counts()).count;
      if (now >= count) return;
      stalled = now === last ? stalled + 1 : 0;
      last = now;
    }
    throw new WrongAnswerError(`callbacks stopped before ${count} had arrived`);
  }

  /** What has arrived is written down a moment later, and can be sent again only then. */
  async #untilWritten(): Promise<void> {
    for (;;) {
      const { items } = await this.#manage('GET', '/callbacks/deliveries?state=pending&limit=1');
      if ((items as unknown[]).length === 0) return;
      await sleep(20);
    }
  }

  async #counts(): Promise<{ count: number; ids: number }> {
    const response = await fetch(`http://127.0.0.1:${this.#receiver.port}/`);
    return response.json() as Promise<{ count: number; ids: number }>;
  }

  async #manage(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${this.#server.port}/manage/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new WrongAnswerError(`${method} ${path}: ${await response.text()}`);
    return response.json() as Promise<Record<string, unknown>>;
  }
}

/** As `measure`, of a server that is never idle: its CPU is that of everything it did meanwhile. */
async function measureBusy(
  server: RunningServer,
  connections: number,
  shots: readonly Shot[],
): Promise<Measurement> {
  const sockets = await openConnections(server.port, connections);
  const before = server.cpuMicros();
  const { seconds, millis } = await fire(sockets, shots);
  const cpuMicros = (server.cpuMicros() - before) / shots.length;
  for (const socket of sockets) socket.destroy();
  millis.sort();
  return {
    requestsPerSecond: shots.length / seconds,
    cpuMicros,
    p50Millis: millis[Math.floor(millis.length * 0.5)]!,
    p99Millis: millis[Math.floor(millis.length * 0.99)]!,
  };
}

function atLeast(what: string, value: number, limit: number, unit: string): Bound {
  return { what, value, unit, relation: 'at least', limit };
}
