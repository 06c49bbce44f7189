// Checks the chain of every order on PostgreSQL, one page of rows at a time. Each finding names its
// order.
import { type ChainedOrder, changeHash, documentDigest } from '../chain.ts';
import type { Connection, Row } from './connection.ts';

/** Rows in memory at once, in addition to the rows of one order. */
const PAGE = 500;
/** Maximum number of listed findings; further ones are counted. */
const TOLD = 100;

/** The order's document is selected only with its last change, to save memory. */
const ROWS = `SELECT coalesce(o.platform, h.platform), coalesce(o.owner, h.owner),
    coalesce(o.order_id, h.order_id), coalesce(o.created_at, h.created_at), o.id, o.state, o.version, o.updated_at,
    CASE WHEN h.version IS NULL OR h.version = o.version THEN o.attributes END,
    CASE WHEN h.version IS NULL OR h.version = o.version THEN o.lines END, o.head,
    h.version, h.seq, h.at, h.action, h.line, h.from_state, h.to_state, h.actor, h.note, h.request_id,
    h.event_type, h.event_payload, h.document, h.hash
  FROM orders AS o FULL JOIN history AS h ON h.platform = o.platform AND h.owner = o.owner
    AND h.order_id = o.order_id AND h.created_at = o.created_at
  ORDER BY 1, 2, 3, 4, h.version`;
const CHANGE = 11;

/** The errors, and remarks for a reader of a result without errors. */
export interface ChainFindings {
  readonly damage: string[];
  readonly notes: string[];
}

/** Runs in the caller's transaction, so that all pages belong to one snapshot. */
export async function auditChain(connection: Connection): Promise<ChainFindings> {
  const damage: string[] = [];
  const unchained = { changes: 0, newestAt: 0, newest: 0 };
  let more = 0;
  const judge = (rows: readonly Row[]): void => {
    for (const row of rows) {
      if (row[CHANGE] === null || row[24] !== null) continue;
      unchained.changes++;
      if (Number(row[12]) < unchained.newest) continue;
      [unchained.newest, unchained.newestAt] = [Number(row[12]), Number(row[13])];
    }
    const problem = checkOrder(rows);
    if (problem === undefined) return;
    if (damage.length < TOLD) damage.push(problem);
    else more++;
  };
  let its: Row[] = [];
  for await (const row of rowsOf(connection, ROWS)) {
    if (its.length > 0 && !isSameOrder(its[0]!, row)) {
      judge(its);
      its = [];
    }
    its.push(row);
  }
  if (its.length > 0) judge(its);
  if (more > 0) damage.push(`and ${more} findings more`);
  return { damage, notes: unchained.changes === 0 ? [] : [noteOf(unchained)] };
}

const noteOf = (unchained: { changes: number; newestAt: number; newest: number }): string =>
  `${unchained.changes} changes have no hash; the newest of them is number ${unchained.newest}, of ${new Date(unchained.newestAt).toISOString()}. Changes have none that were made before the ledger was chained, or by a node of the version before while nodes were upgraded; nobody can prove that they are as they were written`;

const isSameOrder = (a: Row, b: Row): boolean =>
  a[2] === b[2] && a[0] === b[0] && a[1] === b[1] && a[3] === b[3];

/** Reads through a cursor, so that neither side holds more than a page. */
export async function* rowsOf(connection: Connection, sql: string): AsyncGenerator<Row> {
  await connection.runText(`DECLARE audited NO SCROLL CURSOR FOR ${sql}`);
  for (;;) {
    const rows = await connection.runText(`FETCH ${PAGE} FROM audited`);
    yield* rows;
    if (rows.length < PAGE) break;
  }
  await connection.runText('CLOSE audited');
}

/** The first error of the order, because later errors in a chain follow from it. */
function checkOrder(rows: readonly Row[]): string | undefined {
  const last = rows.at(-1)!;
  const order = toOrder(last);
  const told = (problem: string): string =>
    `order ${order.platform} ${order.orderId}: ${problem}. Compare it with a backup`;
  if (last[4] === null)
    return `order ${order.platform} ${order.orderId} of ${last[1]}: its row is not there, and ${rows.length} changes of it are, from number ${rows[0]![12]} on. An order was removed, or its owner or time was changed; bring it back from a backup`;
  if (last[CHANGE] === null) return told('it has no history: it was not made by Ordergate');
  let head: string | null = null;
  // Unknown after a change of a line, which may have changed the order's state, too.
  let to: string | null | undefined = null;
  for (const [i, row] of rows.entries()) {
    const change = toChange(row);
    const which = `change ${change.version} (number ${row[12]}, ${change.action})`;
    if (change.version !== i + 1) return told(`change ${i + 1} is missing`);
    if (change.line === null && to !== undefined && change.from !== to)
      return told(`${which} does not begin where the change before it ended`);
    to = change.line === null ? change.to : undefined;
    if (row[24] === null) continue;
    head = changeHash(head, order, change, row[23] as string | null);
    if (head !== row[24])
      return told(`${which}, its event or the hash before it is not as it was written`);
  }
  if (order.version !== rows.length)
    return told(`its version is ${order.version}, and its last change is ${rows.length}`);
  if (to !== undefined && order.state !== to)
    return told(`its state is ${order.state}, and its last change led to ${to}`);
  if (order.head !== head) return told('its head is not the hash of its last change');
  if (last[24] !== null && documentDigest(order) !== last[23])
    return told('its times, state, attributes or lines are not those that its last change left');
  return undefined;
}

function toOrder(row: Row): ChainedOrder & { readonly head: string | null } {
  const [platform, owner, orderId, createdAt, , state, version, updatedAt, attributes, lines] = row;
  const order = { platform, owner, orderId, createdAt, state, version, updatedAt, attributes };
  return { ...order, lines, head: row[10] } as ReturnType<typeof toOrder>;
}

function toChange(row: Row) {
  const [version, , at, action, line, from, to, actor, note, requestId] = row.slice(CHANGE);
  const [eventType, eventPayload] = row.slice(21);
  const change = { version, at, action, line, from, to, actor, note, requestId };
  return { ...change, eventType, eventPayload } as Parameters<typeof changeHash>[2];
}
