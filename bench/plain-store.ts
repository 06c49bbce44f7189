// The plain stack's database: one SQLite file, prepared statements, a transaction for each call.
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export interface Partner {
  readonly partner: string;
  readonly key: string;
  readonly enabled: number;
  /** Comma-separated; empty lets every address in. */
  readonly allowed_ips: string;
  /** Comma-separated. */
  readonly actions: string;
}

export interface OrderRow {
  readonly order_id: string;
  readonly partner: string;
  readonly user_name: string;
  readonly state: string;
  readonly amount_fen: number;
  readonly pnr: string;
  readonly flight_no: string;
  readonly created_at: number;
  readonly last_hastened_at: number | null;
}

export interface RequestRow {
  readonly at: number;
  readonly partner: string | null;
  readonly action: string | null;
  readonly order_id: string | null;
  readonly code: string;
  readonly detail: string | null;
  readonly ip: string;
  readonly micros: number;
  readonly string_to_sign: string | null;
  readonly body: string;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS partners (
  partner     TEXT PRIMARY KEY,
  key         TEXT NOT NULL,
  enabled     INTEGER NOT NULL,
  allowed_ips TEXT NOT NULL,
  actions     TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS partner_users (
  partner   TEXT NOT NULL,
  user_name TEXT NOT NULL,
  PRIMARY KEY (partner, user_name)
);
CREATE TABLE IF NOT EXISTS orders (
  order_id         TEXT PRIMARY KEY,
  partner          TEXT NOT NULL,
  user_name        TEXT NOT NULL,
  state            TEXT NOT NULL,
  amount_fen       INTEGER NOT NULL,
  pnr              TEXT NOT NULL,
  flight_no        TEXT NOT NULL,
  version          INTEGER NOT NULL DEFAULT 1,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  last_hastened_at INTEGER
);
CREATE INDEX IF NOT EXISTS orders_created ON orders (created_at);
CREATE INDEX IF NOT EXISTS orders_state ON orders (state, created_at);
CREATE INDEX IF NOT EXISTS orders_partner ON orders (partner, created_at);
CREATE TABLE IF NOT EXISTS history (
  id         INTEGER PRIMARY KEY,
  order_id   TEXT NOT NULL,
  at         INTEGER NOT NULL,
  action     TEXT NOT NULL,
  from_state TEXT,
  to_state   TEXT NOT NULL,
  actor      TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_order ON history (order_id);
CREATE TABLE IF NOT EXISTS events (
  id         INTEGER PRIMARY KEY,
  history_id INTEGER NOT NULL,
  type       TEXT NOT NULL,
  payload    TEXT NOT NULL
);
`;

const LOG_SCHEMA = `
CREATE TABLE IF NOT EXISTS requests (
  id             INTEGER PRIMARY KEY,
  at             INTEGER NOT NULL,
  partner        TEXT,
  action         TEXT,
  order_id       TEXT,
  code           TEXT NOT NULL,
  detail         TEXT,
  ip             TEXT NOT NULL,
  micros         INTEGER NOT NULL,
  string_to_sign TEXT,
  body           TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_order ON requests (order_id);
`;

export class PlainStore {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  /** The log in a file of its own, which may lose its last second: a read then waits for no disk. */
  readonly #log: DatabaseSync;
  readonly #insertRequest: StatementSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    // The same promise as the gateway's: what was answered is on disk. And the same page cache.
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -65536;
      PRAGMA busy_timeout = 5000;
    `);
    this.#db.exec(SCHEMA);
    this.#sql = prepare(this.#db);
    this.#log = new DatabaseSync(`${path}.requests`);
    this.#log.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.#log.exec(LOG_SCHEMA);
    this.#insertRequest = this.#log.prepare(
      `INSERT INTO requests
         (at, partner, action, order_id, code, detail, ip, micros, string_to_sign, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  transaction<T>(run: () => T): T {
    this.#sql.begin.run();
    try {
      const result = run();
      this.#sql.commit.run();
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  findPartner(partner: string): Partner | undefined {
    return this.#sql.partner.get(partner) as unknown as Partner | undefined;
  }

  hasUser(partner: string, userName: string): boolean {
    return this.#sql.user.get(partner, userName) !== undefined;
  }

  findOrder(orderId: string): OrderRow | undefined {
    return this.#sql.order.get(orderId) as unknown as OrderRow | undefined;
  }

  hasten(order: OrderRow, now: number): void {
    const { order_id: id, state, partner } = order;
    this.#sql.hasten.run(now, now, id);
    const change = this.#sql.history.run(id, now, 'hastened', state, state, `party:${partner}`);
    const payload = JSON.stringify({ orderId: id, state });
    this.#sql.event.run(change.lastInsertRowid, 'order.hastened', payload);
  }

  logRequest(row: RequestRow): void {
    this.#insertRequest.run(
      row.at,
      row.partner,
      row.action,
      row.order_id,
      row.code,
      row.detail,
      row.ip,
      row.micros,
      row.string_to_sign,
      row.body,
    );
  }

  insertPartner(partner: Partner, users: readonly string[]): void {
    const { enabled, allowed_ips, actions } = partner;
    this.#sql.insertPartner.run(partner.partner, partner.key, enabled, allowed_ips, actions);
    for (const user of users) this.#sql.insertUser.run(partner.partner, user);
  }

  insertOrder(row: OrderRow, now: number): void {
    this.#sql.insertOrder.run(
      row.order_id,
      row.partner,
      row.user_name,
      row.state,
      row.amount_fen,
      row.pnr,
      row.flight_no,
      row.created_at,
      now,
    );
    const change = this.#sql.history.run(row.order_id, now, 'created', null, row.state, 'import');
    this.#sql.event.run(change.lastInsertRowid, 'order.created', '{}');
  }

  /** How many hastens are on disk: each that was answered has to be. */
  countHastens(): number {
    return Number(this.#sql.countHastens.get()!.n);
  }

  close(): void {
    this.#db.close();
    this.#log.close();
  }
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    partner: db.prepare('SELECT * FROM partners WHERE partner = ?'),
    user: db.prepare('SELECT 1 FROM partner_users WHERE partner = ? AND user_name = ?'),
    order: db.prepare('SELECT * FROM orders WHERE order_id = ?'),
    hasten: db.prepare(
      `UPDATE orders SET last_hastened_at = ?, updated_at = ?, version = version + 1
       WHERE order_id = ?`,
    ),
    history: db.prepare(
      `INSERT INTO history (order_id, at, action, from_state, to_state, actor)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    event: db.prepare('INSERT INTO events (history_id, type, payload) VALUES (?, ?, ?)'),
    insertPartner: db.prepare('INSERT INTO partners VALUES (?, ?, ?, ?, ?)'),
    insertUser: db.prepare('INSERT INTO partner_users VALUES (?, ?)'),
    insertOrder: db.prepare(
      `INSERT INTO orders (order_id, partner, user_name, state, amount_fen, pnr, flight_no,
         created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    countHastens: db.prepare("SELECT count(*) AS n FROM history WHERE action = 'hastened'"),
  };
}
