// What the writer does for the stores beside the orders: tokens, the catalog, and what the limits counted.
import type { DatabaseSync } from 'node:sqlite';
import { IMPORTED_GRANT, NEVER, REVOKED } from '../../core/token.ts';

export interface TokenRow {
  readonly platform: string;
  readonly digest: string;
  readonly kind: string;
  readonly partyId: string;
  readonly grantId: string;
  readonly expiresAt: number;
  readonly attributes: string;
}

export type StoreJob =
  | {
      readonly op: 'saveTokens';
      readonly tokens: readonly TokenRow[];
      readonly spend: { readonly platform: string; readonly digest: string } | null;
    }
  | { readonly op: 'revokeTokens'; readonly platform: string; readonly grantId: string }
  | { readonly op: 'endToken'; readonly platform: string; readonly digest: string }
  | { readonly op: 'forgetTokens'; readonly before: number }
  | {
      readonly op: 'saveCatalog';
      readonly platform: string;
      readonly kind: string;
      readonly key: string;
      readonly document: string;
      readonly create: boolean;
    }
  | {
      readonly op: 'removeCatalog';
      readonly platform: string;
      readonly kind: string;
      readonly key: string;
    }
  /** Of whole numbers: a lower one than what is kept is passed over. */
  | { readonly op: 'setLatest'; readonly settings: readonly (readonly [string, string])[] }
  | {
      readonly op: 'replaceSealed';
      readonly id: number;
      readonly sealed: string;
      readonly renewed: string;
    }
  | {
      readonly op: 'keepLimits';
      readonly counts: readonly (readonly [key: string, endsAt: number, count: number])[];
      readonly now: number;
    };

/** Returns how a job of the stores is carried out; a job writes nothing before it knows that it will. */
export function storeJobs(db: DatabaseSync): (job: StoreJob) => unknown {
  const s = prepare(db);
  return (job) => {
    switch (job.op) {
      case 'saveTokens': {
        if (job.spend && s.endToken.run(job.spend.platform, job.spend.digest).changes === 0) {
          return false;
        }
        for (const t of job.tokens) {
          s.addToken.run(
            t.platform,
            t.digest,
            t.kind,
            t.partyId,
            t.grantId,
            t.expiresAt,
            t.attributes,
          );
        }
        return true;
      }
      case 'revokeTokens':
        return Number(
          job.grantId.startsWith(IMPORTED_GRANT)
            ? s.markTokens.run(job.platform, job.grantId).changes
            : s.revokeTokens.run(job.platform, job.grantId).changes,
        );
      case 'endToken':
        return (
          s.markToken.run(job.platform, job.digest).changes === 1 ||
          s.endToken.run(job.platform, job.digest).changes === 1
        );
      case 'forgetTokens':
        return Number(s.forgetTokens.run(job.before).changes);
      case 'saveCatalog': {
        const save = job.create ? s.createCatalog : s.replaceCatalog;
        return save.run(job.platform, job.kind, job.key, job.document).changes === 1;
      }
      case 'removeCatalog':
        return s.removeCatalog.run(job.platform, job.kind, job.key).changes === 1;
      case 'setLatest':
        for (const setting of job.settings) s.setLatest.run(...setting);
        return job.settings.length;
      case 'replaceSealed':
        return Number(s.replaceSealed.run(job.renewed, job.id, job.sealed).changes);
      case 'keepLimits':
        s.forgetLimits.run(job.now);
        for (const count of job.counts) s.keepLimit.run(...count);
        return job.counts.length;
    }
  };
}

const MARK = `UPDATE tokens SET kind = '${REVOKED}', attributes = '{}', expires_at = ${NEVER}`;

function prepare(db: DatabaseSync) {
  return {
    // What is imported again is left as it is.
    addToken: db.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    endToken: db.prepare(
      `DELETE FROM tokens WHERE platform = ? AND digest = ? AND kind <> '${REVOKED}'`,
    ),
    markToken: db.prepare(
      `${MARK} WHERE platform = ? AND digest = ? AND kind <> '${REVOKED}'
         AND substr(grant_id, 1, ${IMPORTED_GRANT.length}) = '${IMPORTED_GRANT}'`,
    ),
    markTokens: db.prepare(`${MARK} WHERE platform = ? AND grant_id = ? AND kind <> '${REVOKED}'`),
    revokeTokens: db.prepare('DELETE FROM tokens WHERE platform = ? AND grant_id = ?'),
    forgetTokens: db.prepare('DELETE FROM tokens WHERE expires_at < ?'),
    createCatalog: db.prepare('INSERT INTO catalog VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    replaceCatalog: db.prepare('INSERT OR REPLACE INTO catalog VALUES (?, ?, ?, ?)'),
    removeCatalog: db.prepare('DELETE FROM catalog WHERE platform = ? AND kind = ? AND key = ?'),
    setLatest: db.prepare(
      `INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
       WHERE CAST(settings.value AS INTEGER) < CAST(excluded.value AS INTEGER)`,
    ),
    replaceSealed: db.prepare('UPDATE sealed_texts SET sealed = ? WHERE id = ? AND sealed = ?'),
    forgetLimits: db.prepare('DELETE FROM limit_counts WHERE ends_at <= ?'),
    keepLimit: db.prepare('INSERT OR REPLACE INTO limit_counts VALUES (?, ?, ?)'),
  };
}
