// ytx on the plain stack: queries and submissions of top-ups, as a competent team would write them in a day.
// It is a competitor: it shares no code with the project.
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { type Express, json, type Request, type Response } from 'express';
import type { RequestRow } from './plain-store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AHEAD_MS = 10 * 60 * 1000;
const QUERY_INTERVAL_MS = 60 * 1000;
const WORDS: Readonly<Record<string, string>> = {
  '0': '提交成功',
  '-2': '缺少必要参数',
  '-101': '参数不合法',
  '-201': '签名验证失败',
  '-202': '授权验证失败',
  '-203': '时间戳已失效',
  '-204': '账户不存在',
  '-205': '应用验证失败',
  '-206': 'action 不存在',
  '-301': '产品不存在',
  '-704': '订单不存在',
  '-705': '查询过于频繁',
};

export interface PlainTopUp {
  readonly request_id: string;
  readonly appid: string;
  readonly state: string;
  readonly remark: string;
  readonly mobile: string;
  readonly product_code: string;
  readonly amount_fen: number;
  readonly custom_parm: string;
  readonly created_at: number;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, token TEXT NOT NULL, appid TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS products (code TEXT PRIMARY KEY, amount_fen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
  request_id   TEXT PRIMARY KEY,
  appid        TEXT NOT NULL,
  state        TEXT NOT NULL,
  remark       TEXT NOT NULL,
  mobile       TEXT NOT NULL,
  product_code TEXT NOT NULL,
  amount_fen   INTEGER NOT NULL,
  custom_parm  TEXT NOT NULL,
  created_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS orders_parm ON orders (appid, custom_parm);
CREATE INDEX IF NOT EXISTS orders_mobile ON orders (mobile);
CREATE INDEX IF NOT EXISTS orders_state ON orders (state, created_at);
CREATE TABLE IF NOT EXISTS history (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_order ON history (request_id);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, history_id INTEGER NOT NULL, type TEXT NOT NULL);
`;

export class PlainTopUps {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA cache_size = -65536; PRAGMA busy_timeout = 5000`);
    this.#db.exec(SCHEMA);
    this.#sql = prepare(this.#db);
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

  account = (name: string) =>
    this.#sql.account.get(name) as { token: string; appid: string } | undefined;
  product = (code: string) => this.#sql.product.get(code) as { amount_fen: number } | undefined;
  find = (id: string) => this.#sql.find.get(id) as unknown as PlainTopUp | undefined;
  findByParm = (appid: string, parm: string) =>
    this.#sql.findByParm.get(appid, parm) as unknown as PlainTopUp | undefined;

  addAccount(account: string, token: string, appid: string): void {
    this.#sql.addAccount.run(account, token, appid);
  }

  addProduct(code: string, fen: number): void {
    this.#sql.addProduct.run(code, fen);
  }

  insert(order: PlainTopUp, action: string, actor: string): void {
    const { request_id: id, appid, state, remark, mobile, product_code, amount_fen } = order;
    const { custom_parm, created_at: at } = order;
    this.#sql.insert.run(
      ...([id, appid, state, remark, mobile, product_code, amount_fen, custom_parm, at] as const),
    );
    const change = this.#sql.history.run(id, at, action, actor);
    this.#sql.event.run(change.lastInsertRowid, `order.${action}`);
  }

  /** How many submissions are on disk: each that was answered has to be. */
  countSubmissions(): number {
    return Number(this.#sql.count.get()!.n);
  }

  close(): void {
    this.#db.close();
  }
}

function prepare(db: DatabaseSync) {
  return {
    account: db.prepare('SELECT token, appid FROM accounts WHERE account = ?'),
    product: db.prepare('SELECT amount_fen FROM products WHERE code = ?'),
    find: db.prepare('SELECT * FROM orders WHERE request_id = ?'),
    findByParm: db.prepare('SELECT * FROM orders WHERE appid = ? AND custom_parm = ?'),
    addAccount: db.prepare('INSERT INTO accounts VALUES (?, ?, ?)'),
    addProduct: db.prepare('INSERT INTO products VALUES (?, ?)'),
    insert: db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    history: db.prepare('INSERT INTO history (request_id, at, action, actor) VALUES (?, ?, ?, ?)'),
    event: db.prepare('INSERT INTO events (history_id, type) VALUES (?, ?)'),
    count: db.prepare("SELECT count(*) AS n FROM history WHERE action = 'submitted'"),
  };
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** `20260102030405` in Shanghai, as milliseconds since 1970. */
function readTimestamp(text: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)!;
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}+08:00`);
}

function sameDigest(given: unknown, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given.toLowerCase()), Buffer.from(expected));
}

const maskMobile = (text: string): string => text.replace(/(1\d{2})\d{4}(\d{4})/g, '$1****$2');

/** Serves ytx on `app`. */
export function servePlainYtx(
  app: Express,
  store: PlainTopUps,
  log: (row: RequestRow) => void,
): void {
  /** When each order may be asked for again. */
  const nextQuery = new Map<string, number>();
  const actions: Record<string, (body: Record<string, unknown>, account: string) => object> = {
    getOrderResult(body) {
      const id = text(body, 'requestId');
      const order = store.find(id);
      if (!order || order.appid !== body.appid) throw new Refusal('-704', `no order ${id}`);
      const now = Date.now();
      if ((nextQuery.get(id) ?? 0) > now) throw new Refusal('-705', 'asked within the minute');
      nextQuery.set(id, now + QUERY_INTERVAL_MS);
      return {
        requestId: order.request_id,
        appid: order.appid,
        orderSts: order.state,
        remark: order.remark,
        mobile: maskMobile(order.mobile),
        oriAmount: (order.amount_fen / 100).toFixed(2),
        customParm: order.custom_parm,
      };
    },
    productOrder(body, account) {
      const appid = text(body, 'appid');
      const mobile = text(body, 'rechargeAccount').replace(/[\s-]/g, '');
      if (!/^1[3-9]\d{9}$/.test(mobile)) throw new Refusal('-101', 'no mobile number');
      const code = text(body, 'productCode');
      const customParm = text(body, 'customParm');
      const product = store.product(code);
      if (!product) throw new Refusal('-301', `no product ${code}`);
      const existing = store.findByParm(appid, customParm);
      if (existing && (existing.mobile !== mobile || existing.product_code !== code)) {
        throw new Refusal('-101', 'the customParm is of another order');
      }
      if (existing) return submitted(existing.request_id);
      const now = Date.now();
      const date = new Date(now + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
      const id = date + String(randomInt(100_000_000)).padStart(8, '0');
      const order = {
        ...{ request_id: id, appid, state: '0', remark: '充值中', mobile, product_code: code },
        ...{ amount_fen: product.amount_fen, custom_parm: customParm, created_at: now },
      };
      store.transaction(() => store.insert(order, 'submitted', `party:${account}`));
      return submitted(id);
    },
  };

  app.post(
    '/201612/sid/:accountSID/Unicom/Order.wx',
    json({ limit: '64kb' }),
    (req: Request, res: Response) => {
      const started = performance.now();
      const { accountSID } = req.params as { accountSID: string };
      const body = req.body as Record<string, unknown>;
      let code = '0';
      let detail: string | null = null;
      let reply: object;
      try {
        const account = admit(store, accountSID, req);
        const action = Object.hasOwn(actions, String(body.action)) && actions[String(body.action)];
        if (!action) throw new Refusal('-206', `no action ${body.action}`);
        if (text(body, 'appid') !== account.appid) throw new Refusal('-205', 'no such app');
        reply = action(body, accountSID);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        ({ code, message: detail } = error);
        reply = { statusCode: code, statusMsg: WORDS[code], requestId: '' };
      }
      log({
        ...{ at: Date.now(), partner: accountSID, action: String(body.action), code, detail },
        order_id: String(body.requestId ?? ''),
        ip: req.ip ?? '',
        micros: Math.round((performance.now() - started) * 1000),
        string_to_sign: null,
        body: maskMobile(JSON.stringify(body)),
      });
      res.type('application/json;charset=utf-8').send(JSON.stringify(reply));
    },
  );
}

const submitted = (requestId: string) => ({ statusCode: '0', statusMsg: WORDS['0'], requestId });

/** @throws {Refusal} where the header, the account, the signature or the time is wrong */
function admit(store: PlainTopUps, accountSID: string, { headers, query }: Request) {
  const header = Buffer.from(headers.authorization ?? '', 'base64').toString();
  const found = /^(\w{1,64})[|:](\d{14})$/.exec(header);
  if (!found || found[1] !== accountSID) throw new Refusal('-202', 'Authorization');
  const timestamp = found[2]!;
  const account = store.account(accountSID);
  if (!account) throw new Refusal('-204', `no account ${accountSID}`);
  const sign = createHash('md5')
    .update(accountSID + account.token + timestamp)
    .digest('hex');
  if (!sameDigest(query.Sign, sign)) throw new Refusal('-201', 'Sign');
  const age = Date.now() - readTimestamp(timestamp);
  if (!(age <= DAY_MS && age >= -AHEAD_MS)) throw new Refusal('-203', 'the time');
  return account;
}

function text(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (value === undefined || value === '') throw new Refusal('-2', `${name} is missing`);
  if (typeof value !== 'string' || value.length > 64) throw new Refusal('-101', name);
  return value;
}
