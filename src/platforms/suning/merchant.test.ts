// vendorCode is a text of eight digits for every merchant: the sandbox's, and those from before without one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, newCode } from '../../../test/suning-oauth.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { findOldRules } from '../../protocol/old-rules.ts';

const server = await startTestServer({ clock: new TestClock() });

test('any name of the sandbox has one of its own, always the same', async () => {
  const codes = [];
  for (const name of ['a', 'b', '农夫山泉', 'a']) {
    const { vendorCode } = await exchange(server, await newCode(server, {}, name));
    assert.match(vendorCode!, /^\d{8}$/);
    codes.push(vendorCode);
  }
  assert.equal(new Set(codes).size, 3);
});

test('merchants from before without one are listed with what to do, and get a number all the same', async () => {
  for (const [key, vendorCode] of [
    ['old1', ''],
    ['old2', 'V-1'],
    ['new1', '10042869'],
  ] as const) {
    const document = { passwordDigest: 'x', custnum: '1', vendorCode };
    await server.catalog.save({ platform: 'suning', kind: 'merchant', key, document }, 'create');
  }
  const { platforms, parties, catalog } = server;
  const sources = { platforms, parties, catalog, endpoints: [], endpoint: () => [], now: 0 };
  const found = [...findOldRules(sources)].filter(({ field }) => field === 'vendorCode');
  assert.deepEqual(
    found.map(({ id }) => id),
    ['merchant/old1', 'merchant/old2'],
  );
  assert.ok(
    found.every(({ remedy }) => remedy.includes('PUT /manage/v1/catalog/suning/merchant/')),
  );
  const tokens = await exchange(server, await newCode(server, {}, 'old1'));
  assert.equal(tokens.vendorCode, '00000000');
});
