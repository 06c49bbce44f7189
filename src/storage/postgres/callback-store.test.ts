// Tests conflicts between nodes over endpoints and their deliveries.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { anEndpoint, hands, LEASE } from '../../../test/storage/callback-fixtures.ts';
import { suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openPostgres } from './open.ts';

describe('on a server', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(suiteDirectory());
  const { callbacks, close } = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  after(async () => {
    await other.end();
    await close();
  });

  test('a change of an endpoint keeps the health that another node has recorded meanwhile', async () => {
    const endpoint = anEndpoint();
    await callbacks.createEndpoint(endpoint);
    const { endpointId } = endpoint;
    await other.query('BEGIN');
    await other.query(
      'UPDATE endpoints SET failures = 5, failing_since = 1, open_until = 9 WHERE endpoint_id = $1',
      [endpointId],
    );
    const changed = callbacks.changeEndpoint(endpointId, { eventTypes: ['x'] }, T0, '');
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE endpoints e%'";
    while ((await query(waiting, url)).length === 0) await sleep(10);
    await other.query('COMMIT');
    const health = { failures: 5, failingSince: 1, openUntil: 9 };
    assert.deepEqual((await changed)!.health, health);
    const same = await callbacks.changeEndpoint(endpointId, { url: endpoint.url }, T0, '');
    assert.deepEqual(same!.health, health, 'the address that it had is no other');
  });
});

describe('a node that holds the lock of an endpoint', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(suiteDirectory());
  const storage = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)));
  const { callbacks, orders, changes, fanOut, claim } = hands(storage);
  const [first, second] = [anEndpoint(), anEndpoint()];
  for (const endpoint of [first, second]) await callbacks.createEndpoint(endpoint);
  for (const order of await orders('a', 'b')) await changes(order);
  await fanOut();
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  after(async () => {
    await other.end();
    await storage.close();
  });
  const lock = 'SELECT FROM endpoints WHERE endpoint_id = $1 FOR NO KEY UPDATE';

  test('is not waited for by a claim that holds the lock of a later endpoint', async () => {
    const [served] = await claim(T0, { limit: 1 });
    assert.equal(served!.endpointId, first.endpointId);
    await other.query('BEGIN');
    await other.query(lock, [first.endpointId]);
    const claimed = await claim(T0);
    assert.deepEqual(
      claimed.map(({ endpointId }) => endpointId),
      [second.endpointId, second.endpointId],
    );
    await other.query('COMMIT');
    assert.equal(
      (await claim(T0)).length,
      1,
      'the next round serves the endpoint that was skipped',
    );
  });

  const corrections: [name: string, correct: () => Promise<unknown>][] = [
    ['a start that takes back claims', () => callbacks.reclaim()],
    ['a correction of the clock', () => callbacks.shortenPauses(T0 - 10 * LEASE, LEASE)],
  ];
  for (const [name, correct] of corrections) {
    test(`changes deliveries of the endpoint in any sequence beside ${name}`, async () => {
      await other.query('BEGIN');
      await other.query(lock, [first.endpointId]);
      const ends = correct();
      const waiting =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      while ((await query(waiting, url)).length === 0) await sleep(10);
      for (const sequence of ['DESC', '']) {
        const found = await other.query(`SELECT id FROM deliveries ORDER BY id ${sequence}`);
        for (const { id } of found.rows) {
          await other.query('UPDATE deliveries SET step = step WHERE id = $1', [id]);
        }
      }
      await other.query('COMMIT');
      await ends;
    });
  }
});
