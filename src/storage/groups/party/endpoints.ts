// Callbacks and listeners of a party on their way to its new group. Its callbacks wait from the pause at
// the old group until the party is served in the new one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Row } from '../../postgres/connection.ts';
import { MoveError } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';
import { isMine, NOT_YET, pagesOf, readRows, rowAsJson, writeRows } from './rows.ts';

/** Longer than any fence is tried; if the mover is gone, callbacks go on after it by themselves. */
const PAUSE_MS = 10 * 60_000;
/** Longer than a node holds a delivery. */
const PATIENCE_MS = 75_000;
const POLL_MS = 100;
/** More would make the fence too long. */
const MOST_PENDING = 20_000;
/** So many numbers below the newest are left to those that wait: some come after they were counted. */
const ROOM_OF_PENDING = 2 ** 16;
/** Deliveries that have ended, in one transaction. */
const BATCH = 500;
/** Ids that are read at once. */
const READ = 20_000;

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
  const { pausedUntil } = move;
  if (pausedUntil === null) return;
  await side.runText(
    `UPDATE endpoints t SET open_until = NULL
     WHERE ${isMine(move, 'party')} AND open_until IN (${pausedUntil}, ${pausedUntil + NOT_YET})`,
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
  const waiting = await old.runText(
    `SELECT d.id FROM deliveries d WHERE d.state = 0 AND d.endpoint IN (${endpointsOf(move)}) ORDER BY d.id DESC`,
  );
  if (waiting.length > ROOM_OF_PENDING)
    throw new MoveError(`${waiting.length} callbacks of the party wait by now; try again later`);
  const { delivery } = move.numbers;
  await copyDeliveries(old, target, move, numbered(waiting, delivery));
  await copy('listeners', isMine(move, 'party'));
  await copy('listener_resends', `t.name IN (${listenersOf(move)})`);
}

const listenersOf = (move: PartyMove): string =>
  `SELECT t.name FROM listeners t WHERE ${isMine(move, 'party')}`;

/** A delivery's id, and its number in the new group. */
type Numbered = readonly [id: number, here: number];

/** @param rows ids, the newest first */
const numbered = (rows: readonly Row[], top: number): Numbered[] =>
  rows.map(([id], i) => [Number(id), top - i]);

async function copyDeliveries(
  old: Connection,
  target: Connection,
  move: PartyMove,
  chosen: readonly Numbered[],
): Promise<void> {
  if (chosen.length === 0) return;
  const [ids, here] = [chosen.map(([id]) => id), chosen.map(([, number]) => number)];
  const n = `unnest(ARRAY[${ids}]::bigint[], ARRAY[${here}]::bigint[]) AS n (id, here)`;
  for (const [table, id] of [
    ['deliveries', 'id'],
    ['delivery_attempts', 'delivery'],
    ['callback_alerts', 'delivery'],
  ] as const) {
    const query = `SELECT ${rowAsJson(table, move)} FROM ${table} t JOIN ${n} ON n.id = t.${id}`;
    for await (const page of pagesOf(old, query)) await writeRows(target, table, page);
  }
}

/** What {@link copyWaiting} has copied leaves the old group, in the fence. */
export async function removeWaiting(old: Connection, move: PartyMove): Promise<void> {
  await removeDeliveries(old, `d.state = 0 AND d.endpoint IN (${endpointsOf(move)})`);
  await removeListeners(old, move);
}

async function removeListeners(side: Connection, move: PartyMove): Promise<void> {
  await side.runText(`DELETE FROM listener_resends t WHERE t.name IN (${listenersOf(move)})`);
  await side.runText(`DELETE FROM listeners t WHERE ${isMine(move, 'party')}`);
}

/** Alerts stay until the last of them is copied, because each is numbered by those after it. */
async function removeDeliveries(side: Connection, where: string): Promise<void> {
  const chosen = `SELECT d.id FROM deliveries d WHERE ${where}`;
  await side.runText(`DELETE FROM delivery_attempts t WHERE t.delivery IN (${chosen})`);
  await side.runText(`DELETE FROM deliveries d WHERE ${where}`);
}

/**
 * Moves the deliveries that had ended. They are copied from the newest to the oldest, and removed from
 * the oldest to the newest, so that each gets the same number in a run that goes on. The endpoints, which
 * the new group has since the fence, leave the old one at the end.
 */
export async function moveEnded(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<void> {
  const ids = async (more: string): Promise<readonly Row[]> =>
    old.runText(
      `SELECT d.id FROM deliveries d WHERE d.endpoint IN (${endpointsOf(move)}) AND ${more} LIMIT ${READ}`,
    );
  let top = move.numbers.delivery - ROOM_OF_PENDING;
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await ids(`d.id < ${before} ORDER BY d.id DESC`);
    if (rows.length === 0) break;
    const all = numbered(rows, top);
    for (let i = 0; i < all.length; i += BATCH) {
      const batch = all.slice(i, i + BATCH);
      await old.transaction(() =>
        target.transaction(() => copyDeliveries(old, target, move, batch)),
      );
    }
    top -= rows.length;
    before = Number(rows.at(-1)![0]);
  }
  const alerts = `callback_alerts t WHERE t.endpoint IN (${endpointsOf(move)})`;
  // Of deliveries that are gone; the others are there already.
  const n = '(SELECT NULL::bigint AS here) AS n';
  const rest = `SELECT ${rowAsJson('callback_alerts', move)} FROM ${n}, ${alerts}`;
  await writeRows(target, 'callback_alerts', await readRows(old, rest));
  for (let after = 0; ; ) {
    const rows = await ids(`d.id > ${after} ORDER BY d.id`);
    if (rows.length === 0) break;
    for (let i = 0; i < rows.length; i += BATCH) {
      const where = `d.id IN (${rows.slice(i, i + BATCH).map(([id]) => Number(id))})`;
      await old.transaction(() => removeDeliveries(old, where));
    }
    after = Number(rows.at(-1)![0]);
  }
  await old.runText(`DELETE FROM ${alerts}`);
  await old.runText(`DELETE FROM endpoints t WHERE ${isMine(move, 'party')}`);
}

/** Takes back what {@link copyWaiting} has brought to the new group. */
export async function removeCopiedWaiting(target: Connection, move: PartyMove): Promise<void> {
  await target.transaction(async () => {
    await target.runText(
      `DELETE FROM callback_alerts t WHERE t.endpoint IN (${endpointsOf(move)})`,
    );
    await removeDeliveries(target, `d.endpoint IN (${endpointsOf(move)})`);
    await removeListeners(target, move);
    await target.runText(`DELETE FROM endpoints t WHERE ${isMine(move, 'party')}`);
  });
}
