// The head of a ledger in groups: one line with the head of each part, such as `00=12.118.9f…,01=3.20.4c…`.
import { FIRST_GROUP } from './begin.ts';
import { readGroupsFile } from './file.ts';
import { partsOf, withPart } from './parts.ts';

/**
 * Each part is as of its own moment, one after the other.
 *
 * @throws {UnusableDatabaseError} if a part does not answer: a head without it would prove less
 */
export async function readHeadOfGroups(path: string): Promise<string> {
  const heads: string[] = [];
  for (const part of await partsOf(readGroupsFile(path))) {
    heads.push(`${part.name}=${await withPart(part, (source) => source.head())}`);
  }
  return heads.join(',');
}

/** The heads by part. A line from before the groups is the head of group 00. */
export function splitHead(text: string): ReadonlyMap<string, string> {
  if (!text.includes('=')) return new Map([[FIRST_GROUP, text]]);
  return new Map(text.split(',').map((one) => one.split('=') as [string, string]));
}
