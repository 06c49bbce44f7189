// A party moves to and from groups with a detached month: what no check could prove afterwards is refused before.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { readHeadOfGroups } from '../src/storage/groups/head.ts';
import { moveParty } from '../src/storage/groups/party/mover.ts';
import { run } from './cli-process.ts';
import { skip } from './cluster.ts';
import { type GroupsRig, startGroups } from './groups-rig.ts';
import { query } from './postgres.ts';
import { startReceiver } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

const [MOVES, STAYS] = ['pmover', 'pstayer'] as const;
const TABLES = ['orders', 'history', 'order_keys', 'sealed_texts'];
const [FROM, TO] = [Date.UTC(2026, 8), Date.UTC(2026, 9)];

describe('a party moves beside a detached month', { skip, timeout: 600_000 }, () => {
  let rig: GroupsRig;
  let head = '';

  before(async () => {
    if (skip) return;
    rig = await startGroups({ directory: temporaryDirectory(), groups: { '00': 'a', '01': 'a' } });
    const { url } = await startReceiver();
    for (const [party, group] of [
      [MOVES, '00'],
      [STAYS, '01'],
    ] as const) {
      await rig.makeParty(party, url);
      await inGroup(
        group,
        (table) =>
          `CREATE TABLE ${table}_2026_09 PARTITION OF ${table} FOR VALUES FROM (${FROM}) TO (${TO})`,
      );
      await make(party, '2026-09-15 10:00:00');
      await make(party, '2026-11-10 10:00:00');
    }
    head = await readHeadOfGroups(rig.groupsFile);
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  const inGroup = (group: string, text: (table: string) => string) =>
    query(`SET search_path = ordergate_${group}; ${TABLES.map(text).join('; ')}`, rig.a.url);

  async function make(party: string, createdAt: string): Promise<void> {
    const order = {
      ...{ platform: 'jintong', orderId: `${party}${createdAt.slice(5, 7)}`, userName: party },
      ...{ state: 'D', amount: '1.00', createdAt },
    };
    const { status, body } = await manage(rig.server, 'POST', '/orders', order);
    assert.equal(status, 201, JSON.stringify(body));
  }

  /** As the page on months says. Callbacks of that age have ended, and Ordergate has deleted them. */
  async function detach(group: string): Promise<void> {
    await inGroup(group, (table) => `ALTER TABLE ${table} DETACH PARTITION ${table}_2026_09`);
    await query(
      `SET search_path = ordergate_${group}; SET ordergate.session = 'a node';
       DELETE FROM delivery_attempts; DELETE FROM deliveries; DELETE FROM deadlines`,
      rig.a.url,
    );
  }

  const move = (partyId: string, to: string) =>
    moveParty({
      file: readGroupsFile(rig.groupsFile),
      ...{ platform: 'jintong', partyId, owners: [partyId], to },
    });

  async function assertSound(): Promise<void> {
    const env = { ORDERGATE_KEY: '07'.repeat(32), ORDERGATE_GROUPS: rig.groupsFile };
    const { code, stdout, stderr } = await run(['verify', '--head', head], {
      ...env,
      ORDERGATE_ENV: 'production',
    });
    assert.equal(code, 0, stdout + stderr);
  }

  test('orders of a month that the new group has detached stay, and so do ids of a month that it has', async () => {
    await detach('01');
    const problem = /the month 2026-09 was detached in group 01, and .* has orders of 2026-09/;
    await assert.rejects(move(MOVES, '01'), problem);
    await assert.rejects(move(STAYS, '00'), problem);
    await assertSound();
  });

  test('a month that both groups have detached does not matter', async () => {
    await detach('00');
    assert.equal((await move(MOVES, '01')).outcome, 'moved');
    await assertSound();
    assert.equal((await move(STAYS, '00')).outcome, 'moved');
    await assertSound();
  });
});
