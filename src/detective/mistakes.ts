// All mistakes that can have been made with one request.
import type { ArrivedField, Evidence, NamedValue } from '../protocol/evidence.ts';
import { bodyMistakes } from './body-mistakes.ts';
import { rankOf } from './causes.ts';
import { isAscii } from './charsets.ts';
import { digestMistakes } from './digest-mistakes.ts';
import { Drafts, type Form } from './draft.ts';
import { fieldMistakes } from './field-mistakes.ts';
import { joinMistakes } from './join-mistakes.ts';
import { changedKeys, type KnownKey, keyPlaces, wrongKeys } from './key-mistakes.ts';
import type { Mistake } from './mistake.ts';
import { partMistakes } from './part-mistakes.ts';
import { timeMistakes } from './time-mistakes.ts';
import { charsetMistakes, valueMistakes } from './value-mistakes.ts';

/** In the order of the causes. */
export function mistakesOf(
  evidence: Evidence,
  keys: readonly KnownKey[],
  received: string,
  own: Form,
): readonly Mistake[] {
  const { fields, beside, credentials, bodyNames = [], accepted } = evidence;
  const [parts = []] = accepted;
  const leaves = fields ? leavesOf(fields.all, fields.unsigned) : namedParts(evidence);
  const body = parts.find((part) => part.is === 'body-base64');
  const hasMore =
    (body ? !isAscii(body.bytes) : false) ||
    leaves.some(({ value }) => !isAscii(Buffer.from(value)));
  const all = [
    ...wrongKeys(keys, credentials),
    ...changedKeys(),
    ...(fields
      ? [...keyPlaces(), ...fieldMistakes(fields, beside), ...joinMistakes(fields)]
      : partMistakes(new Drafts(evidence).make('').pieces, beside)),
    ...valueMistakes(leaves, fields !== undefined),
    ...charsetMistakes(hasMore, body !== undefined),
    ...(body ? bodyMistakes(bodyNames) : []),
    ...timeMistakes(leaves),
    ...digestMistakes(received, own),
  ];
  return all.toSorted((a, b) => rankOf(a.id) - rankOf(b.id));
}

function leavesOf(all: readonly ArrivedField[], unsigned: readonly string[]): NamedValue[] {
  return all.flatMap(({ name, value }): NamedValue[] => {
    if (typeof value !== 'string') return leavesOf(value, unsigned);
    return unsigned.includes(name) || value === '' ? [] : [{ name, value }];
  });
}

const namedParts = ({ accepted }: Evidence): NamedValue[] =>
  (accepted[0] ?? []).flatMap((part) => (part.is === 'field' ? [part] : []));
