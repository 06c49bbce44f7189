// Suning on the plain stack: reports of delivery and pages of orders, as a competent team would write them in a day.
// It is a competitor: it shares no code with the project.
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Express, type Request, type Response, raw } from 'express';
import type { PlainDeliveries } from './plain-deliveries.ts';
import type { RequestRow } from './plain-store.ts';

const SKEW_MS = 10 * 60 * 1000;
const REPORT = 'suning.selfmarket.leaguerstatus.add';
const HISTORY = 'suning.fws.historyorder.query';

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Of a body, as the methods read it. */
interface Asked {
  readonly [name: string]: unknown;
}

/** Serves Suning's gateway on `app`. */
export function servePlainSuning(
  app: Express,
  store: PlainDeliveries,
  log: (row: RequestRow) => void,
): void {
  app.post(
    '/api/http/sopRequest',
    raw({ type: () => true, limit: '1mb' }),
    (req: Request, res: Response) => {
      const started = performance.now();
      const bytes = req.body as Buffer;
      let code = 'success';
      let detail: string | null = null;
      let orderId: string | null = null;
      let reply: string;
      try {
        const { caller, key } = admit(store, req, bytes);
        const kept = store.keptReply(key, Date.now());
        const body = (JSON.parse(bytes.toString()) as { sn_request: { sn_body: Asked } }).sn_request
          .sn_body;
        const { appmethod: method } = req.headers;
        if (kept) reply = kept.reply;
        else if (method === REPORT) {
          const asked = body.addLeaguerstatus as Asked;
          orderId = field(asked, 'orderId');
          reply = report(store, asked, key, String(req.headers.appkey));
        } else if (method === HISTORY) {
          reply = history(store, caller.provider, body.queryHistoryOrder as Asked);
        } else throw new Refusal('sys.check.api-permission:inexistence', String(method));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        ({ code, message: detail } = error);
        reply = answer({ sn_error: { error_code: code, error_msg: code } });
      }
      log({
        ...{ at: Date.now(), partner: String(req.headers.appkey), code, detail },
        ...{ action: String(req.headers.appmethod), order_id: orderId, ip: req.ip ?? '' },
        micros: Math.round((performance.now() - started) * 1000),
        string_to_sign: null,
        // Card codes are in no log.
        body: bytes.toString().replace(/"cardList":\[.*?\]/, '"cardList":"***"'),
      });
      res.type('application/json; charset=utf-8').send(reply);
    },
  );
}

const answer = (content: object): string => JSON.stringify({ sn_responseContent: content });

/** @throws {Refusal} where the app, the time or the signature is wrong */
function admit(store: PlainDeliveries, { headers }: Request, body: Buffer) {
  const { appmethod, apprequesttime, appkey, versionno, signinfo } = headers;
  for (const value of [appmethod, apprequesttime, appkey, versionno, signinfo]) {
    if (typeof value !== 'string') throw new Refusal('sys.check.header-param:null', 'a header');
  }
  const at = Date.parse(`${String(apprequesttime).replace(' ', 'T')}+08:00`);
  if (!(Math.abs(Date.now() - at) <= SKEW_MS)) throw new Refusal('sys.check.app-time:error', '');
  const caller = store.app(String(appkey));
  if (!caller) throw new Refusal('sys.check.user-permission:inexistence', String(appkey));
  const expected = createHash('md5')
    .update(`${caller.secret}${appmethod}${apprequesttime}${appkey}${versionno}`)
    .update(body.toString('base64'))
    .digest();
  const given = Buffer.from(String(signinfo), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Refusal('sys.check.app-sign:error', 'signInfo');
  }
  const key = createHash('sha256').update(`${appkey}${signinfo}`).update(body).digest('base64url');
  return { caller, key };
}

function report(store: PlainDeliveries, asked: Asked, key: string, appKey: string): string {
  const [orderId, orderItemId] = [field(asked, 'orderId'), field(asked, 'orderItemId')];
  if (asked.iqStatus !== '180') throw invalid('101');
  const cards = asked.cardList as readonly { cardCode?: unknown; cardSec?: unknown }[];
  if (!Array.isArray(cards) || cards.length === 0) throw invalid('102');
  for (const { cardCode, cardSec } of cards) {
    for (const value of [cardCode, cardSec])
      if (typeof value !== 'string' || value === '' || value.length > 200) throw invalid('103');
  }
  if (new Set(cards.map(({ cardCode }) => cardCode)).size < cards.length) throw invalid('104');
  const line = store.line(orderItemId, orderId);
  if (!line || line.supplier !== appKey) throw invalid('105');
  if (line.state !== 'unshipped') throw invalid('106');
  if (line.quantity !== cards.length) throw invalid('107');
  const text = answer({ sn_body: { addLeaguerstatus: { result: 'Y', orderId, orderItemId } } });
  store.ship(line, cards, { key, text }, `party:${appKey}`);
  return text;
}

const invalid = (number: string): Refusal =>
  new Refusal(`biz.selfmarket.addleaguerstatus.invalid-biz:${number}`, 'the report');

function history(store: PlainDeliveries, provider: string, asked: Asked): string {
  const time = (name: string): number => {
    const at = Date.parse(`${field(asked, name).replace(' ', 'T')}+08:00`);
    if (Number.isNaN(at)) throw new Refusal(`sys.check.${name.toLowerCase()}-format:error`, name);
    return at;
  };
  const [pageNo, size] = [Number(asked.pageNo), Number(asked.pageSize)];
  if (!(pageNo >= 1 && size >= 1 && size <= 100)) {
    throw new Refusal('sys.check.page-param:error', 'pageNo, pageSize');
  }
  const { total, rows } = store.page(provider, time('startTime'), time('endTime'), pageNo, size);
  if (rows.length === 0) throw new Refusal('biz.handler.data-get:no-result', `${total}`);
  const queryHistoryOrder = rows.map((row) => ({
    orderId: row.order_id,
    orderCategory: row.category,
    shopName: row.shop,
    businessAccounts: row.account,
    createTime: formatShanghai(row.created_at),
    orderDetail: JSON.parse(row.details) as object,
  }));
  const sn_head = {
    pageTotal: String(Math.ceil(total / size)),
    pageNo: String(pageNo),
    pageSize: String(size),
    returnMessage: 'biz.handler.data-get:success',
  };
  return answer({ sn_head, sn_body: { queryHistoryOrder } });
}

function field(asked: Asked, name: string): string {
  const value = asked[name];
  if (typeof value !== 'string' || value === '' || value.length > 64) {
    throw new Refusal('sys.check.request-params:error', name);
  }
  return value;
}

/** `2026-01-02 03:04:05` in Shanghai. */
function formatShanghai(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
