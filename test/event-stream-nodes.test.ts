// What one node did is told by the event stream of another node on the same database.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readEvents } from './event-reader.ts';
import { call, form, hasten } from './jintong.ts';
import { databaseOf, skip } from './postgres.ts';
import { ALLOW_LOCAL, startReceiver } from './receiver.ts';
import { manage, startTestServer, temporaryDirectory } from './support.ts';

const ORDER = '15112480268';

test('a stream of one node tells the changes, the calls and the callbacks of another', {
  skip,
}, async () => {
  const databaseUrl = await databaseOf(temporaryDirectory());
  const shared = { databaseUrl, masterKey: '07'.repeat(32), adminToken: 'a-token-of-both-nodes' };
  const config = { ...shared, callbackAllow: ALLOW_LOCAL };
  const live = { lookMs: 20, figuresMs: 40, freshMs: 0 };
  const one = await startTestServer({ config, live });
  const other = await startTestServer({ config, live });
  const receiver = await startReceiver();
  const endpoint = { platform: 'jintong', party: 'jane88', url: receiver.url };
  equal((await manage(other, 'POST', '/callbacks/endpoints', endpoint)).status, 201);
  const events = await readEvents(one);
  await events.until(({ name }) => name === 'overview');
  equal((await call(other, form(hasten(ORDER)))).code, 'CallSuccess');
  await receiver.until(1);
  const wanted = new Set(['order', 'call', 'deliveries']);
  while (wanted.size > 0) {
    const { name, data } = await events.until((event) => wanted.has(event.name));
    wanted.delete(name);
    deepEqual([data.platform, data.party], ['jintong', 'jane88'], name);
  }
  await events.close();
});
