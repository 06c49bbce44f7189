// The statements of the token store: those that find and list tokens, and those that store and end
// them.
import type { DatabaseSync } from 'node:sqlite';
import {
  IMPORTED_GRANT,
  NEVER,
  REVOKED,
  TOKEN_MARKS,
  type Token,
  type TokenGrant,
} from '../../core/token.ts';
import { query } from './query.ts';

/** A row with its attributes as JSON. */
export type WithJson<T> = Omit<T, 'attributes'> & { readonly attributes: string };

const TOKEN = `SELECT platform, digest, kind, party_id AS partyId, grant_id AS grantId,
  expires_at AS expiresAt, attributes FROM tokens`;
const NO_MARK = `kind NOT IN (${TOKEN_MARKS.map((kind) => `'${kind}'`).join(', ')})`;
const MARK = `UPDATE tokens SET kind = '${REVOKED}', attributes = '{}', expires_at = ${NEVER}`;

export function prepareTokenStatements(db: DatabaseSync) {
  return {
    find: query<WithJson<Token>>(db, `${TOKEN} WHERE platform = ? AND digest = ?`),
    list: query<WithJson<Token>>(
      db,
      `${TOKEN} WHERE platform = :platform AND (grant_id, digest) > (:grantAfter, :digestAfter)
         AND party_id = coalesce(:partyId, party_id) AND grant_id = coalesce(:grantId, grant_id)
         AND ${NO_MARK} ORDER BY grant_id, digest LIMIT :rows`,
    ),
    listGrants: query<WithJson<TokenGrant>>(
      db,
      // SQLite takes the columns beside max() from the row with the greatest expires_at.
      `SELECT grant_id AS grantId, party_id AS partyId, count(*) AS tokens,
         max(expires_at) AS expiresAt, attributes
       FROM tokens WHERE platform = :platform AND grant_id > :after
         AND party_id = coalesce(:partyId, party_id) AND ${NO_MARK}
       GROUP BY grant_id ORDER BY grant_id LIMIT :rows`,
    ),
    // A token that is imported again stays unchanged.
    add: db.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    end: db.prepare(
      `DELETE FROM tokens WHERE platform = ? AND digest = ? AND kind <> '${REVOKED}'`,
    ),
    mark: db.prepare(
      `${MARK} WHERE platform = ? AND digest = ? AND kind <> '${REVOKED}'
         AND substr(grant_id, 1, ${IMPORTED_GRANT.length}) = '${IMPORTED_GRANT}'`,
    ),
    markGrant: db.prepare(`${MARK} WHERE platform = ? AND grant_id = ? AND kind <> '${REVOKED}'`),
    revoke: db.prepare('DELETE FROM tokens WHERE platform = ? AND grant_id = ?'),
    forget: db.prepare('DELETE FROM tokens WHERE expires_at < ?'),
  };
}
