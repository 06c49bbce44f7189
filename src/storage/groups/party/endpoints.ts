// Callbacks and listeners of a party on their way to its new group. Its callbacks wait from the pause at
// the old group until the party is served in the new one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../postgres/connection.ts';
import { MoveError } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';
import { isMine, pagesOf, readRows, rowAsJson, writeRows } from './rows.ts';

/** Longer than any fence is tried; if the mover is gone, callbacks go on after it by themselves. */
const PAUSE_MS = 10 * 60_000;
/** Longer than a node holds a delivery. */
const PATIENCE_MS = 75_000;
const POLL_MS = 100;
/** More would make the fence too long. */
const MOST_PENDING = 20_000;
/** Deliveries that have ended, in one transaction. */
const BATCH = 500;

/** The group's own time, which a sandbox may have moved. */
const NOW = `(floor(extract(epoch FROM clock_timestamp()) * 1000)
  + 1000 * coalesce((SELECT value::bigint FROM settings WHERE name = 'clock-offset'), 0))::bigint`;

export async function pauseEnd(old: Connection): Promise<number> {
  const [row] = await old.runText(`SELECT ${NOW} + ${PAUSE_MS}`);
  return Number(row![0]);
}

const endpointsOf = (move: PartyMove): string =>
  `SELECT t.id FROM endpoints t WHERE ${isMine(move, 'party')}`;

/** A delivery under way has a lease that ends later than it was due. */
const UNDER_WAY = `d.state = 0 AND d.claim_at > d.due_at AND d.claim_at > ${NOW}`;

/**
 * Pauses the party's endpoints until no delivery to them is under way. Events go on to become
 * deliveries, which wait.
 */
export async function pauseEndpoints(old: Connection, move: PartyMove): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    // A result that arrives now may end a pause.
    await old.runText(
      `UPDATE endpoints t SET open_until = ${move.pausedUntil}
       WHERE ${isMine(move, 'party')} AND open_until IS DISTINCT FROM ${move.pausedUntil}`,
    );
    if (await isQuiet(old, move)) break;
    if (performance.now() > until)
      throw new MoveError('callbacks of the party are under way all the time; try again later');
  }
  const [[pending]] = (await old.runText(
    `SELECT count(*) FROM deliveries d WHERE d.state = 0 AND d.endpoint IN (${endpointsOf(move)})`,
  )) as [[unknown]];
  if (Number(pending) <= MOST_PENDING) return;
  throw new MoveError(
    `${pending} callbacks of the party wait to be delivered, and a move can carry ${MOST_PENDING}; deliver them or give them up first`,
  );
}

export async function isQuiet(old: Connection, move: PartyMove): Promise<boolean> {
  const [row] = await old.runText(
    `SELECT NOT EXISTS (SELECT FROM deliveries d WHERE ${UNDER_WAY} AND d.endpoint IN (${endpointsOf(move)}))
       AND NOT EXISTS (SELECT FROM endpoints t WHERE ${isMine(move, 'party')} AND open_until IS DISTINCT FROM ${move.pausedUntil})`,
  );
  return row![0] === true;
}

/** Ends the pauses that {@link pauseEndpoints} has made, at the group that serves the party. */
export async function endPauses(side: Connection, move: PartyMove): Promise<void> {
  if (move.pausedUntil === null) return;
  await side.runText(
    `UPDATE endpoints t SET open_until = NULL WHERE ${isMine(move, 'party')} AND open_until = ${move.pausedUntil}`,
  );
}

/** Whether every event of the party has become its deliveries. */
export async function isFannedOut(old: Connection, move: PartyMove): Promise<boolean> {
  const [row] = await old.runText(
    `SELECT NOT EXISTS (SELECT FROM history t WHERE t.seq > (SELECT cursor FROM fan_out) AND ${isMine(move)})`,
  );
  return row![0] === true;
}

/** Endpoints, what waits for them, and listeners; all in the callers' transactions. */
export async function copyWaiting(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<void> {
  const copy = async (table: string, where: string): Promise<void> =>
    writeRows(
      target,
      table,
      await readRows(old, `SELECT ${rowAsJson(table, move)} FROM ${table} t WHERE ${where}`),
    );
  await copy('endpoints', isMine(move, 'party'));
  await copyDeliveries(old, target, move, `d.state = 0 AND d.endpoint IN (${endpointsOf(move)})`);
  await copy('listeners', isMine(move, 'party'));
  await copy('listener_resends', `t.name IN (${listenersOf(move)})`);
}

const listenersOf = (move: PartyMove): string =>
  `SELECT t.name FROM listeners t WHERE ${isMine(move, 'party')}`;

async function copyDeliveries(
  old: Connection,
  target: Connection,
  move: PartyMove,
  where: string,
): Promise<void> {
  const chosen = `SELECT d.id FROM deliveries d WHERE ${where}`;
  for (const [table, id] of [
    ['deliveries', 'id'],
    ['delivery_attempts', 'delivery'],
    ['callback_alerts', 'delivery'],
  ] as const) {
    const query = `SELECT ${rowAsJson(table, move)} FROM ${table} t WHERE t.${id} IN (${chosen})`;
    for await (const page of pagesOf(old, query)) await writeRows(target, table, page);
  }
}

/** What {@link copyWaiting} has copied leaves the old group, in the fence. */
export async function removeWaiting(old: Connection, move: PartyMove): Promise<void> {
  await removeDeliveries(old, `d.state = 0 AND d.endpoint IN (${endpointsOf(move)})`);
  await old.runText(`DELETE FROM listener_resends t WHERE t.name IN (${listenersOf(move)})`);
  await old.runText(`DELETE FROM listeners t WHERE ${isMine(move, 'party')}`);
}

async function removeDeliveries(side: Connection, where: string): Promise<void> {
  const chosen = `SELECT d.id FROM deliveries d WHERE ${where}`;
  await side.runText(`DELETE FROM delivery_attempts t WHERE t.delivery IN (${chosen})`);
  await side.runText(`DELETE FROM callback_alerts t WHERE t.delivery IN (${chosen})`);
  await side.runText(`DELETE FROM deliveries d WHERE ${where}`);
}

/**
 * Moves the deliveries that had ended, batch by batch. The endpoints, which the new group has since
 * the fence, leave the old one at the end.
 */
export async function moveEnded(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<void> {
  for (;;) {
    const rows = await old.runText(
      `SELECT d.id FROM deliveries d WHERE d.endpoint IN (${endpointsOf(move)}) ORDER BY d.id LIMIT ${BATCH}`,
    );
    if (rows.length === 0) break;
    const where = `d.id IN (${rows.map(([id]) => Number(id)).join(', ')})`;
    await old.transaction(async () => {
      await target.transaction(() => copyDeliveries(old, target, move, where));
      await removeDeliveries(old, where);
    });
  }
  const alerts = `callback_alerts t WHERE t.endpoint IN (${endpointsOf(move)})`;
  await writeRows(
    target,
    'callback_alerts',
    await readRows(old, `SELECT ${rowAsJson('callback_alerts', move)} FROM ${alerts}`),
  );
  await old.runText(`DELETE FROM ${alerts}`);
  await old.runText(`DELETE FROM endpoints t WHERE ${isMine(move, 'party')}`);
}

/** Takes back what {@link copyWaiting} has brought to the new group. */
export async function removeCopiedWaiting(target: Connection, move: PartyMove): Promise<void> {
  await target.transaction(async () => {
    await removeDeliveries(target, `d.endpoint IN (${endpointsOf(move)})`);
    await target.runText(`DELETE FROM listener_resends t WHERE t.name IN (${listenersOf(move)})`);
    await target.runText(`DELETE FROM listeners t WHERE ${isMine(move, 'party')}`);
    await target.runText(`DELETE FROM endpoints t WHERE ${isMine(move, 'party')}`);
  });
}
