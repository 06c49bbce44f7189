// If-Match: a change is made only of the version that its caller has read, which an answer's ETag told.
import { z } from 'zod';
import type { Party } from '../core/party.ts';
import type { Parties } from '../directory/parties.ts';
import { ManageError } from './endpoint.ts';

const TAGS = /^\s*(?:\*|(?:W\/)?"?\d{1,15}"?(?:\s*,\s*(?:W\/)?"?\d{1,15}"?)*)\s*$/;

/** For `headers` of an endpoint that changes something with a version. */
export const ifMatchHeader = {
  'if-match': z
    .string()
    .regex(TAGS, 'has to be a version in quotes, as the ETag of an answer gives it, or *')
    .optional()
    .describe('the ETag that was read; with another version nothing is changed (412)'),
};

export interface IfMatch {
  readonly 'if-match'?: string | undefined;
}

/**
 * Changes a party if it has the version that If-Match names. Another node may have changed it since this
 * one has read it, so a version that does not fit is compared once more with what the ledger holds.
 * @throws {ManageError} 412
 */
export async function changeMatching(
  parties: Parties,
  [platform, partyId]: readonly [platform: string, partyId: string],
  { 'if-match': tags }: IfMatch,
  change: (party: Party) => Party,
): Promise<Party | undefined> {
  const guarded = (party: Party): Party => {
    if (tags !== undefined && !matches(tags, party.version)) throw new OtherVersion(party.version);
    return change(party);
  };
  try {
    return await parties.change(platform, partyId, guarded);
  } catch (error) {
    if (!(error instanceof OtherVersion)) throw error;
  }
  await parties.reload();
  try {
    return await parties.change(platform, partyId, guarded);
  } catch (error) {
    if (!(error instanceof OtherVersion)) throw error;
    const message = `the party has version ${error.version} now; read it again, and decide again. Nothing was changed.`;
    throw new ManageError(412, 'other-version', message, 'if-match');
  }
}

class OtherVersion extends Error {
  readonly version: number;
  constructor(version: number) {
    super(`version ${version}`);
    this.version = version;
  }
}

const matches = (tags: string, version: number): boolean =>
  tags.trim() === '*' || (tags.match(/\d+/g) ?? []).some((tag) => Number(tag) === version);
