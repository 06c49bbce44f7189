// The token store's statements outside gateway calls: lists, and the ending of tokens.
import { IMPORTED_GRANT, NEVER, REVOKED, TOKEN_MARKS } from '../../core/token.ts';
import type { Statement } from './connection.ts';

const NO_MARK = `kind NOT IN (${TOKEN_MARKS.map((kind) => `'${kind}'`).join(', ')})`;

/**
 * Ends the tokens that `where` selects: an imported token becomes a mark, any other is deleted.
 * Returns the digests.
 */
const end = (where: string): string =>
  `WITH found AS MATERIALIZED (SELECT platform, digest, starts_with(grant_id, '${IMPORTED_GRANT}') AS is_imported
     FROM tokens WHERE ${where} AND kind <> '${REVOKED}' FOR UPDATE),
   marked AS (UPDATE tokens t SET kind = '${REVOKED}', attributes = '{}', expires_at = ${NEVER}
     FROM found f WHERE f.is_imported AND t.platform = f.platform AND t.digest = f.digest RETURNING 1),
   gone AS (DELETE FROM tokens t USING found f
     WHERE NOT f.is_imported AND t.platform = f.platform AND t.digest = f.digest RETURNING 1)
   SELECT (SELECT count(*) FROM marked) + (SELECT count(*) FROM gone)`;

export const tokenStatements = {
  list: {
    name: 'list-tokens',
    text: `SELECT digest, kind, party_id, grant_id, expires_at, attributes FROM tokens
     WHERE platform = $1 AND (grant_id, digest) > ($2, $3) AND party_id = coalesce($4, party_id)
       AND grant_id = coalesce($5, grant_id) AND ${NO_MARK} ORDER BY grant_id, digest LIMIT $6`,
  },
  listGrants: {
    name: 'list-grants',
    text: `SELECT grant_id, min(party_id), count(*), max(expires_at),
       (array_agg(attributes ORDER BY expires_at DESC))[1]
     FROM tokens WHERE platform = $1 AND grant_id > $2 AND party_id = coalesce($3, party_id) AND ${NO_MARK}
     GROUP BY grant_id ORDER BY grant_id LIMIT $4`,
  },
  revoke: { name: 'revoke-tokens-2', text: end('platform = $1 AND grant_id = $2') },
  end: { name: 'end-token', text: end('platform = $1 AND digest = $2') },
} satisfies Record<string, Statement>;
