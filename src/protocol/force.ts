// Reads the text of a sandbox force, such as `code=SignFail,latency=500`, and says what is wrong with it.
import type { Contract } from './contract.ts';

/** The header that forces one call. */
export const FORCE_HEADER = 'x-sandbox-force';

/** Longer than every timeout that a client is likely to have. */
export const MAX_LATENCY_MS = 60_000;

const MAX_TEXT = 500;

/** What happens to the bytes of a reply: at most one of these. */
export type Damage = 'reset' | 'truncate' | 'garbage';

/** What a text asks for. */
export interface Force {
  /** The text again, without blanks. */
  readonly text: string;
  /** The code that stands for the call; nothing is executed. */
  readonly code?: string;
  /** How long the reply is kept back, 0 to 60,000 ms. */
  readonly latencyMs?: number;
  readonly damage?: Damage;
  readonly duplicates?: true;
  readonly reorders?: true;
}

/** Why a text is no force: a sentence that says what to write instead. */
export interface BadForce {
  readonly problem: string;
}

const NAMES =
  'code=CODE, latency=MILLISECONDS, reset, truncate, garbage, duplicate-callback, reorder-callback';

export function parseForce(text: string, { name, codes }: Contract): Force | BadForce {
  if (text.length > MAX_TEXT) return { problem: `a force has at most ${MAX_TEXT} characters` };
  const parts = text.split(',').map((part) => part.trim());
  const force: { -readonly [K in keyof Force]: Force[K] } = { text: parts.join(',') };
  for (const part of parts) {
    const at = part.indexOf('=');
    const [word, value] = at < 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
    const problem = add(force, word, value);
    if (problem !== null) return { problem };
  }
  if (force.code !== undefined) {
    const problem = codeProblem(force.code, name, Object.keys(codes));
    if (problem !== null) return { problem };
    if (force.duplicates || force.reorders) {
      return {
        problem:
          'code executes nothing, so that there is no callback to duplicate or to reorder: leave one of the two out',
      };
    }
  }
  return force;
}

function add(
  force: { -readonly [K in keyof Force]: Force[K] },
  word: string,
  value: string | undefined,
): string | null {
  const once = (given: unknown): string | null =>
    given === undefined ? null : `${word} stands twice`;
  const alone = value === undefined ? null : `${word} takes no value, and has "${value}"`;
  switch (word) {
    case 'code': {
      const problem = once(force.code) ?? (value ? null : 'code needs a value, such as code=CODE');
      if (problem === null) force.code = value!;
      return problem;
    }
    case 'latency': {
      const ms = /^\d{1,6}$/.test(value ?? '') ? Number(value) : Number.NaN;
      const problem =
        once(force.latencyMs) ??
        (ms <= MAX_LATENCY_MS
          ? null
          : `latency takes whole milliseconds from 0 to ${MAX_LATENCY_MS}, and has "${value ?? ''}"`);
      if (problem === null) force.latencyMs = ms;
      return problem;
    }
    case 'reset':
    case 'truncate':
    case 'garbage': {
      if (force.damage !== undefined) {
        return `${force.damage} and ${word} are two fates of one reply: leave one out`;
      }
      force.damage = word;
      return alone;
    }
    case 'duplicate-callback':
      force.duplicates = true;
      return alone;
    case 'reorder-callback':
      force.reorders = true;
      return alone;
    default:
      return `there is no force "${word}"; there are: ${NAMES}`;
  }
}

/** Null for a code of the platform's tables, or of a row that ends in a placeholder. */
function codeProblem(code: string, platform: string, rows: readonly string[]): string | null {
  for (const row of rows) {
    if (!/[*?]$/.test(row)) {
      if (row === code) return null;
      continue;
    }
    const stem = row.slice(0, -1);
    if (!code.startsWith(stem)) continue;
    const end = code.slice(stem.length);
    const isNumber = row.endsWith('?');
    if ((isNumber ? /^\d{1,5}$/ : /^[\w.-]{1,64}$/).test(end)) return null;
    return `the code ${row} ends in ${isNumber ? 'a number' : "a field's name"}: write it in the place of ${row.at(-1)}`;
  }
  return `${platform} has no code "${code}"; ${listed(code, rows)}`;
}

/** Enough codes for a glance; a platform may have more than a hundred. */
const SHOWN = 12;

function listed(code: string, rows: readonly string[]): string {
  if (rows.length <= SHOWN) return `there are: ${rows.join(', ')}`;
  const word = code.split(/[.:]/).at(-1)!.toLowerCase();
  const near = rows.filter((row) => word.length > 1 && row.toLowerCase().includes(word));
  const some = (near.length > 0 ? near : rows).slice(0, SHOWN).join(', ');
  return `among its ${rows.length} codes are: ${some}; /docs lists all of them`;
}
