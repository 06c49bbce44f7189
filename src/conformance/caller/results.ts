// Makes the results of a caller's run: verdicts, the bytes of the call that shows a fault, and the
// detective's word about a wrong signature.
import { groundsOf } from '../../protocol/bases.ts';
import type { Text } from '../../protocol/contract.ts';
import { shownBytes } from '../result.ts';
import type { Result, Verdict } from '../verdict.ts';
import type { TrialClause } from './clauses.ts';
import { type Finding, findingOf } from './findings.ts';
import type { Observed, Recorded } from './recorded.ts';
import type { CallerOptions } from './run.ts';

/** Clauses that no platform states are those of this project's callbacks, and of callers at all. */
const hereFor = (id: string) =>
  ({
    basis: 'ours',
    where: id.startsWith('callback') ? 'docs/callbacks.md' : 'docs/conformance.md',
  }) as const;

export async function callerResults(
  options: CallerOptions,
  clauses: readonly TrialClause[],
  observed: readonly Observed[],
): Promise<readonly Result[]> {
  const { conformance } = options;
  const grounds = groundsOf(conformance.settled);
  const results: Result[] = [];
  for (const clause of clauses) {
    const finding = findingOf(clause, conformance.caller, observed);
    const { basis, where } = clause.source ? grounds(clause.source) : hereFor(clause.id);
    const isSignature = clause.id === conformance.caller.signature.id;
    const why = isSignature && finding.call ? await explained(finding.call, options) : null;
    results.push({
      ...{ id: clause.id, where, basis, text: clause.text, method: finding.call?.method ?? null },
      verdict: verdictOf(finding, clause),
      reason: why ?? finding.note,
      expected: clause.text.en,
      got: finding.faults[0]?.got ?? null,
      faults: finding.faults,
      ...bytesOf(finding),
      repeat: options.repeat(clause.id),
      isKnown: false,
      milliseconds: 0,
    });
  }
  return results;
}

function verdictOf({ holds }: Finding, { isOurs }: TrialClause): Verdict {
  if (holds === null) return 'skip';
  if (holds) return 'pass';
  return isOurs ? 'differs' : 'fail';
}

/** The bytes of the call as the caller sent them, without what the judge has added. */
export function textOfCall({ verb, path, headers, body }: Recorded): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${verb} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

function bytesOf({ call, post }: Finding): Pick<Result, 'bytesSent' | 'bytesGot'> {
  if (post) return { bytesSent: null, bytesGot: post.bytes };
  if (!call) return { bytesSent: null, bytesGot: null };
  const { status, reply, forced } = call;
  const head = forced === null ? '' : `(${forced})\n`;
  return {
    bytesSent: shownBytes(textOfCall(call)),
    bytesGot: `${head}${status === null ? '' : `HTTP/1.1 ${status}\n\n`}${reply ?? ''}`,
  };
}

/** What the detective says of a call whose signature is wrong. */
async function explained(call: Recorded, { contract, reach }: CallerOptions): Promise<Text | null> {
  const raw = textOfCall(call).toString('utf8');
  try {
    const { causes } = await reach.manage<{
      causes: readonly { readonly id: string; readonly text: Text; readonly fix: Text }[];
    }>('POST', '/debug/signature', { platform: contract.name, raw });
    if (causes.length === 0) return null;
    const say = (language: keyof Text): string =>
      causes.map(({ id, text, fix }) => `${id}: ${text[language]} ${fix[language]}`).join(' ');
    return { zh: say('zh'), en: say('en') };
  } catch {
    // The fault itself is in the report.
    return null;
  }
}
