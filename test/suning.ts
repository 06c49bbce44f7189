// Suning's side of a test: the sandbox's apps, requests signed by hand, and replies as they arrive.
import { hash } from 'node:crypto';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { Ordergate } from '../src/main.ts';

/** The sandbox's apps and their secrets. */
export const APPS = {
  /** Both methods, no OAuth. */
  plain: ['b0c332a133c102765f39de0a1b2c3d4e', '460d7ff15b073e463125b40f1e2d3c4b'],
  /** Queries only. */
  queries: ['c1d443b244d213876f40ef1b2c3d4e5f', '571e8ff26c184f574236c51a2b3c4d5e'],
  oauth: ['d2e554c355e324987051f02c3d4e5f60', '682f90037d2950685347d62b3c4d5e6f'],
  twoPerSecond: ['e3f665d466f435a98162013d4e5f6071', '7930a114803a61796458e73c4d5e6f70'],
  threePerDay: ['f40776e5770546ba9273124e5f607182', '8a41b225914b728a7569f84d5e6f7081'],
  oneAtOnce: ['0518f7f6868157cb0384235f60718293', '9b52c3360a25a39b867a095e6f708192'],
} as const satisfies Record<string, readonly [appKey: string, appSecret: string]>;
export type AppName = keyof typeof APPS;

export const TOKEN = 'a1c5c62b08df3a3cbf7efd0123456789';
export const EXPIRED_TOKEN = 'a1c5c62b08df3a3cbf7efdexpired000';
export const LEAGUER = 'suning.selfmarket.leaguerstatus.add';
export const HISTORY = 'suning.fws.historyorder.query';
export const GATEWAY = '/api/http/sopRequest';

/** `yyyy-MM-dd HH:mm:ss` in Shanghai, made with Intl and not with the project's code. */
export const shanghai = (instant: number): string => SHANGHAI.format(instant);
const SHANGHAI = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

export interface Call {
  readonly app?: AppName | readonly [appKey: string, appSecret: string];
  readonly method: string;
  readonly format?: 'xml' | 'json';
  /** The body as it is, or the fields of the method's node. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Replaces, changes or (undefined) leaves out headers, after the signature was made. */
  readonly headers?: Readonly<Record<string, string | undefined | ((made: string) => string)>>;
  /** Replaces what is signed. */
  readonly signed?: Readonly<
    Partial<Record<'appMethod' | 'appRequestTime' | 'versionNo' | 'body', string>>
  >;
  /** How header names are written. */
  readonly spell?: (name: string) => string;
  readonly path?: string;
  /** The request's time; default: the server's. */
  readonly at?: number;
}

/**
 * Headers with signInfo put together from the documents' words: "appSecret,appMethod,
 * appRequestTime,appKey,versionNo,请求报文base64加密后的数据顺序MD5(32位小写)".
 */
export function signedHeaders(call: Call, now: number): Record<string, string> {
  const [appKey, appSecret] = typeof call.app === 'object' ? call.app : APPS[call.app ?? 'plain'];
  const {
    appMethod = call.method,
    appRequestTime = shanghai(call.at ?? now),
    versionNo = 'v1.2',
    body = call.body,
  } = call.signed ?? {};
  const base64 = Buffer.from(body as string).toString('base64');
  const text = appSecret + appMethod + appRequestTime + appKey + versionNo + base64;
  const headers: Record<string, string | undefined> = {
    AppMethod: appMethod,
    AppRequestTime: appRequestTime,
    Format: call.format ?? 'xml',
    AppKey: appKey,
    VersionNo: versionNo,
    signInfo: hash('md5', text),
  };
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    headers[name] = typeof value === 'function' ? value(headers[name]!) : value;
  }
  const { spell = (name) => name } = call;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[spell(name), value]],
    ),
  );
}

/** Posts; the answer's text. */
export async function post(server: Ordergate, call: Call): Promise<string> {
  const response = await fetch(server.url + (call.path ?? GATEWAY), {
    method: 'POST',
    body: call.body,
    headers: signedHeaders(call, server.clock.now()),
  });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return response.text();
}

export interface Answer {
  /** `success`, or error_code. */
  readonly code: string;
  readonly message: string | null;
  readonly text: string;
}

/** Reads either format with patterns: what matters is that the bytes are these. */
export function readAnswer(text: string): Answer {
  const error =
    /^<sn_responseContent><sn_error><error_code>([^<]*)<\/error_code><error_msg>([^<]*)<\/error_msg><\/sn_error><\/sn_responseContent>$/.exec(
      text,
    ) ??
    /^\{"sn_responseContent":\{"sn_error":\{"error_code":"([^"]*)","error_msg":"([^"]*)"\}\}\}$/.exec(
      text,
    );
  if (error) return { code: error[1]!, message: error[2]!, text };
  if (!/^(<sn_responseContent><|\{"sn_responseContent":\{")sn_(head|body)/.test(text)) {
    throw new Error(`neither a success nor an error: ${text}`);
  }
  return { code: 'success', message: null, text };
}

export async function call(server: Ordergate, its: Call): Promise<Answer> {
  return readAnswer(await post(server, its));
}

type Fields = Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>;

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function xml(node: string, fields: Fields): string {
  const inner = Object.entries(fields).map(([name, value]) =>
    typeof value === 'string'
      ? `<${name}>${escapeText(value)}</${name}>`
      : value
          .map((one) => {
            const pairs = Object.entries(one).map(([n, v]) => `<${n}>${escapeText(v)}</${n}>`);
            return `<${name}>${pairs.join('')}</${name}>`;
          })
          .join(''),
  );
  return `<sn_request><sn_body><${node}>${inner.join('')}</${node}></sn_body></sn_request>`;
}

export const json = (node: string, fields: Fields): string =>
  JSON.stringify({ sn_request: { sn_body: { [node]: fields } } });

export const cards = (count: number, prefix = '9000') =>
  Array.from({ length: count }, (_, i) => ({
    cardCode: `${prefix}${String(i).padStart(6, '0')}`,
    cardSec: `SEC${prefix}${i}`,
  }));

/** A call of addLeaguerstatus in XML. */
export const leaguer = (
  iqStatus: string,
  orderId: string,
  orderItemId: string,
  more: Fields = {},
): Call => ({
  method: LEAGUER,
  body: xml('addLeaguerstatus', { iqStatus, orderId, orderItemId, ...more }),
});

/** The `n`th line of the sandbox's virtual orders: 1 to 21. */
export const sandboxLine = (n: number): readonly [orderId: string, orderItemId: string] => [
  String(1000531504 + n),
  `000002081176${String(n).padStart(2, '0')}`,
];

/** A call of queryHistoryOrder in JSON. */
export const history = (fields: Fields = {}): Call => ({
  method: HISTORY,
  format: 'json',
  body: json('queryHistoryOrder', {
    startTime: '2015-01-01 00:00:00',
    endTime: '2015-02-01 00:00:00',
    ...fields,
  }),
});

/** Sends calls in one packet on one connection, so that the server has all before it answers one. */
export async function inOnePacket(server: Ordergate, ...calls: readonly Call[]): Promise<Answer[]> {
  const { hostname, port } = new URL(server.url);
  const packet = calls.map((its, i) => {
    const headers = Object.entries(signedHeaders(its, server.clock.now()));
    const last = i === calls.length - 1 ? 'Connection: close\r\n' : '';
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const length = Buffer.byteLength(its.body as string);
    return `POST ${GATEWAY} HTTP/1.1\r\nHost: test\r\n${lines}${last}Content-Length: ${length}\r\n\r\n${its.body}`;
  });
  const socket = connect(Number(port), hostname);
  socket.write(packet.join(''));
  const text = await readText(socket);
  return text
    .split(/HTTP\/1\.1 200 OK\r\n/)
    .slice(1)
    .map((reply) => readAnswer(reply.slice(reply.indexOf('\r\n\r\n') + 4)));
}

/** An order of the service market, as an import has it, without its id and time. */
export const SUBSCRIPTION_ORDER = {
  platform: 'suning',
  section: 'subscriptionOrders',
  provider: 'P10001',
  orderCategory: '1',
  shopName: '农夫山泉',
  businessAccounts: 'Xx@qqqq.com',
  orderDetail: [
    {
      serverId: 'S1',
      chargeId: 'C1',
      serviceName: '饮料类检测',
      chargeName: '水质检测',
      orderDetailId: 'D1',
      orderQuantity: '20',
      basePrice: '10.00',
      effectiveTime: '2020-01-11 00:00:00',
      failureTime: '2020-04-11 00:00:00',
      originalCostTotal: '200.00',
      realPaymentTotal: '180.00',
      preferentialPriceTotal: '20.00',
    },
  ],
};
