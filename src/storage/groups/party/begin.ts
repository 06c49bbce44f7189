// The begin of a party's move: where the party is, whether both groups can take part, and its journal.
import { randomBytes } from 'node:crypto';
import type { Connection } from '../../postgres/connection.ts';
import { readMigrations } from '../../postgres/database.ts';
import type { GroupsFile } from '../file.ts';
import { type GroupRow, listGroups, moveUnderWay } from '../move/journal.ts';
import { MoveError, openSide } from '../move/sides.ts';
import { beginPartyMove, type PartyMove, partyMovesUnderWay, placesOf } from './journal.ts';
import { requireMonths } from './months.ts';
import { setNumbersAside } from './numbers.ts';

export interface PartyOnItsWay {
  readonly platform: string;
  readonly partyId: string;
  /** All ids that have to be in one group with the party, itself included. */
  readonly owners: readonly string[];
  /** The name of a group. */
  readonly to: string;
}

export interface PartySides {
  readonly home: Connection;
  readonly old: Connection;
  readonly target: Connection;
}

/** @throws {MoveError} if the ids are in several groups, or already there */
export async function groupOfParty(home: Connection, request: PartyOnItsWay): Promise<string> {
  const { platform, partyId, owners, to } = request;
  const party = `${platform}/${partyId}`;
  const groups = await listGroups(home);
  if (!groups.some(({ name }) => name === to)) {
    throw new MoveError(
      `there is no group ${to}; there are ${groups.map(({ name }) => name).join(', ')}`,
    );
  }
  const places = await placesOf(home, platform, owners);
  const from = new Set([...places.values()].filter((name) => name !== to));
  if (places.size === 0) throw new MoveError(`${party} is in no group; it has no order yet`);
  if (from.size === 0) throw new MoveError(`${party} is in group ${to} already`);
  if (from.size > 1) {
    const list = [...places].map(([id, name]) => `${id} in ${name}`).join(', ');
    throw new MoveError(`the ids of ${party} are in several groups: ${list}`);
  }
  const [name] = from as unknown as [string];
  for (const group of [name, to]) {
    if (!(await moveUnderWay(home, group))) continue;
    throw new MoveError(`group ${group} is moving to another server; end that move first`);
  }
  const others = (await partyMovesUnderWay(home)).filter((move) =>
    [move.from, move.to].some((group) => group === name || group === to),
  );
  if (others.length === 0) return name;
  const { platform: its, partyId: id } = others[0]!;
  throw new MoveError(
    `the move of ${its}/${id} from group ${others[0]!.from} to ${others[0]!.to} has not ended; end it first`,
  );
}

export async function openGroup(
  file: GroupsFile,
  groups: readonly GroupRow[],
  name: string,
): Promise<Connection> {
  const { server, schema } = groups.find((group) => group.name === name)!;
  const url = file.servers.get(server);
  if (url === undefined)
    throw new MoveError(
      `group ${name} is on server ${server}, which the file of ORDERGATE_GROUPS does not name`,
    );
  const side = await openSide(url, schema);
  const newest = readMigrations().at(-1)!.version;
  const [row] = await side.runText(
    `SELECT max(version) FROM schema_version WHERE to_regclass('schema_version') IS NOT NULL`,
  );
  if (Number(row![0]) === newest) return side;
  await side.close();
  throw new MoveError(
    `group ${name} has schema version ${row![0]}, and this Ordergate works with ${newest}; start the nodes with this version first`,
  );
}

export async function beginMove(
  { home, old, target }: PartySides,
  { platform, partyId, owners, to }: PartyOnItsWay,
  from: string,
): Promise<PartyMove> {
  const places = await placesOf(home, platform, owners);
  const moveId = randomBytes(4).toString('hex');
  const its = owners.filter((owner) => places.get(owner) === from);
  await requireMonths({ old, target }, { platform, owners: its, from, to });
  const numbers = await setNumbersAside(old, target, { moveId, platform, owners: its });
  const move = { moveId, platform, partyId, owners: its, from, to, numbers, pausedUntil: null };
  await beginPartyMove(home, { ...move, step: 'begun' });
  return { ...move, step: 'begun' };
}
