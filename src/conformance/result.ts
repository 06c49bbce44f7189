// Makes the result of a clause from what was heard: the verdict, the bytes as text, the command.
import type { Ground } from '../protocol/bases.ts';
import type { Clause } from '../protocol/clause.ts';
import type { Text } from '../protocol/contract.ts';
import type { Judged } from './judge.ts';
import type { Result, Verdict } from './verdict.ts';

/** Of a longer exchange the beginning is kept. */
const MAX_BYTES = 16 * 1024;

/** Headers whose value gives access by itself. A signature holds for its own call only. */
const TOKEN = /^([\w-]*(?:token|cookie)[\w-]*: *)\S.*$/gim;

/** Bytes as text: what is no UTF-8 as `\xNN`. */
export function shownBytes(bytes: Buffer): string {
  const kept = bytes.subarray(0, MAX_BYTES);
  const more = bytes.length - kept.length;
  const text = kept.toString('utf8');
  const isText = !text.includes('\ufffd') || more > 0;
  const shown = isText
    ? text
    : kept.toString('latin1').replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
  const end = more > 0 ? `\n… (+${more} bytes)` : '';
  return shown.replaceAll('\r\n', '\n').replace(TOKEN, '$1***') + end;
}

const isText = (value: Judged | Text): value is Text => 'zh' in value;

export function resultOf(
  clause: Clause,
  { basis, where, text }: Ground,
  judged: Judged | Text,
  { since, repeat }: { readonly since: number; readonly repeat: string },
): Result {
  const { id, request, expects } = clause;
  const its = {
    ...{ id, where, basis, repeat },
    text: { zh: text, en: text },
    method: request.method ?? null,
    expected: expects.words === undefined ? expects.code : `${expects.code} ${expects.words}`,
    isKnown: false,
    milliseconds: Date.now() - since,
  };
  if (isText(judged)) {
    const nothing = { got: null, faults: [], bytesSent: null, bytesGot: null };
    return { ...its, ...nothing, verdict: 'skip', reason: judged };
  }
  const { heard, exchange, faults, skip } = judged;
  const got = heard && (heard.words === null ? heard.code : `${heard.code} ${heard.words}`);
  const bad: Verdict = basis === 'ours' ? 'differs' : 'fail';
  const verdict: Verdict = skip ? 'skip' : faults.length === 0 ? 'pass' : bad;
  return {
    ...its,
    ...{ verdict, got, faults },
    reason: skip ?? null,
    bytesSent: exchange && shownBytes(exchange.sent),
    bytesGot: exchange && shownBytes(exchange.got),
  };
}
