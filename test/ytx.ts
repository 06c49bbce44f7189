// ytx's side of a test: the sandbox's accounts and apps, requests signed by hand, and replies as they arrive.
import { hash } from 'node:crypto';
import type { Ordergate } from '../src/main.ts';

/** The sandbox's accounts and their authTokens. */
export const TOKENS = {
  abcdefghijklmnopqrstuvwxyz012345: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  ff8080813c37da53013c804f8072007c: '00112233445566778899aabbccddeeff',
} as const;
export type Account = keyof typeof TOKENS;

export const ACCOUNT: Account = 'abcdefghijklmnopqrstuvwxyz012345';
export const OTHER_ACCOUNT: Account = 'ff8080813c37da53013c804f8072007c';
export const APP = 'ff8080813fc70a7b013fc72312324213';
export const MOBILE = '18812340804';

/** `yyyyMMddHHmmss` in Shanghai (UTC+8, no summer time), put together here from the document's words. */
export function stamp(instant: number): string {
  return new Date(instant + 8 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** MD5加密(账户Id + 账户授权令牌 +时间戳) */
export const signOf = (account: string, token: string, timestamp: string): string =>
  hash('md5', account + token + timestamp);

/** base64加密(账户Id + "|" + 时间戳) */
export const authorizationOf = (account: string, timestamp: string, separator = '|'): string =>
  Buffer.from(`${account}${separator}${timestamp}`).toString('base64');

export interface Parts {
  readonly account?: string;
  readonly token?: string;
  /** When it is signed for; default: the server's clock. */
  readonly at?: number;
  readonly separator?: string;
  /** Instead of what the document prescribes; null leaves it out. */
  readonly path?: string;
  readonly query?: string;
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
export type Reply = any;

/** Posts a body as it is, signed for the server's now; the answer's text. */
export async function post(
  server: Ordergate,
  body: string | Uint8Array<ArrayBuffer>,
  parts: Parts = {},
): Promise<string> {
  const { account = ACCOUNT, at = server.clock.now(), separator } = parts;
  const token = parts.token ?? TOKENS[account as Account] ?? 'nobody-has-this-token';
  const timestamp = stamp(at);
  const path = parts.path ?? `/201612/sid/${account}/Unicom/Order.wx`;
  const query = parts.query ?? `?Sign=${signOf(account, token, timestamp)}`;
  const authorization =
    parts.authorization === undefined
      ? authorizationOf(account, timestamp, separator)
      : parts.authorization;
  const response = await fetch(server.url + path + query, {
    method: 'POST',
    body,
    headers: {
      accept: 'application/json;',
      'content-type': 'application/json;charset=utf-8;',
      ...(authorization !== null && { authorization }),
      ...parts.headers,
    },
  });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

export async function call(server: Ordergate, body: object, parts?: Parts): Promise<Reply> {
  return JSON.parse(await post(server, JSON.stringify(body), parts));
}

export const query = (requestId: unknown, appid = APP): object => ({
  action: 'getOrderResult',
  requestId,
  appid,
});

export const submit = (
  customParm: string,
  productCode = 'P1',
  rechargeAccount = MOBILE,
  appid = APP,
): object => ({ action: 'productOrder', appid, rechargeAccount, productCode, customParm });
