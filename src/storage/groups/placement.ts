// Which group an owner belongs to, which group holds an order's id, and where each group is: read
// from the home schema, and kept in memory.
import type { Statement } from '../postgres/connection.ts';
import type { Pool } from '../postgres/pool.ts';
import { GroupReader } from '../postgres/reader.ts';
import type { GroupPlace, GroupsFile } from './file.ts';

export interface KnownPlace extends GroupPlace {
  /** One more with each move of the group. */
  readonly epoch: number;
}

const statement = (name: string, text: string): Statement => ({ name: `groups-${name}`, text });

const s = {
  make: statement(
    'make',
    'INSERT INTO groups (name, server, schema) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
  ),
  places: statement('places', 'SELECT name, server, schema, epoch FROM groups'),
  owners: statement('owners', 'SELECT platform, party_id, group_name FROM party_groups'),
  owner: statement(
    'owner',
    'SELECT group_name FROM party_groups WHERE platform = $1 AND party_id = $2',
  ),
  placeAt: statement(
    'place-at',
    'INSERT INTO party_groups VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
  ),
  place: statement(
    'place',
    `INSERT INTO party_groups SELECT $1, $2, (SELECT g.name FROM groups g
       LEFT JOIN party_groups p ON p.group_name = g.name WHERE g.name = ANY ($3::text[])
       GROUP BY g.name ORDER BY count(p.party_id), g.name LIMIT 1)
     ON CONFLICT DO NOTHING`,
  ),
  reserve: statement(
    'reserve',
    `WITH made AS (INSERT INTO order_places SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
       ON CONFLICT DO NOTHING RETURNING platform, order_id, group_name)
     SELECT platform, order_id, group_name FROM made
     UNION ALL SELECT p.platform, p.order_id, p.group_name
       FROM unnest($1::text[], $2::text[]) AS i (platform, order_id)
       JOIN order_places p ON p.platform = i.platform AND p.order_id = i.order_id`,
  ),
  /** An id that a group has reserved and has no order of. */
  takeOver: statement(
    'take-over',
    `UPDATE order_places SET group_name = $4 WHERE platform = $1 AND order_id = $2 AND group_name = $3`,
  ),
  /** The newest move of a party decides, if it has had several. */
  moves: statement(
    'party-moves',
    `SELECT platform, owners, from_group, to_group, ended_at IS NULL FROM party_moves
     WHERE step <> 'back' ORDER BY begun_at`,
  ),
  find: statement(
    'find-orders',
    `SELECT i.n, p.group_name FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i (platform, order_id, n)
     JOIN order_places p ON p.platform = i.platform AND p.order_id = i.order_id`,
  ),
};

/** A party that is on its way to another group, or has gone there. */
interface PartyMove {
  readonly owners: ReadonlySet<string>;
  readonly from: string;
  readonly to: string;
  readonly isUnderWay: boolean;
}

interface OrderName {
  readonly platform: string;
  readonly orderId: string;
}

interface Reservation {
  readonly orders: readonly OrderName[];
  readonly group: string;
}

export class Placement {
  readonly #pool: Pool;
  readonly #file: GroupsFile;
  #places: ReadonlyMap<string, KnownPlace> = new Map();
  #owners: ReadonlyMap<string, string> = new Map();
  #moves: readonly PartyMove[] = [];
  readonly #finder: GroupReader<OrderName, string | null>;
  readonly #reserver: GroupReader<Reservation, readonly string[]>;

  private constructor(pool: Pool, file: GroupsFile) {
    this.#pool = pool;
    this.#file = file;
    this.#finder = new GroupReader((asked) => this.#findAll(asked));
    this.#reserver = new GroupReader((asked) => this.#reserveAll(asked));
  }

  static async open(pool: Pool, file: GroupsFile): Promise<Placement> {
    const placement = new Placement(pool, file);
    await placement.reload();
    return placement;
  }

  /** Whether the home schema knows the group. */
  isMade(name: string): boolean {
    return this.#places.has(name);
  }

  /** From now on the group takes new owners, and the home schema says where it is. */
  async make(name: string): Promise<void> {
    const { server, schema } = this.#file.groups.get(name)!;
    await this.#pool.change(s.make, [name, server, schema]);
    await this.reload();
  }

  /** Reads everything again, because a group or an owner was moved. */
  async reload(): Promise<void> {
    const [places, owners, moves] = await Promise.all([
      this.#pool.run(s.places),
      this.#pool.run(s.owners),
      this.#pool.run(s.moves),
    ]);
    this.#moves = moves.map(([platform, ids, from, to, isUnderWay]) => ({
      owners: new Set((JSON.parse(String(ids)) as string[]).map((id) => key(platform, id))),
      ...{ from: String(from), to: String(to), isUnderWay: isUnderWay === true },
    }));
    this.#places = new Map(
      places.map(([name, server, schema, epoch]) => [
        String(name),
        { server: String(server), schema: String(schema), epoch: Number(epoch) },
      ]),
    );
    this.#owners = new Map(owners.map(([platform, id, name]) => [key(platform, id), String(name)]));
  }

  /** Where the group is now: as the home schema says, or for a new group the file. */
  placeOf(name: string): KnownPlace {
    const place = this.#places.get(name) ?? this.#file.groups.get(name);
    if (place) return { epoch: 0, ...place };
    throw new Error(`neither the home schema nor the file knows a group ${name}`);
  }

  /** The names of all groups of the file and of the home schema, sorted. */
  get names(): readonly string[] {
    return [...new Set([...this.#file.groups.keys(), ...this.#places.keys()])].sort();
  }

  /** A group that was added while this node runs is not in its file. */
  get #served(): readonly string[] {
    return this.names.filter((name) => this.#file.servers.has(this.placeOf(name).server));
  }

  /** The owner's group; undefined if nobody has placed the owner, as far as this node knows. */
  known(platform: string, owner: string): string | undefined {
    return this.#owners.get(key(platform, owner));
  }

  /** The moves of parties, as far as this node knows. */
  get moves(): readonly Pick<PartyMove, 'isUnderWay'>[] {
    return this.#moves;
  }

  /** Whether rows of owners that are served elsewhere may be in the group, while a party moves. */
  mayHoldStrays(group: string): boolean {
    return this.#moves.some(
      ({ isUnderWay, from, to }) => isUnderWay && (from === group || to === group),
    );
  }

  /** Whether the group holds rows of the owner that are not those which the owner is served from. */
  isStray(group: string, platform: string, owner: string): boolean {
    const its = key(platform, owner);
    return (
      this.#owners.get(its) !== group &&
      this.#moves.some(
        ({ isUnderWay, from, to, owners }) =>
          isUnderWay && (from === group || to === group) && owners.has(its),
      )
    );
  }

  /** Whether the owner was in the group before a move of its party. */
  hasLeft(group: string, platform: string, owner: string): boolean {
    const its = key(platform, owner);
    return (
      this.#owners.get(its) !== group &&
      this.#moves.some(({ from, owners }) => from === group && owners.has(its))
    );
  }

  /** Asks the home schema again for an owner that a group has refused. */
  async findAgain(platform: string, owner: string): Promise<string | undefined> {
    const [row] = await this.#pool.run(s.owner, [platform, owner]);
    if (row) this.#learn(platform, owner, String(row[0]));
    return row && String(row[0]);
  }

  /** As {@link known}, and asks the home schema for an owner that another node may have placed. */
  async find(platform: string, owner: string): Promise<string | undefined> {
    const known = this.known(platform, owner);
    if (known !== undefined) return known;
    const [row] = await this.#pool.run(s.owner, [platform, owner]);
    if (!row) return undefined;
    this.#learn(platform, owner, String(row[0]));
    return String(row[0]);
  }

  /**
   * The owner's group. A new owner is placed: in the group of `beside`, the other owners of its
   * party; else in the group that has the fewest owners, among those whose server the file names.
   */
  async place(platform: string, owner: string, beside: readonly string[] = []): Promise<string> {
    const found = await this.find(platform, owner);
    if (found !== undefined) return found;
    const near = beside.map((other) => this.known(platform, other)).find(Boolean);
    if (near === undefined) {
      await this.#pool.change(s.place, [platform, owner, this.#served]);
    } else await this.#pool.change(s.placeAt, [platform, owner, near]);
    const placed = await this.find(platform, owner);
    if (placed === undefined) throw new Error(`no group could be chosen for ${platform}/${owner}`);
    return placed;
  }

  /** Of the owners of a group that had a ledger before there were groups. */
  async adopt(group: string, owners: readonly (readonly [string, string])[]): Promise<void> {
    for (const [platform, owner] of owners) {
      await this.#pool.change(s.placeAt, [platform, owner, group]);
      this.#learn(platform, owner, group);
    }
  }

  /**
   * Reserves ids of orders for a group. The same group may reserve an id again, so that a creation
   * whose answer was lost can be repeated.
   *
   * @returns for each order the group that has its id
   */
  async reserve(orders: readonly OrderName[], group: string): Promise<readonly string[]> {
    return orders.length === 0 ? [] : this.#reserver.ask({ orders, group });
  }

  /** Of several requests for one id, the first gets it. */
  async #reserveAll(asked: readonly Reservation[]): Promise<(readonly string[])[]> {
    const wanted = new Map<string, OrderName & { readonly group: string }>();
    for (const { orders, group } of asked) {
      for (const { platform, orderId } of orders) {
        const name = key(platform, orderId);
        if (!wanted.has(name)) wanted.set(name, { platform, orderId, group });
      }
    }
    // All nodes reserve in one order, so that no two wait for each other.
    const sorted = [...wanted.values()].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
    const rows = await this.#pool.change(s.reserve, [
      sorted.map(({ platform }) => platform),
      sorted.map(({ orderId }) => orderId),
      sorted.map(({ group }) => group),
    ]);
    const found = new Map(rows.map(([platform, id, name]) => [key(platform, id), String(name)]));
    // Another node reserved these at the same time.
    const unseen = sorted.filter(({ platform, orderId }) => !found.has(key(platform, orderId)));
    if (unseen.length > 0) {
      for (const [i, name] of (await this.#findAll(unseen)).entries()) {
        const { platform, orderId, group } = unseen[i]!;
        found.set(key(platform, orderId), name ?? group);
      }
    }
    return asked.map(({ orders }) =>
      orders.map(({ platform, orderId }) => found.get(key(platform, orderId))!),
    );
  }

  /** Gives an id that `from` has reserved, and has no order of, to another group. */
  async takeOver({ platform, orderId }: OrderName, from: string, to: string): Promise<void> {
    await this.#pool.change(s.takeOver, [platform, orderId, from, to]);
  }

  /** The group that has reserved the order's id; null if none has. */
  groupOfOrder(platform: string, orderId: string): Promise<string | null> {
    return this.#finder.ask({ platform, orderId });
  }

  async #findAll(asked: readonly OrderName[]): Promise<(string | null)[]> {
    const values = [asked.map(({ platform }) => platform), asked.map(({ orderId }) => orderId)];
    const found: (string | null)[] = asked.map(() => null);
    for (const [n, name] of await this.#pool.run(s.find, values))
      found[Number(n) - 1] = String(name);
    return found;
  }

  #learn(platform: string, owner: string, group: string): void {
    (this.#owners as Map<string, string>).set(key(platform, owner), group);
  }
}

const key = (platform: unknown, owner: unknown): string => `${platform}\n${owner}`;
