// A load that goes on by the clock, whether or not earlier calls have been answered.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge, openConnections, type Shot, WrongAnswerError } from './load.ts';

export interface Offered {
  /** Calls that were answered as they had to be. */
  readonly answered: number;
  /** Calls that were due by the clock and never sent, because all connections were busy too long. */
  readonly skipped: number;
  readonly seconds: number;
  /** From when a call was due to the last byte of its answer. */
  readonly p50Millis: number;
  readonly p99Millis: number;
}

export interface OpenLoad {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** Makes the next call when it is sent, because its signature holds the time. */
  next(): Shot;
}

const TICK_MS = 5;
/** Calls that may wait for a connection, in seconds of the load; more are skipped, so that memory stays flat. */
const MAX_BEHIND_SECONDS = 2;
const EMPTY = Buffer.alloc(0);

/** @throws {WrongAnswerError} at the first answer that is not what its call expects */
export async function offer(load: OpenLoad): Promise<Offered> {
  const { perSecond, seconds, next } = load;
  const sockets = await openConnections(load.port, load.connections);
  const idle = [...sockets];
  const total = Math.round(perSecond * seconds);
  const millis = new Float64Array(total);
  const due: number[] = [];
  let [made, answered, skipped] = [0, 0, 0];
  let failure: Error | undefined;

  const send = (socket: Socket, dueAt: number): void => {
    const shot = next();
    let received: Buffer = EMPTY;
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const problem = judge(received, shot.expected);
      if (problem === 'incomplete') return;
      socket.off('data', onData);
      if (problem === null) millis[answered++] = performance.now() - dueAt;
      else failure ??= new WrongAnswerError(`${problem}: ${received.toString('utf8', 0, 2000)}`);
      const waiting = due.shift();
      if (waiting === undefined) idle.push(socket);
      else send(socket, waiting);
    };
    socket.on('data', onData).write(shot.request);
  };
  for (const socket of sockets) {
    const lose = (): void => {
      if (answered + skipped < total) failure ??= new WrongAnswerError('a connection was closed');
    };
    socket.on('error', lose).on('close', lose);
  }

  const started = performance.now();
  while (answered + skipped < total && !failure) {
    const now = performance.now();
    const wanted = Math.min(total, Math.floor(((now - started) / 1000) * perSecond));
    for (; made < wanted; made++) {
      const socket = idle.pop();
      if (socket) send(socket, now);
      else if (due.length < perSecond * MAX_BEHIND_SECONDS) due.push(now);
      else skipped++;
    }
    await sleep(TICK_MS);
  }
  const took = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  if (failure) throw failure;
  const sorted = millis.subarray(0, answered).sort();
  return {
    ...{ answered, skipped, seconds: took },
    p50Millis: sorted[Math.floor(answered * 0.5)] ?? 0,
    p99Millis: sorted[Math.floor(answered * 0.99)] ?? 0,
  };
}
