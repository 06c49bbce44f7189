// Every key that a client of a party may have signed with, each under a name that tells it and does not print it.
import type { Instant } from '../core/clock.ts';
import { endedKeys } from '../core/ended-keys.ts';
import { liveKeys, type Party } from '../core/party.ts';
import type { Text } from '../protocol/contract.ts';
import type { PartyDirectory } from '../protocol/platform.ts';
import { formatShanghai } from '../protocol/shanghai-time.ts';
import { type Cause, causeOf } from './causes.ts';
import type { KnownKey } from './key-mistakes.ts';
import type { Keys } from './search.ts';

/** Of other parties' keys so many are tried at most. */
const OTHERS = 2000;

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];

export interface KeySources {
  readonly parties: Pick<PartyDirectory, 'list'>;
  /** Keys that are published with the sandbox, where no party may have one; else none. */
  readonly published: ReadonlySet<string>;
}

export function keysOf(
  party: Party,
  now: Instant,
  { parties, published }: KeySources,
  given?: string,
): Keys {
  const live = liveKeys(party, now);
  const ended = endedKeys(party, now);
  // Both lists begin with the newest, which decides where two were made in one millisecond.
  const byAge = [...live, ...ended].reverse().sort((a, b) => a.createdAt - b.createdAt);
  const ordinalOf = (keyId: string): Text => {
    const n = byAge.findIndex((key) => key.keyId === keyId);
    return { zh: `您的第 ${n + 1} 个密钥`, en: `your ${ORDINALS[n] ?? `${n + 1}th`} key` };
  };
  const taken = new Set(live.map(({ secret }) => secret));
  const known: KnownKey[] = [];
  const add = (key: KnownKey): void => {
    if (taken.has(key.secret)) return;
    taken.add(key.secret);
    known.push(key);
  };
  for (const { keyId, secret, endedAt } of ended) {
    const { zh, en } = ordinalOf(keyId);
    const day = formatShanghai(endedAt).slice(0, 10);
    const name = { zh: `${zh}，已于 ${day} 停用`, en: `${en}, retired ${day}` };
    add({ secret, id: 'wrong-key:retired', name });
  }
  const others = parties.list(party.platform).filter(({ partyId }) => partyId !== party.partyId);
  for (const { secret } of others.flatMap((one) => liveKeys(one, now)).slice(0, OTHERS)) {
    add({ secret, id: 'wrong-key:other-party' });
  }
  for (const secret of published) add({ secret, id: 'wrong-key:sandbox' });
  if (given !== undefined && given !== '') add({ secret: given, id: 'wrong-key:unknown' });
  return { live: live.map(({ keyId, secret }) => ({ secret, name: ordinalOf(keyId) })), known };
}

/** What is wrong with a key that somebody brings, whatever was signed with it; nothing where it holds. */
export function causesOfKey(secret: string, { live, known }: Keys): Cause[] {
  if (live.some((key) => key.secret === secret)) return [];
  if (live.some((key) => key.secret === secret.trim())) return [causeOf('key-blanks')];
  const lower = secret.toLowerCase();
  if (live.some((key) => key.secret.toLowerCase() === lower)) return [causeOf('key-case')];
  const found = known.find((key) => key.secret === secret);
  return found ? [causeOf(found.id, found.name)] : [];
}
