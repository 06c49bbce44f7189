// Prints the detective's answer about a signature.
import type { SignatureAnswer } from '../main.ts';
import { wrapped } from './wrapped.ts';

const INDENT = '  ';

/** What the detective found, for a terminal. */
export function signatureText(answer: SignatureAnswer): string {
  const { ok, causes, otherwise, refusedBy, searched, untried } = answer;
  const lines = [ok ? 'The signature is right.' : 'The signature is wrong.'];
  const add = (text: string): void => {
    lines.push(wrapped(text, INDENT));
  };
  for (const { id, text, fix } of causes) {
    lines.push('', id);
    add(text.en);
    add(fix.en);
  }
  if (!ok && causes.length === 0) lines.push('', ...notFound(answer));
  if (otherwise.length > 0) {
    lines.push('', 'It may as well be:');
    for (const { id, text } of otherwise) add(`${id}: ${text.en}`);
  }
  if (refusedBy) {
    lines.push('', `Refused by ${refusedBy.check} with ${refusedBy.code}:`);
    add(refusedBy.text);
  }
  lines.push(...strings(answer));
  if (searched.digests > 0) {
    const all = searched.complete ? '' : '; the search ended at its bound';
    lines.push('', `${searched.digests} digests were tried${all}.`);
  }
  if (untried.length > 0 && searched.digests > 0) {
    lines.push('Not tried to the end:');
    add(untried.join(' '));
  }
  return lines.join('\n');
}

function notFound({ refusedBy, searched }: SignatureAnswer): string[] {
  if (searched.digests > 0)
    return ['None of the mistakes that are known here fits, alone or with another.'];
  if (refusedBy) return ['The call did not get as far as its signature.'];
  return [
    wrapped('The call was not asked about when it arrived, and its signature was cut, so', ''),
    'that nothing can be tried now. Paste the request itself (--raw or --curl).',
  ];
}

function strings({ stringToSign, firstDifference, received, expected }: SignatureAnswer): string[] {
  const lines: string[] = [];
  if (stringToSign !== null) lines.push('', 'We sign:', `${INDENT}${stringToSign}`);
  if (firstDifference) {
    const { at, ours, yours } = firstDifference;
    lines.push('', `The first difference is at character ${at}:`);
    lines.push(
      `${INDENT}ours:  ${JSON.stringify(ours)}`,
      `${INDENT}yours: ${JSON.stringify(yours)}`,
    );
  }
  if (received !== null) lines.push('', `received: ${received}`);
  if (expected !== null) lines.push(`expected: ${expected}`);
  return lines;
}
