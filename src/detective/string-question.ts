// A mere string with a digest: the key stands in it by its name, or where the platform puts it.
import type { Party } from '../core/party.ts';
import type { Evidence } from '../protocol/evidence.ts';
import type { Platform } from '../protocol/platform.ts';
import type { SignedPart } from '../protocol/signature-scheme.ts';
import type { StringQuestion } from './detective.ts';

/** The party that is named; else the one whose id stands in the string, the longest; else the only one. */
export function partyOfString(
  { string, party }: StringQuestion,
  parties: readonly Party[],
): Party | undefined {
  if (party !== undefined) return parties.find(({ partyId }) => partyId === party);
  const inText = parties
    .filter(({ partyId }) => string.includes(partyId))
    .toSorted((a, b) => b.partyId.length - a.partyId.length);
  return inText[0] ?? (parties.length === 1 ? parties[0] : undefined);
}

/** A key's name in braces, such as `{appSecret}`. */
const NAMED_KEY = /\{\w{1,40}\}/;

export function evidenceOfString(
  platform: Platform,
  { string, digest }: StringQuestion,
  party: Party,
): Evidence {
  const { algorithm } = platform.contract;
  const accepted = partsOf(platform, string, party).map(withoutEmpty);
  const [text, key, ...more] = accepted[0] ?? [];
  // Where a platform puts its key at the end, a key elsewhere is a mistake of its own.
  const keyEnds =
    endsWithKey(platform) && text?.is === 'field' && key?.is === 'secret' && more.length === 0;
  return {
    algorithm,
    party: party.partyId,
    received: digest,
    accepted,
    ...(keyEnds && {
      fields: { all: [text], unsigned: [], documented: [], isNameless: true },
    }),
    beside: [],
    credentials: [{ name: 'party', value: party.partyId }],
  };
}

/** Of any text: one that ends in a time shows where a time stands behind the key. */
const endsWithKey = ({ signedText }: Platform): boolean =>
  !signedText || signedText.split('a=1&b=20260102030405')[1] === '';

const withoutEmpty = (parts: readonly SignedPart[]): readonly SignedPart[] =>
  parts.filter((part) => part.is !== 'field' || part.value !== '');

function partsOf(platform: Platform, string: string, party: Party): (readonly SignedPart[])[] {
  const { secret: name, split } = platform.signedText ?? { secret: 'key', split: null };
  const key: SignedPart = { is: 'secret', name };
  const field = (value: string, n: number): SignedPart => ({
    is: 'field',
    name: `text ${n}`,
    value,
  });
  const around = (before: string, after: string): readonly SignedPart[] => [
    field(before, 1),
    key,
    field(after, 2),
  ];
  const masked = NAMED_KEY.exec(string);
  if (masked) {
    const end = masked.index + masked[0].length;
    return [around(string.slice(0, masked.index), string.slice(end))];
  }
  for (const { secret } of party.keys) {
    const at = string.indexOf(secret);
    if (at >= 0) return [around(string.slice(0, at), string.slice(at + secret.length))];
  }
  if (platform.contract.algorithm.startsWith('hmac')) return [[field(string, 1)]];
  const [before, after] = split?.(string) ?? [string, ''];
  return [around(before, after)];
}
