// The event catalogue says what really comes: calls, moves and deadlines in a sandbox, and each event against its entry.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { messageBody } from '../src/callbacks/message.ts';
import { platformsOf } from '../src/main.ts';
import { platforms } from '../src/platforms/index.ts';
import type { Fields } from '../src/protocol/contract.ts';
import { eventOf, eventsOf } from '../src/reference/event-page.ts';
import { codeOf } from '../src/testing/tested.ts';
import { CLIENTS } from './clients.ts';
import { manage, sqliteOnly, startTestServer, temporaryDirectory } from './support.ts';

/** The payload has every field of the entry that is not optional, and no other. */
function fits(payload: unknown, fields: Fields | undefined, what: string): void {
  if (!fields) return equal(payload, null, what);
  const keys = Object.keys(payload as object);
  for (const key of keys) ok(Object.hasOwn(fields, key), `${what}: the catalogue lacks ${key}`);
  for (const [name, { optional }] of Object.entries(fields)) {
    ok(optional || keys.includes(name), `${what}: ${name} is in the catalogue only`);
  }
}

test('each event of a busy sandbox is in the catalogue, with the fields that it has', {
  skip: sqliteOnly,
}, async () => {
  const dataDirectory = temporaryDirectory();
  const server = await startTestServer({ config: { dataDirectory } });
  for (const { name, contract, model } of platforms) {
    for (const [method, { samples }] of Object.entries(contract.methods)) {
      for (const sample of samples) await codeOf(CLIENTS[name]!, server, method, sample);
    }
    // Half of the orders are moved on by an operator; the clock does the rest.
    const { body } = await manage(server, 'GET', `/orders?platform=${name}&limit=200`);
    for (const { orderId, state, lines } of body.items.slice(0, body.items.length / 2)) {
      const line = lines?.[0];
      const to = model.operatorTransitions[line?.state ?? state]?.[0];
      if (to === undefined) continue;
      const move = { to, note: 'a move', ...(line && { line: line.lineId }) };
      await manage(server, 'POST', `/orders/${name}/${orderId}/transitions`, move);
    }
  }
  await manage(server, 'POST', '/clock', { advanceSeconds: 3 * 60 * 60 });

  const db = new DatabaseSync(join(dataDirectory, 'ledger.db'), { readOnly: true });
  const rows = db
    .prepare(
      'SELECT o.platform, h.line, e.type, e.payload FROM events e JOIN history h ON h.seq = e.seq JOIN orders o ON o.id = h.order_row',
    )
    .all();
  db.close();
  const seen = new Set<string>();
  for (const { platform, line, type, payload } of rows) {
    const what = `${platform} ${type}`;
    seen.add(what);
    const its = platforms.find(({ name }) => name === platform)!;
    const entry = eventsOf(its)[String(type).replace(/^order\./, '')];
    ok(entry, `the catalogue lacks ${what}`);
    const read = payload === null ? null : JSON.parse(String(payload));
    // If an order has no lines, the event of a move has no payload.
    if (what === 'suning order.moved' && line === null) equal(read, null);
    else fits(read, entry.payload, what);
  }
  for (const what of [
    ...['jintong order.hastened', 'jintong order.cancelled', 'jintong order.moved'],
    ...['suning order.shipped', 'suning order.refund-started', 'suning order.moved'],
    ...['ytx order.created', 'ytx order.moved'],
  ]) {
    ok(seen.has(what), `no ${what} came: ${[...seen].join(', ')}`);
  }
});

const platformsFile = new URL('../examples/platform/index.ts', import.meta.url).pathname;
const withOutside = await platformsOf({ platformsFile });

for (const platform of withOutside) {
  for (const language of ['zh', 'en'] as const) {
    test(`${platform.name}, ${language}: each type with its text and its sample`, async () => {
      const server = await startTestServer({ platforms: withOutside });
      const path = `/docs/${platform.name}/events.md?lang=${language}`;
      const page = await (await fetch(server.url + path)).text();
      for (const [action, entry] of Object.entries(eventsOf(platform))) {
        ok(page.includes(`\n## order.${action}\n`), action);
        ok(page.includes(entry.text[language].replace(/[\\`*_<>[\]]/g, '\\$&')), action);
        const event = eventOf(platform.name, action, entry);
        ok(page.includes(JSON.stringify(JSON.parse(messageBody(event)), null, 2)), action);
        fits(entry.example.payload, entry.payload, action);
        const { from, to, line } = entry.example;
        for (const state of line === null ? [from ?? to, to] : []) {
          ok(Object.hasOwn(platform.model.states, state), `${action}: no state ${state}`);
        }
        const pushed = platform.callbacks?.body(event);
        if (pushed)
          deepEqual(page.includes(JSON.stringify(JSON.parse(pushed.body), null, 2)), true);
      }
    });
  }
}
