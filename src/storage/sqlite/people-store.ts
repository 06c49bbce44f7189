// The stores of accounts, credentials and the audit on SQLite.
import type { DatabaseSync } from 'node:sqlite';
import type { PeopleStore } from '../../core/account.ts';
import type { AuditQuery, AuditStore } from '../../core/audit.ts';
import type { AuditHead } from '../chain.ts';
import {
  AUDIT_HEAD,
  AUDIT_OPEN,
  AuditWalk,
  auditPage,
  IS_LISTED,
  IS_OPEN,
  toAccount,
  toAuditEntry,
  toCredential,
} from '../people-rows.ts';
import { meant, peopleWrites } from './people-writes.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const ACCOUNT = 'SELECT account_id, name, version, document FROM accounts';
const CREDENTIAL =
  'SELECT digest, kind, credential_id, account_id, expires_at, attributes FROM credentials';
const ENTRY = `SELECT number, at, actor, action, target, outcome, details, ${IS_OPEN} FROM audit`;

const values = (row: Record<string, unknown>): unknown[] => Object.values(row);

function writeWith(writer: Writer) {
  const writes = peopleWrites(writer.db);
  return <T>(run: (its: typeof writes) => T): Promise<T> => writer.run(() => run(writes));
}

export function peopleStore(reader: Reader, writer: Writer): PeopleStore {
  const { db } = reader;
  const write = writeWith(writer);
  const accounts = db.prepare(`${ACCOUNT} ORDER BY name`);
  const byId = db.prepare(`${ACCOUNT} WHERE account_id = ?`);
  const byName = db.prepare(`${ACCOUNT} WHERE name = ?`);
  const credential = db.prepare(`${CREDENTIAL} WHERE digest = ?`);
  const credentials = db.prepare(
    `${CREDENTIAL} WHERE kind = :kind AND credential_id = coalesce(:id, credential_id)
       AND account_id IS coalesce(:account, account_id) ORDER BY credential_id`,
  );
  return {
    async listAccounts() {
      const rows = await reader.read(() => accounts.all());
      return rows.map((row) => toAccount(values(row)));
    },
    async findAccount(by) {
      const row = await reader.read(() =>
        'name' in by ? byName.get(by.name) : byId.get(by.accountId),
      );
      return row ? toAccount(values(row)) : null;
    },
    saveAccount: (account, replaces) => write((its) => its.saveAccount(account, replaces)),
    async findCredential(digest) {
      const row = await reader.read(() => credential.get(digest));
      return row ? toCredential(values(row)) : null;
    },
    async listCredentials(filter) {
      const rows = await reader.read(() => credentials.all(meant(filter)));
      return rows.map((row) => toCredential(values(row)));
    },
    saveCredential: (one, spends) => write((its) => its.saveCredential(one, spends)),
    endCredentials: (filter) => write((its) => its.endCredentials(filter)),
    forgetCredentials: (before) => write((its) => its.forgetCredentials(before)),
  };
}

export function auditStore(reader: Reader, writer: Writer): AuditStore {
  const { db } = reader;
  const write = writeWith(writer);
  const one = db.prepare(`${ENTRY} WHERE number = ?`);
  return {
    append: (entry) => write((its) => its.appendAudit(entry)),
    async list(query) {
      const [where, asked] = conditions(query);
      const sql = `${ENTRY} WHERE ${where} ORDER BY number DESC LIMIT :rows`;
      const rows = await reader.read(() =>
        db.prepare(sql).all({ ...asked, rows: query.limit + 1 }),
      );
      return auditPage(rows.map(values), query.limit);
    },
    async find(number) {
      const row = await reader.read(() => one.get(number));
      return row ? toAuditEntry(values(row)) : null;
    },
  };
}

function conditions(query: AuditQuery): [string, Record<string, string | number>] {
  const { actor, action, target, outcome, from, to, cursor } = query;
  const asked: Record<string, string | number> = {};
  const where = [IS_LISTED];
  const add = (condition: string, name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    where.push(condition);
    asked[name] = value;
  };
  const beginning = target?.endsWith('*') ? target.slice(0, -1) : undefined;
  add('number < :cursor', 'cursor', cursor === undefined ? undefined : Number(cursor));
  add('actor = :actor', 'actor', actor);
  add('action = :action', 'action', action);
  add('target = :target', 'target', beginning === undefined ? target : undefined);
  add('substr(target, 1, length(:beginning)) = :beginning', 'beginning', beginning);
  add('outcome = :outcome', 'outcome', outcome);
  add('at >= :from', 'from', from);
  add('at < :to', 'to', to);
  return [where.join(' AND '), asked];
}

/**
 * The errors in the audit's chain, in words.
 * @param wanted an earlier head; the log must still hold what it covers
 */
export function auditAudit(db: DatabaseSync, wanted?: AuditHead): string[] {
  const walk = new AuditWalk(wanted);
  const all = db.prepare(
    'SELECT number, at, actor, action, target, outcome, details, hash FROM audit ORDER BY number',
  );
  for (const row of all.iterate()) walk.see(values(row));
  const head = db.prepare('SELECT value FROM settings WHERE name = ?').get(AUDIT_HEAD);
  const open = db
    .prepare('SELECT name FROM settings WHERE substr(name, 1, length(?)) = ?1')
    .all(AUDIT_OPEN);
  walk.end(
    head ? String(head.value) : null,
    open.map(({ name }) => String(name)),
  );
  return walk.damage;
}
