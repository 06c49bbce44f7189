// Measures what a body costs in CPU beside a plain body of the same length, and fails a test above the bound.
import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Ordergate } from '../src/main.ts';
import { answer, type PipelineServices } from '../src/protocol/pipeline.ts';
import type { GatewayReply, GatewayRequest } from '../src/protocol/platform.ts';
import { RequestSampler } from '../src/protocol/request-sampler.ts';

/** How many times the CPU of a plain body of the same length a body may cost. */
export const MAX_RATIO = 10;

/** One call; what is left out is the same for all calls. */
export type Sent = Partial<Pick<GatewayRequest, 'path' | 'params' | 'query' | 'headers'>> & {
  readonly body: Buffer;
};

export interface Measured {
  /** CPU of the bad body over CPU of the plain one, both a KiB. */
  readonly ratio: number;
  /** Microseconds of CPU for each KiB of body, the median of all rounds. */
  readonly bad: number;
  readonly plain: number;
}

/**
 * The real pipeline of a server in this process, without HTTP: HTTP costs the same for both bodies and
 * would hide the difference. Replies and log entries are made as for any call; a fault fails the test.
 */
export function pipelineOf(
  server: Ordergate,
  platformName: string,
): (sent: Sent) => Promise<GatewayReply> {
  const platform = server.platforms.find(({ name }) => name === platformName);
  if (!platform) throw new Error(`no platform ${platformName}`);
  const { ledger, tokens, limits, requests } = server.storage;
  const { parties, catalog, clock } = server;
  const services: PipelineServices = {
    ...{ ledger, tokens, limits, requests, parties, catalog, clock },
    environment: 'sandbox',
    sampler: new RequestSampler(),
    isSecret: (word) => parties.isSecret(word),
    onFault(error) {
      throw error;
    },
    onAnswer() {},
  };
  let id = 0;
  return (sent) => {
    const base = { path: '', params: {}, query: '', headers: {}, address: '127.0.0.1' };
    return answer(platform, { ...base, ...sent, method: 'POST', id: ++id }, services);
  };
}

/** A sample takes at least this much CPU, so that the resolution of the clock does not matter. */
const SAMPLE_MICROS = 2500;
const ROUNDS = 5;

/**
 * The two bodies take turns, so that what else the machine does meets both alike; medians leave a
 * collection of garbage out. CPU of this process counts, never the time that has gone by.
 *
 * @param run what is measured, such as {@link pipelineOf}; it is called some hundred times
 */
export async function measureCpu<T extends { readonly body: Uint8Array }>(
  run: (sent: T) => unknown,
  bad: T,
  plain: T,
): Promise<Measured> {
  const cost = async (sent: T, times: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) await run(sent);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / times;
  };
  let times = 1;
  // Also what warms the code up.
  while ((await cost(plain, times)) * times < SAMPLE_MICROS) times *= 2;
  const bads: number[] = [];
  const plains: number[] = [];
  // A body far above the bound does not have to be sent as often to be found out.
  const timesBad = Math.max(1, Math.min(times, Math.ceil(50_000 / (await cost(bad, 1)))));
  for (let round = 0; round < ROUNDS; round++) {
    plains.push(await cost(plain, times));
    bads.push(await cost(bad, timesBad));
  }
  const perKiB = (all: number[], { body }: T): number =>
    all.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! / (body.length / 1024);
  const measured = { bad: perKiB(bads, bad), plain: perKiB(plains, plain) };
  return { ...measured, ratio: measured.bad / measured.plain };
}

/** One bad body, and the plain one that it is measured against. */
export interface CpuCase<T> {
  readonly name: string;
  readonly bad: T;
  readonly plain: T;
}

/**
 * One test a case. A case above the bound is measured once more: on a busy machine a single
 * measurement may be wrong, and a body that really costs too much does so each time.
 */
export function cpuTests<T extends { readonly body: Uint8Array }>(
  title: string,
  run: (sent: T) => unknown,
  cases: readonly CpuCase<T>[],
): void {
  for (const { name, bad, plain } of cases) {
    test(`${title}: ${name}`, async (context) => {
      let measured = await measureCpu(run, bad, plain);
      if (measured.ratio > MAX_RATIO) measured = await measureCpu(run, bad, plain);
      const { ratio } = measured;
      const told = `${ratio.toFixed(1)} times a plain body of ${plain.body.length} bytes (${measured.bad.toFixed(1)} µs and ${measured.plain.toFixed(1)} µs of CPU a KiB)`;
      context.diagnostic(told);
      ok(ratio <= MAX_RATIO, `${told}; the bound is ${MAX_RATIO}`);
    });
  }
}
