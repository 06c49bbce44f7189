// The stores of accounts, credentials and the audit on PostgreSQL.
import type { CredentialFilter, PeopleStore } from '../../core/account.ts';
import type { AuditStore } from '../../core/audit.ts';
import type { AuditHead } from '../chain.ts';
import {
  AUDIT_HEAD,
  AUDIT_OPEN,
  AuditWalk,
  accountDocument,
  auditColumns,
  auditPage,
  auditText,
  IS_LISTED,
  IS_OPEN,
  toAccount,
  toAuditEntry,
  toCredential,
} from '../people-rows.ts';
import { rowsOf } from './chain-audit.ts';
import type { Connection, Statement } from './connection.ts';
import type { Pool } from './pool.ts';

const ACCOUNT = 'SELECT account_id, name, version, document FROM accounts';
const CREDENTIAL =
  'SELECT digest, kind, credential_id, account_id, expires_at, attributes FROM credentials';
const MEANT = `kind = $1 AND credential_id = coalesce($2, credential_id)
  AND account_id IS NOT DISTINCT FROM coalesce($3, account_id)`;
const ENTRY = `SELECT number, at, actor, action, target, outcome, details, ${IS_OPEN} FROM audit`;
const APPEND = 'SELECT append_audit_1($1, $2, $3, $4, $5, $6, $7)';

const s = {
  accounts: { name: 'list-accounts', text: `${ACCOUNT} ORDER BY name` },
  accountById: { name: 'account-by-id', text: `${ACCOUNT} WHERE account_id = $1` },
  accountByName: { name: 'account-by-name', text: `${ACCOUNT} WHERE name = $1` },
  createAccount: {
    name: 'create-account',
    text: 'INSERT INTO accounts VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1',
  },
  replaceAccount: {
    name: 'replace-account',
    text: `UPDATE accounts SET name = $2, version = $3, document = $4 WHERE account_id = $1 AND version = $5
      AND NOT EXISTS (SELECT FROM accounts AS other WHERE other.name = $2 AND other.account_id <> $1) RETURNING 1`,
  },
  credential: { name: 'credential', text: `${CREDENTIAL} WHERE digest = $1` },
  credentials: {
    name: 'list-credentials',
    text: `${CREDENTIAL} WHERE ${MEANT} ORDER BY credential_id`,
  },
  saveCredential: {
    name: 'save-credential',
    text: 'SELECT save_credential_1($1, $2, $3, $4, $5, $6, $7)',
  },
  endCredentials: {
    name: 'end-credentials',
    text: `DELETE FROM credentials WHERE ${MEANT} RETURNING 1`,
  },
  forget: {
    name: 'forget-credentials',
    text: 'DELETE FROM credentials WHERE expires_at < $1 RETURNING 1',
  },
  append: { name: 'append-audit', text: APPEND },
  begin: {
    name: 'begin-audit',
    text: `WITH entry AS MATERIALIZED (${APPEND} AS number),
        opened AS (INSERT INTO settings SELECT '${AUDIT_OPEN}' || number, '' FROM entry)
      SELECT number FROM entry`,
  },
  complete: {
    name: 'complete-audit',
    text: `WITH entry AS MATERIALIZED (${APPEND} AS number),
        closed AS (DELETE FROM settings WHERE name = '${AUDIT_OPEN}' || $8::bigint)
      SELECT number FROM entry`,
  },
  entry: { name: 'audit-entry', text: `${ENTRY} WHERE number = $1` },
  entries: {
    name: 'list-audit',
    text: `${ENTRY} WHERE ${IS_LISTED} AND number < coalesce($1, 9007199254740991)
      AND ($2::text IS NULL OR actor = $2::text) AND ($3::text IS NULL OR action = $3::text)
      AND ($4::text IS NULL OR target = $4::text) AND ($5::text IS NULL OR starts_with(target, $5::text))
      AND ($6::text IS NULL OR outcome = $6::text)
      AND at >= coalesce($7, at) AND at < coalesce($8, 9007199254740991)
      ORDER BY number DESC LIMIT $9`,
    // An absent filter must not prevent the use of the index for a present one.
    isPlannedByValues: true,
  },
} satisfies Record<string, Statement>;

export function peopleStore(pool: Pool): PeopleStore {
  const meant = ({ kind, credentialId, accountId }: CredentialFilter) => [
    kind,
    credentialId ?? null,
    accountId ?? null,
  ];
  return {
    async listAccounts() {
      return (await pool.run(s.accounts)).map(toAccount);
    },
    async findAccount(by) {
      const [row] =
        'name' in by
          ? await pool.run(s.accountByName, [by.name])
          : await pool.run(s.accountById, [by.accountId]);
      return row ? toAccount(row) : null;
    },
    async saveAccount(account, replaces) {
      const { accountId, name, version } = account;
      const row = [accountId, name, version, accountDocument(account)];
      const saved =
        replaces === null
          ? await pool.runOnce(s.createAccount, row)
          : await pool.runOnce(s.replaceAccount, [...row, replaces]);
      return saved.length === 1;
    },
    async findCredential(digest) {
      const [row] = await pool.run(s.credential, [digest]);
      return row ? toCredential(row) : null;
    },
    async listCredentials(filter) {
      return (await pool.run(s.credentials, meant(filter))).map(toCredential);
    },
    async saveCredential(credential, spends) {
      const { digest, kind, credentialId, accountId, expiresAt, attributes } = credential;
      const row = [digest, kind, credentialId, accountId, expiresAt, JSON.stringify(attributes)];
      const [saved] = await pool.runOnce(s.saveCredential, [...row, spends ?? null]);
      return saved![0] === true;
    },
    async endCredentials(filter) {
      return (await pool.change(s.endCredentials, meant(filter))).length;
    },
    async forgetCredentials(before) {
      return (await pool.run(s.forget, [before])).length;
    },
  };
}

export function auditStore(pool: Pool): AuditStore {
  return {
    async append(entry) {
      const columns = auditColumns(entry);
      const values = [...columns, auditText(columns)];
      const [appended] =
        entry.begun !== undefined
          ? await pool.runOnce(s.complete, [...values, entry.begun])
          : await pool.runOnce(entry.outcome === 'begun' ? s.begin : s.append, values);
      return Number(appended![0]);
    },
    async list({ actor, action, target, outcome, from, to, limit, cursor }) {
      const isBeginning = target?.endsWith('*') === true;
      const asked = [
        cursor === undefined ? null : Number(cursor),
        actor,
        action,
        isBeginning ? null : target,
        isBeginning ? target.slice(0, -1) : null,
        outcome,
        from,
        to,
        limit + 1,
      ];
      const rows = await pool.run(
        s.entries,
        asked.map((value) => value ?? null),
      );
      return auditPage(rows, limit);
    },
    async find(number) {
      const [row] = await pool.run(s.entry, [number]);
      return row ? toAuditEntry(row) : null;
    },
  };
}

/** The errors in the audit's chain, in words. Runs in the caller's transaction. */
export async function auditAudit(connection: Connection, wanted?: AuditHead): Promise<string[]> {
  const walk = new AuditWalk(wanted);
  const all =
    'SELECT number, at, actor, action, target, outcome, details, hash FROM audit ORDER BY number';
  for await (const row of rowsOf(connection, all)) walk.see(row);
  const head = { name: 'audit-head', text: 'SELECT value FROM settings WHERE name = $1' };
  const [kept] = await connection.run(head, [AUDIT_HEAD]);
  const ofOpen = {
    name: 'audit-open',
    text: 'SELECT name FROM settings WHERE starts_with(name, $1)',
  };
  const open = await connection.run(ofOpen, [AUDIT_OPEN]);
  walk.end(
    kept ? String(kept[0]) : null,
    open.map(([name]) => String(name)),
  );
  return walk.damage;
}
