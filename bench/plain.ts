// The plain stack: the same calls on Express 5, fast-xml-parser and node:sqlite, as a competent team would write it in a day.
// It is a competitor: it shares no code with the project.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { PlainDeliveries } from './plain-deliveries.ts';
import { type OrderRow, type Partner, PlainStore } from './plain-store.ts';
import { servePlainSuning } from './plain-suning.ts';
import { PlainTopUps, servePlainYtx } from './plain-ytx.ts';

const HASTEN_INTERVAL_MS = 10 * 60 * 1000;
const HASTEN_STATES = new Set('ABDKLMQRSUVWZ');
const STATE_NAMES: Readonly<Record<string, string>> = {
  A: '平台审核',
  B: '供应审核',
  C: '等待支付',
  D: '支付成功',
  E: '出票完成',
  K: '暂不能出票',
  L: '已快钱支付到平台',
  W: 'K 位政策',
};
const BASIC_FIELDS = new Set(
  'Partner Action RequestFmt ResponseFmt SignType Sign Version Param'.split(' '),
);
const PARAM_FIELDS = new Set(['OrderID', 'UserName']);
const ORDER_ID = /^[0-9A-Za-z-]{1,32}$/;
const USER_NAME = /^[^&=\p{Cc}]{1,64}$/u;

type Fields = { readonly [name: string]: string | Fields };

/** A refusal in the protocol's code. */
class Refusal extends Error {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, description: string, detail = description) {
    super(description);
    this.code = code;
    this.detail = detail;
  }
}

interface Basics {
  readonly Partner: string;
  readonly Action: string;
  readonly Sign: string;
  readonly Param: Fields;
}

/** What a call turned out to be, as far as it got; the request log wants to know. */
interface Call {
  readonly now: number;
  readonly ip: string;
  partner?: Partner;
  action?: string;
  orderId?: string;
  stringToSign?: string;
}

const [, , path = ''] = process.argv;
const store = new PlainStore(path);
const topUps = new PlainTopUps(`${path}.ytx`);
const deliveries = new PlainDeliveries(`${path}.suning`);
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });
const builder = new XMLBuilder({ suppressEmptyNode: false });

function readDocument(body: unknown): string {
  if (typeof body === 'string' && body.trimStart().startsWith('<')) return body;
  if (typeof body === 'object' && body !== null) {
    const [value] = Object.values(body);
    if (typeof value === 'string' && value.trimStart().startsWith('<')) return value;
  }
  throw new Refusal('ArgumentDecryptFail', '参数解密失败');
}

function parseDocument(text: string): Fields {
  let document: { readonly Request?: Fields };
  try {
    document = parser.parse(text, true); // true: a document that is not well-formed throws
  } catch (error) {
    throw new Refusal('ArgumentDeserializeFail', '参数反序列化失败', String(error));
  }
  if (typeof document.Request !== 'object') {
    throw new Refusal('ArgumentDeserializeFail', '参数反序列化失败', 'no Request');
  }
  return document.Request;
}

function readBasics(request: Fields): Basics {
  const { Partner, Action, Sign, Param } = request;
  if (typeof Partner !== 'string' || typeof Action !== 'string') throw illegal('Partner, Action');
  if (typeof Sign !== 'string' || typeof Param !== 'object') throw illegal('Sign, Param');
  return { Partner, Action, Sign, Param };
}

const illegal = (detail: string): Refusal => new Refusal('ArgumentIllegal', '参数不合法', detail);

function stringToSign(fields: Fields): string {
  return Object.keys(fields)
    .filter((name) => name !== 'Sign' && name !== 'SignType')
    .sort()
    .map((name) => {
      const value = fields[name];
      const text = typeof value === 'object' ? stringToSign(value) : value;
      return text ? `${name}=${text}` : '';
    })
    .filter((part) => part !== '')
    .join('&');
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function checkSignature(given: string, text: string, key: string): void {
  const expected = Buffer.from(md5(text + key));
  const actual = Buffer.from(given.toLowerCase());
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new Refusal('SignFail', '签名错误');
  }
}

function checkValues(request: Fields, param: Fields): { orderId: string; userName: string } {
  for (const [fields, defined] of [
    [request, BASIC_FIELDS],
    [param, PARAM_FIELDS],
  ] as const) {
    for (const [name, value] of Object.entries(fields)) {
      if (!defined.has(name))
        throw new Refusal('ArgumentDeserializeFail', '参数反序列化失败', name);
      if (typeof value === 'string' && name !== 'Sign' && /[&=]/.test(value)) throw illegal(name);
    }
  }
  if (request.RequestFmt !== 'XML' || request.ResponseFmt !== 'XML') throw illegal('Fmt');
  if (request.SignType !== 'MD5') throw illegal('SignType');
  if (request.Version !== '1.0.0.0' && request.Version !== '1.0.0') throw illegal('Version');
  const { OrderID: orderId, UserName: userName } = param;
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId)) throw illegal('OrderID');
  if (typeof userName !== 'string' || !USER_NAME.test(userName)) throw illegal('UserName');
  return { orderId, userName };
}

function answer(text: string, call: Call): Fields {
  const request = parseDocument(text);
  const { Partner: name, Action, Sign, Param } = readBasics(request);
  call.action = Action;
  const partner = store.findPartner(name);
  if (!partner?.enabled) throw new Refusal('UnfoundUserInfo', '未找到用户信息');
  call.partner = partner;
  if (partner.allowed_ips !== '' && !partner.allowed_ips.split(',').includes(call.ip)) {
    throw new Refusal('UnauthorizedIp', 'IP未授权');
  }
  if (!Object.hasOwn(ACTIONS, Action)) throw new Refusal('NotImplemented', '方法未实现');
  if (!partner.actions.split(',').includes(Action))
    throw new Refusal('Unauthorized', '没有访问权限');
  const { orderId, userName } = checkValues(request, Param);
  call.orderId = orderId;
  call.stringToSign = stringToSign(request);
  checkSignature(Sign, call.stringToSign, partner.key);
  if (!store.hasUser(name, userName)) throw new Refusal('UnfoundUserInfo', '未找到用户信息');

  const order = store.findOrder(orderId);
  if (!order) throw new Refusal('CallFail', '订单不存在');
  if (order.partner !== name || order.user_name !== userName) {
    throw new Refusal('Unauthorized', '没有访问权限');
  }
  return ACTIONS[Action as keyof typeof ACTIONS](order, call.now);
}

const ACTIONS = {
  HastenOrder(order: OrderRow, now: number): Fields {
    if (!HASTEN_STATES.has(order.state)) throw new Refusal('CallFail', '订单状态不允许此操作');
    if (order.last_hastened_at !== null && now - order.last_hastened_at < HASTEN_INTERVAL_MS) {
      throw new Refusal('CallFail', '10分钟内才刚催单，不能再催单!');
    }
    store.transaction(() => store.hasten(order, now));
    return { MessageModel: { MessageCode: 'CallSuccess', Description: '催单成功' } };
  },
  GetOrderDetail(order: OrderRow): Fields {
    return {
      MessageModel: { MessageCode: 'CallSuccess', Description: '调用接口成功' },
      Order: {
        OrderID: order.order_id,
        UserName: order.user_name,
        OrderState: order.state,
        OrderStateName: STATE_NAMES[order.state] ?? '',
        Amount: (order.amount_fen / 100).toFixed(2),
        Pnr: order.pnr,
        FlightNo: order.flight_no,
        CreateTime: formatShanghai(order.created_at),
      },
    };
  },
};

function formatShanghai(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** Signed where the partner is known, and URL-encoded as .NET does it. */
function writeReply(reply: Fields, partner: Partner | undefined): string {
  const signed = partner ? { ...reply, Sign: md5(stringToSign(reply) + partner.key) } : reply;
  const xml = `<?xml version="1.0"?>${builder.build({ Response: signed })}`;
  return encodeURIComponent(xml)
    .replace(/%20/g, '+')
    .replace(/'/g, '%27')
    .replace(/~/g, '%7e')
    .replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
}

function serve(req: Request, res: Response): void {
  const started = performance.now();
  const call: Call = { now: Date.now(), ip: req.ip ?? '' };
  let text = '';
  let code = 'CallSuccess';
  let detail: string | null = null;
  let reply: string;
  try {
    text = readDocument(req.body);
    reply = writeReply(answer(text, call), call.partner);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ({ code, detail } = error);
    const message = { MessageCode: code, Description: error.message };
    reply = writeReply({ MessageModel: message }, call.partner);
  }
  store.logRequest({
    at: call.now,
    partner: call.partner?.partner ?? null,
    action: call.action ?? null,
    order_id: call.orderId ?? null,
    code,
    detail,
    ip: call.ip,
    micros: Math.round((performance.now() - started) * 1000),
    string_to_sign: call.stringToSign ?? null,
    body: text,
  });
  res.type('text/plain; charset=utf-8').send(reply);
}

const app = express();
app.use(express.urlencoded({ extended: false, limit: '1mb' }));
app.use(express.text({ type: ['text/*', 'application/xml'], limit: '1mb' }));
app.post('/Api/OrderOpenApi.ashx', serve);
servePlainYtx(app, topUps, (row) => store.logRequest(row));
servePlainSuning(app, deliveries, (row) => store.logRequest(row));

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`plain listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  server.close(() => {
    for (const one of [store, topUps, deliveries]) one.close();
    process.exit(0);
  });
  server.closeAllConnections();
});
