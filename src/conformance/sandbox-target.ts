// The target for a sandbox of ours: its management API makes the data and moves the clock, and its
// fixtures have the keys of its parties.
import { readFileSync } from 'node:fs';
import type { ClauseSet, Row } from '../protocol/clause.ts';
import { parseTarget, type TargetFile } from './target.ts';

/** Parties that the clauses add to a sandbox; the keys of a sandbox are public anyway. */
const NEW_SECRETS = 'conformance of a sandbox';

export interface Sandbox {
  /** Where the gateways are. */
  readonly url: string;
  readonly manage: { readonly url: string; readonly token: string };
}

/** @param sandboxFile the platform's fixtures */
export function sandboxTarget(
  { url, manage }: Sandbox,
  set: ClauseSet,
  sandboxFile: URL,
): TargetFile {
  const { section, secret, rows } = set.parties;
  const fixtures = JSON.parse(readFileSync(sandboxFile, 'utf8')) as Record<
    string,
    Record<string, readonly Row[]>
  >;
  const there = fixtures[set.platform]?.[section] ?? [];
  const parties = Object.entries(rows).flatMap(([id, row]) => {
    const idField = Object.keys(row).find((name) => row[name] === id);
    const found = there.find((one) => idField !== undefined && one[idField] === id);
    return found ? [[id, { secret: found[secret] }]] : [];
  });
  return parseTarget(
    {
      url,
      parties: Object.fromEntries(parties),
      manage,
      fixtures: { manage: true },
      clock: { manage: true },
      newSecrets: NEW_SECRETS,
    },
    'of the sandbox',
  );
}
