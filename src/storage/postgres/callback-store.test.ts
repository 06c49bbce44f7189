// Tests a conflict between nodes: one changes an endpoint while another records its health.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { anEndpoint } from '../../../test/storage/callback-fixtures.ts';
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
