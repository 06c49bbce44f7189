// What a ledger from before holds and today's rules refuse: a start says it, and starts all the same.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { jintong } from '../src/platforms/jintong/index.ts';
import { findOldOrders, findOldRules, type OldRule } from '../src/protocol/old-rules.ts';
import { startTestServer } from './support.ts';

const rule = (field: string): OldRule => ({ field, problem: 'is old', remedy: 'renew it' });

/** Jintong with rules that some of the sandbox's rows break. */
const platform = {
  ...jintong,
  oldRules: {
    party: ({ partyId }: { partyId: string }) => (partyId === 'jane88' ? [rule('keys.k1')] : []),
    order: ({ orderId }: { orderId: string }) =>
      orderId === '15112480268' ? [rule('attributes.pnr'), rule('attributes.flightNo')] : [],
  },
};

test('a start logs what newer rules refuse, with what to do, and serves', async () => {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({}, { write: (text: string) => void lines.push(JSON.parse(text)) });
  const server = await startTestServer({ platforms: [platform], log });
  const warned = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
  deepEqual(warned, ['jintong party jane88: keys.k1: is old. To do: renew it']);
  equal((await fetch(`${server.url}/readyz`)).status, 200);
});

test('orders are walked page by page, each with every rule that it breaks', async () => {
  const { storage } = await startTestServer({ platforms: [platform] });
  const found = [];
  for await (const finding of findOldOrders([platform], storage.ledger)) found.push(finding);
  deepEqual(
    found.map(({ kind, id, field }) => [kind, id, field]),
    [
      ['order', '15112480268', 'attributes.pnr'],
      ['order', '15112480268', 'attributes.flightNo'],
    ],
  );
});

test('an endpoint and a platform without rules are passed over', async () => {
  const { parties, catalog } = await startTestServer();
  const sources = {
    platforms: [jintong],
    parties,
    catalog,
    endpoints: [],
    endpoint: () => [],
    now: 0,
  };
  ok(parties.list().length > 0);
  deepEqual([...findOldRules({ ...sources, platforms: [] })], []);
});
