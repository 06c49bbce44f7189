// Jintong's side of a test: the sandbox's partners, signed requests by hand, and replies as they arrive.
import { hash } from 'node:crypto';
import type { Ordergate } from '../src/main.ts';
import { type JintongReply, readReply } from '../src/platforms/jintong/client.ts';

/** The sandbox's partners and their keys. */
export const KEYS = {
  jane88: 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21',
  989457552: '5d0f2b9a41c84c4d8f2e7b6a9c1d3e57',
  ipbound01: '0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b',
  hastenonly01: '7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a29',
} as const;
export type Partner = keyof typeof KEYS;

export const GATEWAY = '/Api/OrderOpenApi.ashx';

export const md5 = (text: string): string => hash('md5', text);

/** Posts a body as it is; the answer's text, still URL-encoded. */
export async function post(
  server: Ordergate,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(server.url + GATEWAY, { method: 'POST', body, headers });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

/** Posts and reads; the reply's signature is checked with the partner's key where it has one. */
export async function call(
  server: Ordergate,
  body: string | Uint8Array<ArrayBuffer>,
  {
    partner = 'jane88' as Partner,
    headers = {},
  }: { partner?: Partner; headers?: Record<string, string> } = {},
): Promise<JintongReply> {
  return readReply(await post(server, body, headers), KEYS[partner]);
}

export const form = (document: string, field = 'request'): string =>
  `${field}=${encodeURIComponent(document)}`;

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const elements = (fields: Record<string, string | undefined>): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${escapeText(value!)}</${name}>`)
    .join('');

export interface Parts {
  /** Replaces or (undefined) leaves out basic parameters. */
  readonly basic?: Record<string, string | undefined>;
  readonly param?: Record<string, string | undefined>;
  readonly key?: string;
  /** Signs this instead of the string that 001 prescribes. */
  readonly stringToSign?: string;
}

/**
 * A `<Request>` document, signed by hand: the string to sign is put together here from 001's words
 * and not with the project's code.
 */
export function document(partner: Partner, action: string, parts: Parts): string {
  const basic: Record<string, string | undefined> = {
    Partner: String(partner),
    Action: action,
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    SignType: 'MD5',
    Version: '1.0.0.0',
    ...parts.basic,
  };
  const { param = {}, key = KEYS[partner] } = parts;
  const text = parts.stringToSign ?? stringToSign(basic, param);
  const sign = 'Sign' in basic ? basic.Sign : md5(text + key);
  return `<Request>${elements({ ...basic, Sign: sign })}<Param>${elements(param)}</Param></Request>`;
}

export function stringToSign(
  basic: Record<string, string | undefined>,
  param: Record<string, string | undefined>,
): string {
  const join = (fields: Record<string, string | undefined>): string =>
    Object.keys(fields)
      .filter((name) => fields[name] && name !== 'Sign' && name !== 'SignType')
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join('&');
  return join({ ...basic, Param: join(param) });
}

export const hasten = (orderId: string, userName = 'jane88', partner: Partner = 'jane88'): string =>
  document(partner, 'HastenOrder', { param: { OrderID: orderId, UserName: userName } });

export const cancel = (orderId: string, remark = '取消', partner: Partner = 'jane88'): string =>
  document(partner, 'OperateCancelOrder', {
    param: { Consumer: String(partner), OrderID: orderId, Remark: remark },
  });

export const detail = (orderId: string, userName = 'jane88', partner: Partner = 'jane88'): string =>
  document(partner, 'GetOrderDetail', { param: { OrderID: orderId, UserName: userName } });
