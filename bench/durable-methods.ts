// The rows of each method by the shortest statements, and an answer of the same bytes made of them.
import type { DatabaseSync } from 'node:sqlite';
import { formatYuan } from '../src/core/money.ts';
import { formatShanghai } from '../src/protocol/shanghai-time.ts';
import type { FloorReplies } from './floor.ts';

export interface FloorMethod {
  readonly changes: boolean;
  /** @param body the request's body, one character a byte; it is looked into for ids alone */
  readonly run: (body: string) => string;
}

interface Found {
  readonly row: number;
  readonly orderId: string;
  readonly version: number;
  readonly state: string;
  readonly owner: string;
  readonly attributes: string;
  readonly lines: string;
  readonly previous: number;
}

/** As many bytes as a digest in base64 has, since the rows have to be as long as those of a ledger. */
const DIGEST = `${'f'.repeat(43)}=`;
/** As many bytes as the AES-256-GCM of a text has beside it: nonce, tag, and a third more by base64. */
const SEAL = 45;

/** The characters between `before` and `after`. */
function between(text: string, before: string, after: string): string {
  const start = text.indexOf(before) + before.length;
  return text.slice(start, text.indexOf(after, start));
}

/** @returns the method of a path, which is that of its reply */
export function floorMethods(db: DatabaseSync, replies: FloorReplies) {
  const s = statements(db);
  let { seq } = s.newest.get() as { seq: number };

  const find = (id: string, platform: string) => s.find.get(id, platform) as unknown as Found;

  function change(order: Found, state: string, action: string, line: string | null): void {
    const { row, version, attributes, lines, previous, owner } = order;
    const at = Date.now();
    seq++;
    const values = [version + 1, at, attributes, lines, seq, DIGEST, row] as const;
    if (state === order.state) s.keepState.run(...values);
    else s.changeState.run(state, ...values);
    const what = [at, action, line, order.state, state, `party:${owner}`, null, at] as const;
    s.history.run(seq, row, previous, version + 1, ...what, DIGEST, DIGEST);
    const payload = line === null ? null : `{"iqStatus":"180","supplierCode":"${owner}"}`;
    s.event.run(seq, `order.${action}`, payload);
  }

  let submitted = 0;
  function submit(body: string): string {
    const appid = between(body, '"appid":"', '"');
    const mobile = between(body, '"rechargeAccount":"', '"');
    const customParm = between(body, '"customParm":"', '"');
    const id = `77${String(submitted++).padStart(14, '0')}`;
    const at = Date.now();
    seq++;
    const attributes = `{"accountSID":"load01","mobile":"${mobile}","productCode":"P1","amountFen":294,"customParm":"${customParm}","remark":"充值中"}`;
    const { lastInsertRowid: row } = s.insert.run(id, appid, at, at, attributes, seq, DIGEST);
    s.key.run(mobile, 'mobile', row);
    s.key.run(`…${mobile}`, 'mobileEnd', row);
    s.key.run(customParm, 'customParm', row);
    s.uniqueKey.run(appid, customParm, row);
    const what = [at, 'created', null, null, '0', 'party:load01', null, at] as const;
    s.history.run(seq, row, null, 1, ...what, DIGEST, DIGEST);
    s.event.run(seq, 'order.created', null);
    return id;
  }

  function report(body: string): string {
    const id = between(body, '"orderId":"', '"');
    const line = between(body, '"orderItemId":"', '"');
    const cards = between(body, '"cardList":', ']');
    const order = find(id, 'suning');
    change(
      { ...order, lines: order.lines.replaceAll('unshipped', 'shipped') },
      'shipped',
      's',
      line,
    );
    s.clearDeadline.run(order.row, `refund:${line}`);
    s.keep.run(`suning:${DIGEST}${id}`, Date.now());
    // What is sealed grows by a third, because it is kept as base64; the mask has a sixth of it.
    const sealed = cards + cards.slice(0, Math.floor(cards.length / 3)) + DIGEST.slice(0, SEAL);
    s.seal.run(order.row, `cards:${line}`, sealed, cards.slice(0, Math.floor(cards.length / 3)));
    return line;
  }

  const inReply = (path: string, name: RegExp): ((id: string) => string) => {
    const { body } = replies[path]!;
    const probed = name.exec(body)![1]!;
    const parts = body.split(probed);
    return (id) => parts.join(id);
  };

  const make: Readonly<Record<string, (path: string) => FloorMethod>> = {
    'Jintong GetOrderDetail'(path) {
      const reply = inReply(path, /%3cOrderID%3e(\d+)%3c/);
      const asked = (body: string) => between(body, '%3COrderID%3E', '%');
      return { changes: false, run: (body) => reply(idOf(find(asked(body), 'jintong'))) };
    },
    'Jintong HastenOrder'(path) {
      const { body: reply } = replies[path]!;
      const run = (body: string) => {
        const order = find(between(body, '%3COrderID%3E', '%'), 'jintong');
        change(order, order.state, 'hastened', null);
        return reply;
      };
      return { changes: true, run };
    },
    'ytx getOrderResult'(path) {
      const reply = inReply(path, /"requestId":"(\d+)"/);
      const asked = (body: string) => between(body, '"requestId":"', '"');
      return { changes: false, run: (body) => reply(idOf(find(asked(body), 'ytx'))) };
    },
    'ytx productOrder'(path) {
      const reply = inReply(path, /"requestId":"(\d+)"/);
      return { changes: true, run: (body) => reply(submit(body)) };
    },
    'Suning 180'(path) {
      const reply = inReply(path, /"orderItemId":"(\d+)"/);
      return { changes: true, run: (body) => reply(report(body)) };
    },
    'Suning history'(path) {
      const head = replies[path]!.body.split('"queryHistoryOrder":[')[0]!;
      return { changes: false, run: (body) => page(s, head, body) };
    },
  };
  const made = new Map<string, FloorMethod>();
  return (path: string): FloorMethod => {
    let method = made.get(path);
    if (!method) {
      const { name } = replies[path]!;
      const [, makes] = Object.entries(make).find(([begin]) => name!.startsWith(begin))!;
      method = makes(path);
      made.set(path, method);
    }
    return method;
  };
}

const idOf = (found: Found): string => found.orderId;

type PageRow = [orderId: string, createdAt: number, attributes: string];

/** A page whose place is known: one statement counts the runs of the window, one reads the rows. */
function page(s: ReturnType<typeof statements>, head: string, body: string): string {
  const size = Number(between(body, '"pageSize":"', '"'));
  const pageNo = Number(between(body, '"pageNo":"', '"'));
  s.count.get();
  const rows = (pageNo === 1 ? s.first : s.last).all(size) as unknown as PageRow[];
  const orders = rows.map(([orderId, createdAt, attributes]) => {
    const { orderCategory, shopName, businessAccounts, details } = JSON.parse(attributes);
    const orderDetail = details.map((one: Record<string, number>) => ({
      serverId: one.serverId,
      serviceName: one.serviceName,
      chargeId: one.chargeId,
      chargeName: one.chargeName,
      orderDetailId: one.orderDetailId,
      orderQuantity: String(one.orderQuantity),
      basePrice: formatYuan(one.basePriceFen!),
      effectiveTime: formatShanghai(one.effectiveAt!),
      failureTime: formatShanghai(one.failureAt!),
      originalCostTotal: formatYuan(one.originalCostTotalFen!),
      realPaymentTotal: formatYuan(one.realPaymentTotalFen!),
      preferentialPriceTotal: formatYuan(one.preferentialPriceTotalFen!),
    }));
    const createTime = formatShanghai(createdAt);
    return { orderId, orderCategory, shopName, businessAccounts, createTime, orderDetail };
  });
  return `${head}"queryHistoryOrder":${JSON.stringify(orders)}}}}`;
}

function statements(db: DatabaseSync) {
  const list = db
    .prepare(
      `SELECT list AS id FROM list_counts WHERE level = 1 GROUP BY list ORDER BY sum(entries) DESC LIMIT 1`,
    )
    .get() as { id: number };
  const paged = (direction: '' | 'DESC') => {
    const statement = db.prepare(
      `SELECT orders.order_id AS orderId, orders.created_at AS createdAt, attributes
       FROM (SELECT order_row, created_at AS at, order_id AS oid FROM list_entries
             WHERE list = ${list.id} ORDER BY created_at ${direction}, order_id ${direction} LIMIT ?) AS entry
       JOIN orders ON orders.id = entry.order_row ORDER BY at, oid`,
    );
    statement.setReturnArrays(true); // Reading a row costs half as much.
    return statement;
  };
  return {
    newest: db.prepare('SELECT max(seq) AS seq FROM history'),
    find: db.prepare(
      `SELECT id AS row, order_id AS orderId, version, state, owner, attributes, lines, last_change AS previous
       FROM orders WHERE order_id = ? AND platform = ?`,
    ),
    keepState: db.prepare(
      `UPDATE orders SET version = ?, updated_at = ?, attributes = ?, lines = ?, last_change = ?, head = ? WHERE id = ?`,
    ),
    changeState: db.prepare(
      `UPDATE orders SET state = ?, version = ?, updated_at = ?, attributes = ?, lines = ?, last_change = ?, head = ? WHERE id = ?`,
    ),
    history: db.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    event: db.prepare('INSERT INTO events VALUES (?, ?, ?)'),
    insert: db.prepare(
      `INSERT INTO orders (order_id, platform, owner, state, version, created_at, updated_at, attributes, lines, last_change, head)
       VALUES (?, 'ytx', ?, '0', 1, ?, ?, ?, NULL, ?, ?)`,
    ),
    key: db.prepare('INSERT INTO order_keys (value, name, order_row) VALUES (?, ?, ?)'),
    uniqueKey: db.prepare("INSERT INTO unique_keys VALUES ('ytx', ?, 'customParm', ?, ?)"),
    clearDeadline: db.prepare('DELETE FROM deadlines WHERE order_row = ? AND kind = ?'),
    keep: db.prepare("INSERT INTO kept_replies VALUES (?, 'null', NULL, ?)"),
    seal: db.prepare(
      'INSERT INTO sealed_texts (order_row, name, sealed, mask) VALUES (?, ?, ?, ?)',
    ),
    count: db.prepare(`SELECT sum(entries) FROM list_counts WHERE list = ${list.id} AND level = 1`),
    first: paged(''),
    last: paged('DESC'),
  };
}
