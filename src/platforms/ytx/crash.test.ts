// Tests kill -9 during submissions: acknowledged orders exist, and a repeated customParm gets the
// same order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServerProcess } from '../../../test/server-process.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { ACCOUNT, APP, MOBILE, TOKENS } from '../../../test/ytx.ts';
import { createClient } from '../../client/client.ts';
import { ytx } from './client.ts';

test('customParm as idempotency key: 300 submissions, the server killed in their midst, all of them sent again', async () => {
  const data = temporaryDirectory();
  const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
  const submitTo = async (baseUrl: string, i: number): Promise<string> => {
    const client = createClient(ytx, { baseUrl, credentials, attempts: 1 });
    const order = { appid: APP, rechargeAccount: MOBILE, productCode: 'P1' };
    return (await client.call('productOrder', { ...order, customParm: `crash-${i}` })).requestId;
  };
  const first = await startServerProcess(data);
  const answered = new Map<number, string>();
  let killed: Promise<void> | undefined;
  const all = Array.from({ length: 300 }, (_, i) => i);
  const waiting = [...all];
  const send = async (): Promise<void> => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      answered.set(i, await submitTo(first.url, i));
      if (answered.size === 100) killed = first.kill();
    }
  };
  await Promise.allSettled(Array.from({ length: 16 }, send));
  await killed;
  assert.ok(answered.size >= 100 && answered.size < 300, `${answered.size} were answered`);

  const second = await startServerProcess(data);
  const again = await Promise.all(all.map((i) => submitTo(second.url, i)));
  for (const [i, requestId] of answered) assert.equal(again[i], requestId);
  assert.equal(new Set(again).size, 300);
  await second.kill();
});
