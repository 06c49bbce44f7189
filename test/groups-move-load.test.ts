// Three groups move one after the other under load with callbacks, and each move is killed once at a random
// step; a fence holds up no other group: acknowledged changes are kept, none twice, and callbacks come in order.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MovePoint, MoveReport } from '../src/storage/groups/move/mover.ts';
import { skip } from './cluster.ts';
import { assertKept, ChangeLoad } from './group-changes.ts';
import { runMover } from './group-mover-process.ts';
import { type GroupsRig, quantile, startGroups } from './groups-rig.ts';
import { query } from './postgres.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { temporaryDirectory } from './support.ts';

/** Changes a second. */
const RATE = Number(process.env.ORDERGATE_GROUP_CHANGES ?? 60);
/** The group, and the server that it moves to. */
const MOVES = [
  ['01', 'b'],
  ['02', 'b'],
  ['03', 'a'],
] as const;
/** Seconds for which a group's tables are locked, nearly as long as a fence may take. */
const FENCED_S = 3;
const POINTS: readonly MovePoint[] = [
  ...(['begun', 'prepared', 'copying', 'caught-up', 'locked'] as const),
  ...(['fenced', 'switched', 'renamed', 'copy-ended', 'checked'] as const),
];

describe('three groups move under load', { skip, timeout: 1_200_000 }, () => {
  const directory = temporaryDirectory();
  let rig: GroupsRig;

  before(async () => {
    if (skip) return;
    const settings = ['wal_level = logical', 'max_connections = 60'];
    const groups = { '00': 'a', '01': 'a', '02': 'a', '03': 'b' } as const;
    rig = await startGroups({ directory, groups, settings });
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  /** @returns the report; null where the mover was to be killed at `killAt` */
  async function move(group: string, to: string, killAt = ''): Promise<MoveReport | null> {
    const { signal, report } = await runMover(rig.groupsFile, group, to, killAt);
    assert.equal(signal, killAt === '' ? null : 'SIGKILL', `killed at ${killAt}`);
    return report;
  }

  const figures = (parties: readonly string[], load: ChangeLoad): string[] =>
    parties.map((party) => {
      const its = load.of(party);
      const ms = its.map((one) => one.ms);
      const again = its.filter(({ refused }) => refused > 0).length;
      return `${party}: ${its.length} changes, p50 ${quantile(ms, 0.5)} ms, p99 ${quantile(ms, 0.99)} ms, longest ${load.longest(party).toFixed(0)} ms; ${again} were refused at first`;
    });

  /** One party for each group, the emptiest first: in the sequence of the groups' names. */
  async function makeParties(name: string): Promise<{ parties: string[]; receiver: Receiver }> {
    const receiver = await startReceiver();
    const parties = ['00', '01', '02', '03'].map((group) => `${name}${group}`);
    for (const partyId of parties) await rig.makeParty(partyId, receiver.url);
    return { parties, receiver };
  }

  test('changes of a group that is fenced wait, and the other groups are served', async (t) => {
    const { parties, receiver } = await makeParties('f');
    const load = new ChangeLoad(rig, parties, RATE);
    try {
      await sleep(1000);
      // A change locks this table first.
      await query(
        `BEGIN; LOCK TABLE ordergate_01.orders IN EXCLUSIVE MODE; SELECT pg_sleep(${FENCED_S}); COMMIT`,
        rig.a.url,
      );
      await sleep(1000);
    } finally {
      await load.end();
    }
    for (const line of figures(parties, load)) t.diagnostic(line);
    assert.ok(load.longest('f01') > FENCED_S * 900, 'the fenced group waits');
    for (const party of ['f00', 'f02', 'f03']) {
      assert.ok(load.longest(party) < FENCED_S * 900, `${party} of another group does not`);
    }
    await assertKept(rig, load.orders, receiver);
  });

  async function moveKilledOnce(t: TestContext, group: string, to: string): Promise<void> {
    const point = POINTS[randomInt(POINTS.length)]!;
    const begun = performance.now();
    await move(group, to, point);
    const report = await move(group, to);
    assert.equal(report!.outcome, 'moved', JSON.stringify(report));
    t.diagnostic(
      `group ${group} to ${to}: killed at "${point}", moved in ${Math.round(performance.now() - begun)} ms, ${JSON.stringify(report)}`,
    );
  }

  test('each move is killed once, and every acknowledged change is kept once', async (t) => {
    const { parties, receiver } = await makeParties('m');
    const load = new ChangeLoad(rig, parties, RATE);
    try {
      await sleep(2000);
      for (const [group, to] of MOVES) await moveKilledOnce(t, group, to);
      await sleep(2000);
    } finally {
      await load.end();
    }

    for (const line of figures(parties, load)) t.diagnostic(line);
    t.diagnostic(`${load.waits.length} changes, ${RATE} a second`);
    await assertKept(rig, load.orders, receiver);
    const refused = load.of('m00').filter((one) => one.refused > 0);
    assert.equal(refused.length, 0, 'the group that stays refuses nothing');
  });
});
