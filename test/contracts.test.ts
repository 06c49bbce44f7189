// The platform suite over every entry of the registry: folder, documents, contract, codes, samples, redaction, client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import { testPlatform } from '../src/testing/index.ts';
import { CLIENTS } from './clients.ts';
import { startTestServer } from './support.ts';

/** Suning's reply says this of a success in `sn_head`, beside the code in `sn_body`. */
const ALSO_GIVEN: Readonly<Record<string, readonly string[]>> = {
  suning: ['biz.handler.data-get:success'],
};

test('the registry has our three platforms', () => {
  assert.deepEqual(
    platforms.map(({ name }) => name),
    ['jintong', 'suning', 'ytx'],
  );
});

for (const platform of platforms) {
  const { name } = platform;
  const folder = new URL(`../src/platforms/${name}/`, import.meta.url);
  testPlatform({
    platform,
    client: CLIENTS[name]!,
    folder,
    quotations: 11,
    alsoGiven: ALSO_GIVEN[name] ?? [],
    start: (one) => startTestServer({ platforms: [one] }),
  });
}
