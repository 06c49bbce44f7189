// Times in Asia/Shanghai beside those in UTC: which answers have them, and that both are the same time.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { addOrders, startCallbackServer } from '../../test/callback-server.ts';
import { startReceiver, status } from '../../test/receiver.ts';
import { exchange, newCode } from '../../test/suning-oauth.ts';
import { manage } from '../../test/support.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers in JSON are read here.
type Json = any;

/** Schemas of the answers that README.md names beside `/manage/v1/openapi.json`. */
const IN_BOTH_ZONES = [
  ...['Order', 'OrderWithHistory', 'HistoryEntry', 'OrderNote', 'OrderAssignee', 'Request'],
  ...['Delivery', 'CallbackAlert', 'CallbackEndpoint', 'CallbackEndpointWithSecret'],
  ...['Party', 'PartyWithSecret', 'Token', 'Consent', 'Force', 'AuditEntry'],
];

const { server, register, drain } = await startCallbackServer();
const get = async (path: string) => {
  const { status: got, body } = await manage(server, 'GET', path);
  equal(got, 200, path);
  return body;
};

/** Whether a schema is of a time, or of a time or null. */
const isTime = (schema: Json): boolean =>
  schema.format === 'date-time' || (schema.anyOf ?? []).some(isTime);

/** The fields with a time that a schema has, each with whether the same stands beside it in Asia/Shanghai. */
function timesOf(schema: Json): boolean[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items, anyOf = [], oneOf = [] } = schema;
  const own = Object.entries<Json>(properties)
    .filter(([name, one]) => isTime(one) && !name.endsWith('Shanghai'))
    .map(([name]) => isTime(properties[`${name}Shanghai`] ?? {}));
  const inner = [...Object.values(properties), items, ...anyOf, ...oneOf];
  return [...own, ...inner.flatMap(timesOf)];
}

test('the answers that the README names have each of their times in both zones, and no others have', async () => {
  const { schemas } = (await get('/openapi.json')).components;
  const found = Object.keys(schemas).filter((name) => timesOf(schemas[name]).some((both) => both));
  deepEqual(found.sort(), [...IN_BOTH_ZONES].sort());
  for (const name of found) ok(!timesOf(schemas[name]).includes(false), name);
});

/** The names of the times in an answer, each compared with the same in Asia/Shanghai. */
function compared(answer: Json): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries<Json>(answer).flatMap(([name, value]) => {
    const utc = name.endsWith('Shanghai') ? name.slice(0, -'Shanghai'.length) : null;
    if (utc === null) return compared(value);
    if (value === null) equal(answer[utc], null, name);
    if (value === null) return [];
    match(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/, name);
    equal(Date.parse(value), Date.parse(answer[utc]), name);
    return [utc];
  });
}
const names = (answer: Json): string[] => [...new Set(compared(answer))].sort();

test('the keys of a party', async () => {
  await manage(server, 'POST', '/parties/jintong/989457552/keys', { overlapSeconds: 60 });
  const { keys } = await get('/parties/jintong/989457552');
  deepEqual(names(keys), ['createdAt', 'expiresAt']);
  const [newer, older] = keys;
  deepEqual([newer.expiresAtShanghai, newer.lastUsedAtShanghai], [null, null]);
  equal(Date.parse(older.expiresAtShanghai) - Date.parse(newer.createdAtShanghai), 60_000);
});

test('an endpoint that fails, its secrets, and one that is off', async () => {
  const receiver = await startReceiver(status(500));
  const failing = `/callbacks/endpoints/${(await register(receiver.url)).endpointId}`;
  await addOrders(server, 20);
  await drain();
  await manage(server, 'POST', `${failing}/secrets`, { overlapSeconds: 60 });
  const expected = ['createdAt', 'expiresAt', 'failingSince', 'pausedUntil'];
  deepEqual(names(await get(failing)), expected);
  await manage(server, 'PATCH', failing, { enabled: false });
  const { off } = await get(failing);
  deepEqual(names(off), ['at']);
});

test('tokens, consents, forces and the assignee of an order', async () => {
  await exchange(server, await newCode(server));
  deepEqual(names(await get('/tokens/suning')), ['expiresAt', 'issuedAt']);
  deepEqual(names(await get('/consents/suning')), ['expiresAt']);
  const force = { platform: 'jintong', party: 'jane88', force: 'code=CallFail' };
  await manage(server, 'POST', '/sandbox/forces', { ...force, until: '2100-01-01' });
  deepEqual(names(await get('/sandbox/forces')), ['createdAt', 'until']);
  await manage(server, 'POST', '/accounts', { name: 'li.na', role: 'operator' });
  const path = '/orders/jintong/15112480268/assignee';
  deepEqual(names((await manage(server, 'PUT', path, { name: 'li.na' })).body), ['at']);
});
