// The plain stack's database for Suning: lines with sealed cards, subscriptions, and kept replies.
import { createCipheriv, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

export interface PlainLine {
  readonly line_id: string;
  readonly order_id: string;
  readonly supplier: string;
  readonly quantity: number;
  readonly paid_at: number;
}

export interface PlainSubscription {
  readonly order_id: string;
  readonly provider: string;
  readonly created_at: number;
  readonly category: string;
  readonly shop: string;
  readonly account: string;
  /** The lines of the order in JSON, as the reply has them. */
  readonly details: string;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS apps (app_key TEXT PRIMARY KEY, secret TEXT NOT NULL, provider TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
  line_id  TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  supplier TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  state    TEXT NOT NULL DEFAULT 'unshipped',
  paid_at  INTEGER NOT NULL,
  cards    TEXT
);
CREATE INDEX IF NOT EXISTS lines_state ON lines (state, paid_at);
CREATE TABLE IF NOT EXISTS subscriptions (
  order_id   TEXT PRIMARY KEY,
  provider   TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  category   TEXT NOT NULL,
  shop       TEXT NOT NULL,
  account    TEXT NOT NULL,
  details    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS subscriptions_time ON subscriptions (provider, created_at, order_id);
CREATE TABLE IF NOT EXISTS history (
  id INTEGER PRIMARY KEY, line_id TEXT NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_line ON history (line_id);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, history_id INTEGER NOT NULL, type TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL, expires_at INTEGER NOT NULL);
`;

export class PlainDeliveries {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #key: Buffer;

  constructor(path: string, key: Buffer = Buffer.alloc(32, 7)) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA cache_size = -65536; PRAGMA busy_timeout = 5000`);
    this.#db.exec(SCHEMA);
    this.#sql = prepare(this.#db);
    this.#key = key;
  }

  transaction<T>(run: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  app = (key: string) => this.#sql.app.get(key) as { secret: string; provider: string } | undefined;
  line = (id: string, orderId: string) =>
    this.#sql.line.get(id, orderId) as (PlainLine & { state: string }) | undefined;
  keptReply = (key: string, now: number) =>
    this.#sql.kept.get(key, now) as { reply: string } | undefined;

  addApp(key: string, secret: string, provider: string): void {
    this.#sql.addApp.run(key, secret, provider);
  }

  addLine({ line_id, order_id, supplier, quantity, paid_at }: PlainLine): void {
    this.#sql.addLine.run(line_id, order_id, supplier, quantity, paid_at);
  }

  addSubscription(s: PlainSubscription): void {
    const { order_id, provider, created_at, category, shop, account, details } = s;
    this.#sql.addSubscription.run(
      ...([order_id, provider, created_at, category, shop, account, details] as const),
    );
  }

  /** The report, its change and its kept reply in one commit. */
  ship(line: PlainLine, cards: unknown, reply: { key: string; text: string }, actor: string): void {
    const at = Date.now();
    this.transaction(() => {
      this.#sql.ship.run(this.#seal(JSON.stringify(cards)), line.line_id);
      const change = this.#sql.history.run(line.line_id, at, 'shipped', actor);
      this.#sql.event.run(change.lastInsertRowid, 'order.shipped');
      this.#sql.keep.run(reply.key, reply.text, at + 24 * 3_600_000);
    });
  }

  page(provider: string, from: number, to: number, pageNo: number, size: number) {
    const { n } = this.#sql.count.get(provider, from, to) as { n: number };
    const rows = this.#sql.page.all(provider, from, to, size, (pageNo - 1) * size);
    return { total: n, rows: rows as unknown as PlainSubscription[] };
  }

  /** How many reports are on disk: each that was answered has to be. */
  countShipped(): number {
    return Number(this.#sql.shipped.get()!.n);
  }

  close(): void {
    this.#db.close();
  }

  #seal(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64');
  }
}

function prepare(db: DatabaseSync) {
  const window = 'FROM subscriptions WHERE provider = ? AND created_at >= ? AND created_at <= ?';
  return {
    app: db.prepare('SELECT secret, provider FROM apps WHERE app_key = ?'),
    line: db.prepare('SELECT * FROM lines WHERE line_id = ? AND order_id = ?'),
    kept: db.prepare('SELECT reply FROM replies WHERE key = ? AND expires_at > ?'),
    keep: db.prepare('INSERT OR REPLACE INTO replies VALUES (?, ?, ?)'),
    ship: db.prepare("UPDATE lines SET state = 'shipped', cards = ? WHERE line_id = ?"),
    history: db.prepare('INSERT INTO history (line_id, at, action, actor) VALUES (?, ?, ?, ?)'),
    event: db.prepare('INSERT INTO events (history_id, type) VALUES (?, ?)'),
    count: db.prepare(`SELECT count(*) AS n ${window}`),
    page: db.prepare(`SELECT * ${window} ORDER BY created_at, order_id LIMIT ? OFFSET ?`),
    shipped: db.prepare("SELECT count(*) AS n FROM history WHERE action = 'shipped'"),
    addApp: db.prepare('INSERT INTO apps VALUES (?, ?, ?)'),
    addLine: db.prepare(
      'INSERT INTO lines (line_id, order_id, supplier, quantity, paid_at) VALUES (?, ?, ?, ?, ?)',
    ),
    addSubscription: db.prepare('INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?)'),
  };
}
