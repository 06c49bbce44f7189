// The writer's works on accounts, credentials and the audit. Each checks everything before it
// writes.
import type { DatabaseSync } from 'node:sqlite';
import type { Account, Credential, CredentialFilter } from '../../core/account.ts';
import type { NewAuditEntry } from '../../core/audit.ts';
import {
  AUDIT_HEAD,
  AUDIT_OPEN,
  accountDocument,
  auditColumns,
  auditHash,
  auditText,
} from '../people-rows.ts';

/** The values of a filter, by the names in its statement. */
export const meant = ({ kind, credentialId, accountId }: CredentialFilter) => ({
  kind,
  id: credentialId ?? null,
  account: accountId ?? null,
});

export function peopleWrites(db: DatabaseSync) {
  const createAccount = db.prepare(
    'INSERT INTO accounts VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replaceAccount = db.prepare(
    `UPDATE accounts SET name = ?, version = ?, document = ? WHERE account_id = ? AND version = ?
       AND NOT EXISTS (SELECT 1 FROM accounts AS other WHERE other.name = ?1 AND other.account_id <> ?4)`,
  );
  const endCredential = db.prepare('DELETE FROM credentials WHERE digest = ?');
  const addCredential = db.prepare('INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?)');
  const endCredentials = db.prepare(
    `DELETE FROM credentials WHERE kind = :kind AND credential_id = coalesce(:id, credential_id)
       AND account_id IS coalesce(:account, account_id)`,
  );
  const forget = db.prepare('DELETE FROM credentials WHERE expires_at < ?');
  const head = db.prepare('SELECT value FROM settings WHERE name = ?');
  const set = db.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  const unset = db.prepare('DELETE FROM settings WHERE name = ?');
  const addEntry = db.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    saveAccount(account: Account, replaces: number | null): boolean {
      const { accountId, name, version } = account;
      const document = accountDocument(account);
      const saved =
        replaces === null
          ? createAccount.run(accountId, name, version, document)
          : replaceAccount.run(name, version, document, accountId, replaces);
      return saved.changes === 1;
    },
    saveCredential(credential: Credential, spends: string | undefined): boolean {
      if (spends !== undefined && endCredential.run(spends).changes === 0) return false;
      const { digest, kind, credentialId, accountId, expiresAt, attributes } = credential;
      const text = JSON.stringify(attributes);
      addCredential.run(digest, kind, credentialId, accountId, expiresAt, text);
      return true;
    },
    endCredentials: (filter: CredentialFilter): number =>
      Number(endCredentials.run(meant(filter)).changes),
    forgetCredentials: (before: number): number => Number(forget.run(before).changes),
    appendAudit(entry: NewAuditEntry): number {
      const columns = auditColumns(entry);
      const [newest, previous] = String(head.get(AUDIT_HEAD)?.value ?? '0.').split('.');
      const number = Number(newest) + 1;
      const its = auditHash(previous!, number, auditText(columns));
      addEntry.run(number, ...columns, its);
      set.run(AUDIT_HEAD, `${number}.${its}`);
      if (entry.outcome === 'begun') set.run(`${AUDIT_OPEN}${number}`, '');
      if (entry.begun !== undefined) unset.run(`${AUDIT_OPEN}${entry.begun}`);
      return number;
    },
  };
}
