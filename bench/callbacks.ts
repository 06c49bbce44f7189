// `npm run bench -- --callbacks`: how fast due callbacks go out and in how much memory, and what they take from the gateway; with `--postgres` on PostgreSQL.
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
import { POSTGRES_TOKEN, withDatabase } from './postgres-database.ts';
import { type Bound, print, printBounds, printTable, writeResults } from './report.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

/** Callbacks that go out beside the reads: the pace that the bound names, kept by the receiver. */
const PER_SECOND = 1000;
const SMALL = 10_000;
const LARGE = 40_000;
const SAMPLE_MS = 50;
/** Connections that change orders. */
const CHANGING = 32;
/** So that times set the changes before apart from those behind. */
const GAP_MS = 20;
const MEGABYTE = 1e6;

interface Drain {
  readonly callbacks: number;
  readonly perSecond: number;
  /** Resident memory as it began, and the most while it went on. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
}

export function measureCallbacks(options: BenchOptions): Promise<void> {
  if (!options.postgres) return measureOn(options, {});
  return withDatabase((settings) => measureOn(options, settings));
}

/** @param settings of the engine; none for SQLite */
async function measureOn(
  options: BenchOptions,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const { entry, secret, rounds, orders, reads, warmReads } = options;
  const data = temporaryDirectory();
  print(`seeding ${orders.toLocaleString('en')} orders`);
  await seedOrdergate(entry, data, orders, secret, 'jintong', settings);
  const receiver = await RunningServer.start(['bench/receiver.ts']);
  const server = await RunningServer.start(
    ordergateCommand(entry, 'serve', '--data', data, '--port', '0'),
    { ...settings, ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' },
  );
  const token = options.postgres
    ? POSTGRES_TOKEN
    : readFileSync(join(data, 'admin.token'), 'utf8').trim();
  const bench = new CallbackBench(server, receiver, token, secret);

  const path = GATEWAY_PATH;
  const random = repeatableRandom(1);
  const shots = (count: number) =>
    shotsAt(path, 'read', randomIndexes(random, orders, count), secret);
  print('warming up');
  await measureBusy(server, options.connections, shots(warmReads));
  print(`${LARGE.toLocaleString('en')} changes, each of which is posted`);
  await bench.prepare();
  const drains: Drain[] = [];
  for (const count of [SMALL, SMALL, SMALL, LARGE]) drains.push(await bench.drain(count));

  const without: Measurement[] = [];
  const beside: Measurement[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'one round to warm up' : `round ${round} of ${rounds}`);
    for (const isBeside of round % 2 === 0 ? [false, true] : [true, false]) {
      const end = isBeside ? await bench.beginPaced() : null;
      const measured = await measureBusy(server, options.connections, shots(reads));
      const rate = end ? await end() : 0;
      if (round === 0) continue;
      (isBeside ? beside : without).push(measured);
      if (isBeside) rates.push(rate);
    }
  }
  await Promise.all([server.stop(), receiver.stop()]);

  printTable('signed reads', { alone: without, 'beside callbacks': beside });
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
  #endpointId = '';
  /** Between the first two stand the small number of callbacks, between the first and last all. */
  readonly #times: string[] = [];

  constructor(server: RunningServer, receiver: RunningServer, token: string, secret: string) {
    this.#server = server;
    this.#receiver = receiver;
    this.#secret = secret;
    this.#token = token;
  }

  /** Changes orders, each once, and waits until every change has been posted. */
  async prepare(): Promise<void> {
    const url = `http://127.0.0.1:${this.#receiver.port}/`;
    const body = { platform: 'jintong', party: PARTY, url };
    this.#endpointId = String(
      (await this.#manage('POST', '/callbacks/endpoints', body)).endpointId,
    );
    const sockets = await openConnections(this.#server.port, CHANGING);
    const mark = () => this.#times.push(new Date().toISOString());
    mark();
    for (const [from, to] of [
      [0, SMALL],
      [SMALL, LARGE],
    ] as const) {
      const indexes = Array.from({ length: to - from }, (_, i) => from + i);
      await fire(sockets, shotsAt(GATEWAY_PATH, 'write', indexes, this.#secret));
      await this.#until(to);
      await sleep(GAP_MS);
      mark();
    }
    for (const socket of sockets) socket.destroy();
  }

  /** Makes so many callbacks due at once, and waits until they have arrived. */
  async drain(count: number): Promise<Drain> {
    await this.#makeDue(count);
    const beforeBytes = this.#server.residentBytes();
    let peakBytes = beforeBytes;
    const sampler = setInterval(() => {
      peakBytes = Math.max(peakBytes, this.#server.residentBytes());
    }, SAMPLE_MS);
    const before = await this.#count();
    const began = performance.now();
    await this.#switch(true);
    await this.#until(before + count);
    const seconds = (performance.now() - began) / 1000;
    clearInterval(sampler);
    return { callbacks: count, perSecond: count / seconds, beforeBytes, peakBytes };
  }

  /** Lets callbacks go out at a steady pace; what it resolves to ends that, and tells how many went out a second. */
  async beginPaced(): Promise<() => Promise<number>> {
    await this.#makeDue(LARGE);
    const first = await this.#count(PER_SECOND);
    await this.#switch(true);
    await this.#until(first + 1);
    const began = performance.now();
    const before = await this.#count();
    return async () => {
      const rate = ((await this.#count()) - before) / ((performance.now() - began) / 1000);
      await this.#count(0);
      await this.#until(first + LARGE);
      return rate;
    };
  }

  /** So many that were delivered are due again; none goes out until the endpoint is switched on. */
  async #makeDue(count: number): Promise<void> {
    await this.#untilWritten();
    await this.#switch(false);
    const [from, middle, to] = this.#times;
    const range = { endpointId: this.#endpointId, from, to: count === SMALL ? middle : to };
    const { replayed } = await this.#manage('POST', '/callbacks/replay', range);
    if (replayed !== count) throw new WrongAnswerError(`${replayed} of ${count} were made due`);
  }

  #switch(enabled: boolean): Promise<unknown> {
    return this.#manage('PATCH', `/callbacks/endpoints/${this.#endpointId}`, { enabled });
  }

  async #until(count: number): Promise<void> {
    for (let last = -1, stalled = 0; stalled < 1500; await sleep(10)) {
      const now = await this.#count();
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

  /** How many have arrived. @param pace how many are answered a second from now on; 0: as they come */
  async #count(pace?: number): Promise<number> {
    const query = pace === undefined ? '' : `?pace=${pace}`;
    const response = await fetch(`http://127.0.0.1:${this.#receiver.port}/${query}`);
    return ((await response.json()) as { count: number }).count;
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
