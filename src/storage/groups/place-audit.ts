// Compares what the home schema says about owners and orders with what the groups hold: `ordergate verify`.
import { Connection, type Row } from '../postgres/connection.ts';
import { unavailable } from '../postgres/errors.ts';
import { type GroupPlace, schemaUrl } from './file.ts';
import { mergeSorted, type Pages } from './merge-sorted.ts';
import { literal, quoted } from './move/sides.ts';
import { partyMovesUnderWay } from './party/journal.ts';

export interface PlaceAuditOptions {
  /** By the names of servers. */
  readonly urls: ReadonlyMap<string, string>;
  readonly home: GroupPlace;
  readonly groups: readonly (GroupPlace & { readonly name: string })[];
  readonly node: string;
}

/** A row of a group's `order_ids`, or of the home's `order_places`. */
interface Held {
  readonly orderId: string;
  readonly platform: string;
  readonly group: string;
  /** Null for a row of `order_places`. */
  readonly owner: string | null;
}

/** Rows of each schema in memory at once. */
const PAGE = 1000;
/** Maximum number of listed findings of each kind; further ones are counted. */
const TOLD = 10;

/**
 * A reservation without an order is no finding: a creation may have failed after it, or be under way. All
 * schemas are read side by side in the sequence of the orders' ids, by one session for each server, so
 * that neither side holds more than a page of each.
 *
 * @throws {LedgerUnavailableError} if a server does not answer
 */
export async function auditPlacement(options: PlaceAuditOptions): Promise<string[]> {
  const sessions: Connection[] = [];
  const open = async (server: string, schema?: string): Promise<Connection> => {
    const url = options.urls.get(server)!;
    const session = await Connection.open({
      ...{ url: schema === undefined ? url : schemaUrl(url, schema), kind: 'long' },
      name: `${options.node}.places-${sessions.length}`,
    });
    sessions.push(session);
    await session.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return session;
  };
  try {
    const held: Pages<Held>[] = [];
    for (const [server, groups] of Map.groupBy(options.groups, (group) => group.server)) {
      const session = await open(server);
      for (const group of groups) held.push(await ordersOf(session, group));
    }
    // The home comes last: whatever a group holds was placed before.
    const home = await open(options.home.server, options.home.schema);
    const findings = new Findings(await readOwners(home), await readMoving(home));
    const places = await placesOf(home);
    await mergeSorted([...held, ...places], (rows) => findings.judge(rows));
    return [...findings.told(), ...(await strangers(home))];
  } catch (error) {
    throw unavailable(error);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** Its cursor is made at once, and with it the snapshot. */
function ordersOf(
  session: Connection,
  { name, schema }: GroupPlace & { readonly name: string },
): Promise<Pages<Held>> {
  // The key is in this sequence, so that nothing is sorted.
  const sql = `SELECT order_id, platform, owner FROM ${quoted(schema)}.order_ids ORDER BY order_id, platform`;
  return declare(session, `orders_${name}`, sql, ([orderId, platform, owner]) => ({
    orderId: orderId as string,
    platform: platform as string,
    group: name,
    owner: owner as string,
  }));
}

/** The key of the places begins with the platform: a stream for each is in the sequence of the ids. */
async function placesOf(home: Connection): Promise<Pages<Held>[]> {
  const streams: Pages<Held>[] = [];
  for (const [platform] of (await home.runText(PLATFORMS)) as [string][]) {
    const sql = `SELECT order_id, group_name FROM order_places WHERE platform = ${literal(platform)} ORDER BY order_id`;
    streams.push(
      await declare(home, `places_${streams.length}`, sql, ([orderId, group]) => ({
        orderId: orderId as string,
        platform,
        group: group as string,
        owner: null,
      })),
    );
  }
  return streams;
}

/** One look into the index for each platform. */
const PLATFORMS = `WITH RECURSIVE found AS (
    (SELECT platform FROM order_places ORDER BY platform LIMIT 1)
    UNION ALL
    SELECT (SELECT p.platform FROM order_places AS p WHERE p.platform > found.platform
      ORDER BY p.platform LIMIT 1)
    FROM found WHERE found.platform IS NOT NULL)
  SELECT platform FROM found WHERE platform IS NOT NULL`;

async function declare(
  session: Connection,
  name: string,
  sql: string,
  toHeld: (row: Row) => Held,
): Promise<Pages<Held>> {
  await session.runText(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
  return async () => (await session.runText(`FETCH ${PAGE} FROM ${name}`)).map(toHeld);
}

/** By platform and owner: the group. */
type Owners = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function readOwners(home: Connection): Promise<Owners> {
  const rows = (await home.runText('SELECT platform, party_id, group_name FROM party_groups')) as [
    string,
    string,
    string,
  ][];
  const byPlatform = Map.groupBy(rows, ([platform]) => platform);
  return new Map(
    [...byPlatform].map(([platform, its]) => [
      platform,
      new Map(its.map(([, owner, group]) => [owner, group])),
    ]),
  );
}

/** Owners whose party is on its way to another group, and whose rows are in both; each as a key. */
async function readMoving(home: Connection): Promise<ReadonlySet<string>> {
  const moves = await partyMovesUnderWay(home);
  return new Set(
    moves.flatMap(({ platform, owners }) => owners.map((owner) => `${platform}\n${owner}`)),
  );
}

/** Owners in a group that the home does not have. */
async function strangers(home: Connection): Promise<string[]> {
  const rows = await home.runText(
    `SELECT platform, party_id, group_name FROM party_groups
     WHERE group_name NOT IN (SELECT name FROM groups) ORDER BY 1, 2 LIMIT ${TOLD}`,
  );
  return rows.map(
    ([platform, owner, group]) =>
      `party_groups: owner ${owner} of ${platform} is placed in group ${group}, and the home has no group ${group}`,
  );
}

/** Orders of one owner in a group that is not the owner's. */
interface Misplaced {
  readonly text: string;
  readonly first: string;
  count: number;
}

class Findings {
  readonly #owners: Owners;
  readonly #moving: ReadonlySet<string>;
  readonly #orders: string[] = [];
  #more = 0;
  readonly #misplaced = new Map<string, Misplaced>();

  constructor(owners: Owners, moving: ReadonlySet<string>) {
    this.#owners = owners;
    this.#moving = moving;
  }

  /** @param rows all that the groups and the home have of one order */
  judge(rows: readonly Held[]): void {
    if (rows.length === 2 && this.#isRight(rows[0]!, rows[1]!)) return;
    const held = rows.filter(
      ({ platform, owner }) => owner !== null && !this.#moving.has(`${platform}\n${owner}`),
    );
    const [first] = held;
    if (!first) return; // A reservation alone.
    const order = `order ${first.platform} ${first.orderId}`;
    const place = rows.find(({ owner }) => owner === null)?.group;
    const named = place === undefined ? 'has no place' : `has its place in group ${place}`;
    if (held.length > 1) {
      const groups = held.map(({ group }) => group).sort();
      this.#tell(`${order} is in the groups ${groups.join(' and ')}, and ${named}`);
    } else if (place !== first.group) {
      this.#tell(`${order} is in group ${first.group}, and ${named}`);
    }
    for (const one of held) this.#judgeOwner(one);
  }

  /** An order with its place, as nearly all are. */
  #isRight(a: Held, b: Held): boolean {
    const [one, place] = a.owner === null ? [b, a] : [a, b];
    if (place.owner !== null || one.owner === null || place.group !== one.group) return false;
    return this.#owners.get(one.platform)?.get(one.owner) === one.group;
  }

  #judgeOwner({ platform, owner, group, orderId }: Held): void {
    const placed = this.#owners.get(platform)?.get(owner!);
    if (placed === group) return;
    const key = `${platform}\n${owner}\n${group}`;
    const known = this.#misplaced.get(key);
    if (known) known.count++;
    else {
      const where = placed === undefined ? 'in no group' : `in group ${placed}`;
      const text = `party_groups: owner ${owner} of ${platform} is placed ${where}, and group ${group} holds`;
      this.#misplaced.set(key, { text, first: orderId, count: 1 });
    }
  }

  #tell(problem: string): void {
    if (this.#orders.length < TOLD) this.#orders.push(`order_places: ${problem}`);
    else this.#more++;
  }

  told(): string[] {
    const all = [...this.#misplaced.values()];
    const owners = all.slice(0, TOLD).map(({ text, first, count }) => {
      return `${text} ${count === 1 ? 'an order' : `${count} orders`} of it, the first is ${first}`;
    });
    const more = this.#more + all.length - owners.length;
    return [...this.#orders, ...owners, ...(more > 0 ? [`and ${more} findings more`] : [])];
  }
}
