// Accounts, credentials and audit entries as rows for both engines, and the audit's hash chain.
import { hash } from 'node:crypto';
import type { Account, Credential } from '../core/account.ts';
import type { AuditEntry, NewAuditEntry } from '../core/audit.ts';
import type { Page } from '../core/ledger.ts';
import type { AuditHead } from './chain.ts';

/** The setting with the number and the hash of the newest audit entry: `12.c29…`. */
export const AUDIT_HEAD = 'audit-head';

/**
 * A `begun` entry that no other entry completes has a setting of this name and its number, so that
 * a list of entries asks one small range. The chain tells the same: see {@link AuditWalk}.
 */
export const AUDIT_OPEN = 'audit-open/';

/** Selected with the columns of an entry: whether it is open. */
export const IS_OPEN = `EXISTS (SELECT 1 FROM settings WHERE name = '${AUDIT_OPEN}' || number)`;
/** The condition for entries that a list shows. */
export const IS_LISTED = `(outcome <> 'begun' OR ${IS_OPEN})`;

/** @param setting {@link AUDIT_HEAD}; null if absent */
export function readAuditHead(setting: string | null): { audit?: AuditHead } {
  const [number, base64] = setting?.split('.') ?? [];
  return base64 ? { audit: { number: Number(number), hash: hexOf(base64) } } : {};
}

const hexOf = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

/** The JSON document of an account: all fields that no query searches. */
export const accountDocument = ({ accountId, name, version, ...document }: Account): string =>
  JSON.stringify(document);

export const toAccount = (row: readonly unknown[]): Account => {
  const [accountId, name, version, document] = row;
  return { accountId, name, version: Number(version), ...JSON.parse(String(document)) } as Account;
};

export const toCredential = (row: readonly unknown[]): Credential => {
  const [digest, kind, credentialId, accountId, expiresAt, attributes] = row;
  return {
    ...{ digest, kind, credentialId, accountId },
    expiresAt: Number(expiresAt),
    attributes: JSON.parse(String(attributes)),
  } as Credential;
};

/** The columns of an audit entry between its number and its hash. */
export type AuditColumns = readonly [
  at: number,
  actor: string,
  action: string,
  target: string,
  outcome: string,
  details: string,
];

export const auditColumns = (entry: NewAuditEntry): AuditColumns => {
  const { at, actor, action, target, outcome, begun, details } = entry;
  const document = JSON.stringify(begun === undefined ? details : { begun, ...details });
  return [at, actor, action, target, outcome, document].map((value) =>
    typeof value === 'string' ? storable(value) : value,
  ) as unknown as AuditColumns;
};

/** The beginning of the document of an entry that completes another one. */
const BEGUN = /^\{"begun":(\d+)[,}]/;

/** As PostgreSQL can store it, so that a transferred audit keeps its hashes. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u2400');

export const toAuditEntry = (row: readonly unknown[]): AuditEntry => {
  const [number, at, actor, action, target, outcome, document, isOpen] = row;
  const { begun, ...details } = JSON.parse(String(document));
  return {
    number: Number(number),
    at: Number(at),
    ...{ actor, action, target, outcome, details, isOpen: Boolean(isOpen) },
    ...(begun !== undefined && { begun }),
  } as AuditEntry;
};

/** @param rows newest first; one more than `limit` if there are further rows */
export function auditPage(rows: readonly (readonly unknown[])[], limit: number): Page<AuditEntry> {
  const items = rows.slice(0, limit).map(toAuditEntry);
  return { items, nextCursor: rows.length > limit ? String(items.at(-1)!.number) : null };
}

/**
 * The input of an entry's hash, without the previous hash and the number, which only the ledger
 * knows.
 */
export const auditText = (columns: AuditColumns): string => JSON.stringify(columns).slice(1);

/** @param previous the hash of the previous entry; empty for the first */
export const auditHash = (previous: string, number: number, text: string): string =>
  hash('sha256', `["${previous}",${number},${text}`, 'base64');

/**
 * Checks the audit log from its first entry.
 *
 * @param rows number, {@link AuditColumns} and hash, sorted by number
 * @param head the setting {@link AUDIT_HEAD}; null if absent
 */
export class AuditWalk {
  readonly damage: string[] = [];
  #number = 0;
  #hash = '';
  readonly #wanted: AuditHead | undefined;
  /** The `begun` entries that no entry so far completes. */
  readonly #open = new Set<number>();

  /** @param wanted an earlier head; the log must still hold what it covers */
  constructor(wanted?: AuditHead) {
    this.#wanted = wanted;
  }

  /** @param row number, {@link AuditColumns} and hash; call it for each row in sequence */
  see(row: readonly unknown[]): void {
    const number = Number(row[0]);
    const kept = String(row[7]);
    const columns = [Number(row[1]), ...row.slice(2, 7)] as unknown as AuditColumns;
    if (number !== this.#number + 1) {
      const missing = this.#number + 1;
      const which =
        number === missing + 1 ? `entry ${missing} is` : `entries ${missing} to ${number - 1} are`;
      this.#tell(`${which} missing`);
    } else if (auditHash(this.#hash, number, auditText(columns)) !== kept) {
      this.#tell(
        `entry ${number} (${row[3]} by ${row[2]}) is not as it was written, or was put in`,
      );
    }
    this.#number = number;
    this.#hash = kept;
    if (row[5] === 'begun') this.#open.add(number);
    // Not parsed, because a document that somebody has written over may be no JSON.
    const begun = BEGUN.exec(String(row[6]))?.[1];
    if (begun !== undefined && !this.#open.delete(Number(begun))) {
      this.#tell(`entry ${number} completes entry ${begun}, which is not begun or is complete`);
    }
    if (number === this.#wanted?.number && hexOf(kept) !== this.#wanted.hash) {
      this.#tell(
        `entry ${number} is not the one that the head covers: the entries up to it were written anew`,
      );
    }
  }

  /**
   * @param head the setting {@link AUDIT_HEAD}; null if absent
   * @param open the names of the settings {@link AUDIT_OPEN}
   */
  end(head: string | null, open: readonly string[]): void {
    const listed = new Set(open.map((name) => Number(name.slice(AUDIT_OPEN.length))));
    for (const number of this.#open) {
      if (!listed.has(number)) {
        this.#tell(
          `entry ${number} has an unknown outcome, and its setting ${AUDIT_OPEN}${number} is missing`,
        );
      }
    }
    for (const number of listed) {
      if (!this.#open.has(number)) {
        this.#tell(
          `entry ${number} is complete or missing, and a setting ${AUDIT_OPEN}${number} is there`,
        );
      }
    }
    const covered = this.#wanted?.number ?? 0;
    if (covered > this.#number) {
      this.#tell(
        `the head covers ${covered} entries, and the newest that is there is ${this.#number}: entries were removed at the end`,
      );
    }
    if (head === (this.#number === 0 ? null : `${this.#number}.${this.#hash}`)) return;
    const newest = Number(head?.split('.')[0] ?? 0);
    this.#tell(
      newest > this.#number
        ? `the newest entries, ${this.#number + 1} to ${newest}, are missing`
        : `its head (${AUDIT_HEAD} in settings) is not that of its newest entry, ${this.#number}`,
    );
  }

  /** Further errors in a chain follow from the first ones, so that only the first are reported. */
  #tell(problem: string): void {
    if (this.damage.length < 20) this.damage.push(`audit: ${problem}`);
  }
}
