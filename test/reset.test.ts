// A sandbox that is made anew: what goes, what stays, what other nodes learn; never in production.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { document, form, GATEWAY, hasten, post } from './jintong.ts';
import { databaseOf, skip } from './postgres.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import { manage, startTestServer, temporaryDirectory } from './support.ts';

type Server = Awaited<ReturnType<typeof startTestServer>>;

const isHastened = async (server: Server): Promise<boolean> => {
  const body = form(hasten('15112480268'));
  const answer = await fetch(server.url + GATEWAY, { method: 'POST', body });
  return decodeURIComponent(await answer.text()).includes('催单成功');
};

/** Changes everything that a reset has to take away. */
async function use(server: Server): Promise<void> {
  ok(await isHastened(server));
  equal((await manage(server, 'POST', '/clock', { advanceSeconds: 86_400 })).status, 200);
  const party = { platform: 'jintong', partyId: 'mine01', users: ['mine01'] };
  equal((await manage(server, 'POST', '/parties', party)).status, 201);
  await manage(server, 'PUT', '/catalog/ytx/product/MINE', { amountFen: 1 });
  await manage(server, 'POST', '/callbacks/endpoints', {
    platform: 'jintong',
    party: 'jane88',
    url: 'https://receiver.example/',
  });
  await manage(server, 'POST', '/orders/jintong/15112480268/transitions', { to: 'E' });
}

async function isFresh(server: Server): Promise<void> {
  const { body } = await manage(server, 'GET', '/orders/jintong/15112480268');
  deepEqual([body.state, body.version, body.history.length, body.callbacks], ['D', 1, 1, []]);
  const clock = await manage(server, 'GET', '/clock');
  equal(clock.body.offsetSeconds, 0);
  equal(server.parties.find('jintong', 'mine01'), undefined);
  equal(server.catalog.find('ytx', 'product', 'MINE'), undefined);
  deepEqual((await manage(server, 'GET', '/callbacks/endpoints')).body.items, []);
  const suning = await manage(server, 'GET', '/orders/suning/1000531505');
  const line = suning.body.lines[0];
  // `paid 5 minutes ago` is that again.
  ok(Date.now() - line.attributes.paidAt < 20 * 60_000, String(line.attributes.paidAt));
  const { orders, changes } = await server.storage.ledger.audit();
  ok(orders === SANDBOX_ORDERS && changes >= SANDBOX_ORDERS);
}

test('a reset recreates the ledger any number of times, and calls are still served', async () => {
  const server = await startTestServer();
  for (const generation of [2, 3]) {
    await use(server);
    const { status, body } = await manage(server, 'POST', '/sandbox/reset', {});
    deepEqual([status, body.generation, body.offsetSeconds], [200, generation, 0]);
    await isFresh(server);
    const faults = { ...(await server.storage.ledger.audit()), orders: 0, changes: 0 };
    for (const [fault, count] of Object.entries(faults)) ok(Number(count) === 0, fault);
  }
  ok(await isHastened(server));
});

test('calls from before a reset, whose times lie ahead, are not those of the last hour', async () => {
  const server = await startTestServer();
  await manage(server, 'POST', '/clock', { advanceSeconds: 86_400 });
  const refused = form(document('jane88', 'HastenOrder', { key: 'not the key of jane88' }));
  await post(server, refused);
  const refusedLastHour = async () =>
    (await manage(server, 'GET', '/overview')).body.refusedLastHour.count;
  equal(await refusedLastHour(), 1);
  await manage(server, 'POST', '/sandbox/reset', {});
  equal(await refusedLastHour(), 0);
  const { items } = (await manage(server, 'GET', '/attention?preset=refused-last-hour')).body;
  deepEqual(items, []);
  await post(server, refused);
  equal(await refusedLastHour(), 1);
});

test('a production server has no such thing', async () => {
  const server = await startTestServer({ config: { environment: 'production' } });
  equal((await manage(server, 'POST', '/sandbox/reset', {})).status, 404);
});

test('on PostgreSQL the other nodes drop what they hold', { skip }, async () => {
  const databaseUrl = await databaseOf(temporaryDirectory());
  const config = {
    databaseUrl,
    masterKey: '07'.repeat(32),
    adminToken: 'the-admin-token-of-tests',
  };
  const [one, other] = [await startTestServer({ config }), await startTestServer({ config })];
  await use(other);
  equal((await manage(one, 'POST', '/sandbox/reset', {})).status, 200);
  await isFresh(one);
  // A node is told by a notice, and looks each second.
  for (let i = 0; i < 100 && other.parties.find('jintong', 'mine01'); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await isFresh(other);
  ok(await isHastened(other));
});
