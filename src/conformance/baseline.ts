// The baseline: failures that are known, so that only new ones make the exit code.
import { readFileSync } from 'node:fs';
import { TargetError } from './target.ts';
import type { Report, Result } from './verdict.ts';

/** A line: the platform, the clause's id, and why it is known. */
export interface Known {
  readonly platform: string;
  readonly id: string;
}

/** @throws {TargetError} names the line that is wrong */
export function readBaseline(file: string): readonly Known[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TargetError(`the baseline ${file} cannot be read: ${(error as Error).message}`);
  }
  return text.split('\n').flatMap((line, i) => {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') return [];
    const [platform, id] = bare.split(/\s+/);
    if (platform !== undefined && id !== undefined) return [{ platform, id }];
    throw new TargetError(
      `the baseline ${file}, line ${i + 1}: a line is "PLATFORM CLAUSE why it is known", and this is "${bare}"`,
    );
  });
}

/**
 * Marks the results that the baseline lists. An entry is stale if its clause fails no more, or if
 * there is no such clause. A clause that was skipped or not selected says nothing of its entry.
 *
 * @param ids the ids of all clauses of the platform
 */
export function withBaseline(
  report: Omit<Report, 'stale'>,
  known: readonly Known[],
  ids: readonly string[],
): Report {
  const own = new Set(
    known.filter(({ platform }) => platform === report.platform).map(({ id }) => id),
  );
  const results = report.results.map((result) => ({
    ...result,
    isKnown: result.verdict === 'fail' && own.has(result.id),
  }));
  const verdicts = new Map(results.map(({ id, verdict }) => [id, verdict]));
  const stale = [...own].filter((id) => {
    const verdict = verdicts.get(id);
    return verdict === 'pass' || verdict === 'differs' || !ids.includes(id);
  });
  return { ...report, results, stale };
}

/** The text of a baseline with the failures of a run. */
export const baselineOf = (platform: string, results: readonly Result[]): string =>
  [
    '# PLATFORM CLAUSE why it is known. An entry whose clause fails no more has to go.',
    ...results
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ id, where }) => `${platform} ${id} # ${where}`),
    '',
  ].join('\n');
