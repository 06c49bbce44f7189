// A call of the request log as a line of JSON, and the search for calls in such lines.
import { type RequestQuery, type RequestRecord, SEARCHED } from '../../core/request-log.ts';

/**
 * Values without their names, in the sequence of {@link FIELDS}. The words of a reply, mostly
 * Chinese, are escaped: one such character would double the line's size in memory, which costs 1.5
 * µs more.
 */
export function toLine(r: RequestRecord): string {
  const values = JSON.stringify([
    r.id,
    r.at,
    r.platform,
    r.party,
    r.method,
    r.outcome,
    r.refusedBy,
    r.detail,
    r.orderId,
    r.address,
    r.durationMicros,
    r.stringToSign,
    r.body,
  ]);
  const words = r.words === null ? 'null' : inAscii(r.words);
  return `${values.slice(0, -1)},${words},${JSON.stringify(r.why ?? null)}]\n`;
}

/** A cache, because replies repeat the same few words. */
const REMEMBERED = 100;
const remembered = new Map<string, string>();

/** A text as ASCII JSON. */
function inAscii(text: string): string {
  let written = remembered.get(text);
  if (written === undefined) {
    const escaped = JSON.stringify(text).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    // The result of `replace` keeps the two bytes a character of its text, and with it the whole
    // line would. A text that is read from bytes has one byte a character.
    written = Buffer.from(escaped, 'latin1').toString('latin1');
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(text, written);
  }
  return written;
}

const FIELDS = [
  'id',
  'at',
  'platform',
  'party',
  'method',
  'outcome',
  'refusedBy',
  'detail',
  'orderId',
  'address',
  'durationMicros',
  'stringToSign',
  'body',
  'words',
  'why',
] as const satisfies readonly (keyof RequestRecord)[];

export function fromLine(line: string): RequestRecord {
  const values = JSON.parse(line) as unknown[];
  return Object.fromEntries(
    FIELDS.map((name, i) => [name, values[i] ?? null]),
  ) as unknown as RequestRecord;
}

const EQUAL = ['platform', 'party', 'method', 'outcome', 'orderId', 'address'] as const;

/** Returns the calls of a batch that match the query, newest first. */
export function matcher(
  query: RequestQuery,
  before: number | null,
): (lines: Buffer) => Generator<RequestRecord> {
  const wanted = EQUAL.filter((name) => query[name] !== undefined);
  const needles = wanted.map((name) => JSON.stringify(query[name]));
  const texts = query.texts?.map((text) => ({
    text,
    written: [JSON.stringify(text).slice(1, -1), inAscii(text).slice(1, -1)],
  }));
  const mayHaveText = (where: Buffer | string): boolean =>
    texts === undefined || texts.some(({ written }) => written.some((one) => where.includes(one)));
  const hasText = (record: RequestRecord): boolean =>
    texts === undefined ||
    SEARCHED.some((name) => texts.some(({ text }) => record[name]?.includes(text)));
  const { outcomeNot = [], outcomeIn } = query;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  return function* (lines) {
    // Searching for an absent text costs a hundredth of parsing the lines.
    if (needles.some((needle) => !lines.includes(needle)) || !mayHaveText(lines)) return;
    const each = lines.toString().split('\n');
    for (let i = each.length - 2; i >= 0; i--) {
      const line = each[i]!;
      if (needles.some((needle) => !line.includes(needle)) || !mayHaveText(line)) continue;
      const record = fromLine(line);
      if (before !== null && record.id >= before) continue;
      if (record.at < from || record.at >= to) continue;
      if (outcomeNot.includes(record.outcome) || !hasText(record)) continue;
      if (outcomeIn && !outcomeIn.includes(record.outcome)) continue;
      if (wanted.every((name) => record[name] === query[name])) yield record;
    }
  };
}
