// Filters of lists that name no platform, state or party: refused with what there is, never answered with an empty list.
import { findState } from '../core/move-order.ts';
import type { Party } from '../core/party.ts';
import { ownersOf } from '../directory/owners.ts';
import type { Parties } from '../directory/parties.ts';
import type { Platform } from '../protocol/platform.ts';
import { ManageError } from './endpoint.ts';

interface Directory {
  readonly platforms: readonly Platform[];
  readonly parties: Parties;
}

interface PartyFilter {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
}

/** @throws {ManageError} 400 where a platform is named and does not exist */
export function checkPlatformFilter(
  platforms: readonly Platform[],
  name: string | undefined,
): void {
  if (name === undefined || platforms.some((platform) => platform.name === name)) return;
  throw refused(
    'platform',
    `no platform "${name}"`,
    platforms.map((platform) => platform.name),
  );
}

/**
 * The state that a filter names, by its key or by a word for it, as a transition takes them.
 * @throws {ManageError} 400 where none of the platforms that are asked has such a state
 */
export function resolveStateFilter(
  platforms: readonly Platform[],
  platformName: string | undefined,
  state: string | undefined,
): string | undefined {
  if (state === undefined) return undefined;
  const asked = platforms.filter(({ name }) => platformName === undefined || name === platformName);
  const found = new Set(asked.flatMap(({ model }) => findState(model, state) ?? []));
  if (found.has(state)) return state;
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  if (only !== undefined) {
    const problem = `"${state}" is another state on each platform; name the platform, or one of`;
    throw new ManageError(
      400,
      'bad-request',
      `state: ${problem}: ${[...found].join(', ')}`,
      'state',
    );
  }
  const known = asked.flatMap(({ name, model }) =>
    Object.entries(model.states).map(([key, meaning]) =>
      asked.length === 1 ? `${key} (${meaning})` : `${name} ${key} (${meaning})`,
    ),
  );
  throw refused('state', `no state "${state}"`, known, known.length);
}

/** Asks the same list with no filter but platform and party, for one item. */
export type AskWithout = () => Promise<{
  readonly items: readonly unknown[];
  readonly nextCursor?: string | null;
}>;

/**
 * For a list of orders or callbacks that came out empty: whether its party, who owns orders, is anybody.
 * Asked only then, since an owner that is in no party any more may still have some.
 * @throws {ManageError} 400 where nobody owns orders under that id
 */
export async function checkOwnerFilter(
  { platforms, parties }: Directory,
  { platform: platformName, party: owner }: PartyFilter,
  without?: AskWithout,
): Promise<void> {
  if (owner === undefined) return;
  const known = platforms
    .filter(({ name }) => platformName === undefined || name === platformName)
    .flatMap((platform) =>
      parties.list(platform.name).flatMap((party) => ownersOf(platform, party)),
    );
  if (known.includes(owner) || ((await without?.())?.items.length ?? 0) > 0) return;
  throw refused('party', `nobody owns orders under the id "${owner}"`, known);
}

/**
 * For a list of gateway calls that came out empty: whether its party, who a caller claims to be, is anybody.
 * @throws {ManageError} 400 where there is no such party
 */
export async function checkPartyFilter(
  { parties }: Pick<Directory, 'parties'>,
  { platform: platformName, party: partyId }: PartyFilter,
  without: AskWithout,
): Promise<void> {
  if (partyId === undefined) return;
  const known = parties.list(platformName).map((party: Party) => party.partyId);
  if (known.includes(partyId)) return;
  // One question searches a part of the log: where there is more of it, the party may still come.
  const { items, nextCursor = null } = await without();
  if (items.length > 0 || nextCursor !== null) return;
  throw refused('party', `no party "${partyId}", and no call that claims to be it`, known);
}

/**
 * The parties that a filter names: all, those of a platform, or one by its whole id.
 * @throws {ManageError} 400 where there is no such party
 */
export function partiesNamed(
  { parties }: Pick<Directory, 'parties'>,
  { platform, party: partyId }: PartyFilter,
): Party[] {
  const all = parties.list(platform);
  if (partyId === undefined) return all;
  const named = all.filter((party) => party.partyId === partyId);
  if (named.length > 0) return named;
  const known = all.map((party) => party.partyId);
  throw refused('party', `no party "${partyId}"`, known);
}

/** As many as a person reads through. */
const SHOWN = 20;

/** A 400 that lists what there is. @param shown how many of `known` at most */
export function refused(
  field: string,
  problem: string,
  known: readonly string[],
  shown = SHOWN,
): ManageError {
  const names = [...new Set(known)];
  const more = names.length > shown ? `, and ${names.length - shown} more` : '';
  const there = names.length === 0 ? 'none' : names.slice(0, shown).join(', ') + more;
  return new ManageError(400, 'bad-request', `${field}: ${problem}; there are: ${there}`, field);
}
