// Tests that real bytes through the real server reach every row of Suning's code tables; a row
// without a clause fails.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { testClauses } from '../../../test/clause-loop.ts';
import { APPS, call, HISTORY, history, shanghai } from '../../../test/suning.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { createClient } from '../../client/client.ts';
import { NetworkError } from '../../client/errors.ts';
import { MINUTE } from '../../core/clock.ts';
import { clauses } from './clauses.ts';
import { suning } from './client.ts';
import { CODES } from './codes.ts';
import { contract } from './contract.ts';
import { readTimeRange } from './time-range.ts';

await testClauses(contract, clauses);

const clock = new TestClock();
const server = await startTestServer({ clock });

const LIMITS = [
  ['twoPerSecond', 2, 'sys.controller.api-frequency:limit', 1000],
  ['threePerDay', 3, 'sys.controller.api-request:limit', 24 * 60 * MINUTE],
] as const;
for (const [app, allowed, code, window] of LIMITS) {
  test(`${CODES[code]}: a refused call is not counted, so that the next window has its full size`, async () => {
    const ask = async () => (await call(server, { ...history(), app })).code;
    for (let i = 0; i < allowed; i++) assert.equal(await ask(), 'success');
    for (let i = 0; i < 2; i++) assert.equal(await ask(), code);
    clock.advance(window);
    for (let i = 0; i < allowed; i++) assert.equal(await ask(), 'success');
    assert.equal(await ask(), code);
  });
}

test('访问限制: a call makes room when it ends, in whatever way', async () => {
  const refused = { ...history({ pageNo: 'x' }), app: 'oneAtOnce' } as const;
  assert.equal((await call(server, refused)).code, 'sys.check.pageno-format:error');
  assert.equal((await call(server, { ...history(), app: 'oneAtOnce' })).code, 'success');
});

const params = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' } as const;
async function networkError(baseUrl: string) {
  const credentials = { appKey: APPS.plain[0], appSecret: APPS.plain[1] };
  const client = createClient(suning, {
    baseUrl,
    credentials,
    now: () => clock.now(),
    attempts: 1,
  });
  const result = await client.try(HISTORY, params);
  assert.ok(!result.ok && result.error instanceof NetworkError);
  return result.error;
}

test('网络异常: a client reports it when it got no answer', async () => {
  const { documented } = await networkError('http://127.0.0.1:9');
  assert.equal(documented!.code, 'sys.error.network:failure');
});

test('响应失败 ?为状态码: a client reports it when the answer has another status', async () => {
  const proxy = createServer((_, response) => response.writeHead(502).end());
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const { documented, status } = await networkError(`http://127.0.0.1:${port}`);
  proxy.close();
  assert.equal(status, 502);
  assert.equal(documented!.code, 'sys.error.network-status:502');
  assert.match(documented!.remedy!.en, /./);
});

test('不存在开始时间(节点), 不存在结束时间(节点): the shared check refuses half of an optional range', () => {
  const { startTime, endTime } = params;
  assert.deepEqual(readTimeRange(undefined, undefined, {}), { range: null });
  for (const [start, end, code] of [
    [undefined, endTime, 'sys.check.miss-time:starttime'],
    [startTime, undefined, 'sys.check.miss-time:endtime'],
  ] as const) {
    const refusal = readTimeRange(start, end, {});
    assert.equal('refused' in refusal && refusal.refused, code);
  }
});

test('a request must state its time in Shanghai time', () => {
  assert.equal(shanghai(Date.parse('2026-01-02T03:04:05.678Z')), '2026-01-02 11:04:05');
});
