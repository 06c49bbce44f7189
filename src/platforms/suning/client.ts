// A typed client of Suning's gateway, which integrators can also use to sign and read without a
// server.
import { UnreadableReplyError } from '../../client/errors.ts';
import type { WireProtocol } from '../../client/wire-protocol.ts';
import type { Params as ContractParams, Reply, Success } from '../../protocol/contract.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import { type HistoryOrders, historyOrders } from './client-history.ts';
import { rowOf } from './codes.ts';
import { contract, type SuningContract } from './contract.ts';
import { isQuery, type Method, nodeOf, VERSION } from './methods.ts';
import { signature, signInfo } from './signature.ts';
import {
  CONTENT_TYPES,
  type Document,
  type Element,
  type Format,
  readBody,
  UnreadableBodyError,
  writeDocument,
} from './wire.ts';

export type { History, HistoryOrders, HistoryRange, Time } from './client-history.ts';
export type { Method } from './methods.ts';
export { signInfo } from './signature.ts';

type AsTexts<T> = { readonly [K in keyof T]: Extract<T[K], number> extends never ? T[K] : string };

/** Parameters as texts: numbers as digits, times as `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai. */
export type Params = { readonly [M in Method]: AsTexts<ContractParams<SuningContract, M>> };

export type HistoryOrder = Reply<SuningContract, 'suning.fws.historyorder.query'>;
export type HistoryDetail = HistoryOrder['orderDetail'][number];

export interface Results {
  readonly 'suning.selfmarket.leaguerstatus.add': Reply<
    SuningContract,
    'suning.selfmarket.leaguerstatus.add'
  >;
  readonly 'suning.fws.historyorder.query': {
    readonly pageTotal: string;
    readonly pageNo: string;
    readonly pageSize: string;
    readonly orders: readonly HistoryOrder[];
  };
}

/** `code` and `message` are error_code and error_msg, or the client's report of a network error. */
export type SuningReply<M extends Method> =
  | { readonly ok: true; readonly value: Results[M] }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Credentials {
  readonly appKey: string;
  readonly appSecret: string;
  /** The token of an app that acts for a merchant (OAuth). */
  readonly accessToken?: string;
  /** Default: json. */
  readonly format?: Format;
}

export interface SuningRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A request ready to send. `now` is in milliseconds since 1970; the server allows ten minutes of
 * difference.
 */
export function buildRequest<M extends Method>(
  credentials: Credentials,
  method: M,
  params: Params[M],
  now: number,
): SuningRequest {
  const { appKey, appSecret, accessToken, format = 'json' } = credentials;
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const node = Object.fromEntries(given) as Document;
  const body = writeDocument({ sn_request: { sn_body: { [nodeOf(method)]: node } } }, format);
  const appRequestTime = formatShanghai(now);
  const signed = { appMethod: method, appRequestTime, appKey, versionNo: VERSION };
  const headers = {
    'Content-Type': CONTENT_TYPES[format],
    AppMethod: method,
    AppRequestTime: appRequestTime,
    Format: format,
    AppKey: appKey,
    VersionNo: VERSION,
    signInfo: signInfo(appSecret, { ...signed, body: Buffer.from(body) }),
    ...(accessToken !== undefined && { access_token: accessToken }),
  };
  return { headers, body };
}

/** @throws {UnreadableReplyError} */
export function readReply<M extends Method>(
  text: string,
  method: M,
  format: Format = 'json',
): SuningReply<M> {
  const root = readRoot(text, format);
  const error = child(root, 'sn_error');
  if (error) {
    const { error_code: code = '', error_msg: message = '' } = texts(error);
    return { ok: false, code, message };
  }
  const nodes = child(root, 'sn_body')?.children.filter(({ name }) => name === nodeOf(method));
  const [first] = nodes ?? [];
  if (!nodes || !first)
    throw new UnreadableReplyError('the reply has neither sn_error nor sn_body');
  if (!isQuery(method)) return { ok: true, value: texts(first) as never };
  const orders = nodes.map((node) => ({
    ...texts(node),
    orderDetail: node.children.filter(({ name }) => name === 'orderDetail').map(texts),
  }));
  const head = child(root, 'sn_head');
  const value = { ...(head && texts(head)), orders };
  return { ok: true, value: value as never };
}

/**
 * Several times the size of the longest page: 100 orders of 100 lines, with names of 200
 * characters.
 */
const MAX_REPLY_BYTES = 128 * 1024 * 1024;

function readRoot(text: string, format: Format): Element {
  try {
    const root = readBody(Buffer.from(text), format, MAX_REPLY_BYTES);
    if (root.name === 'sn_responseContent') return root;
    throw new UnreadableReplyError(`the reply is ${root.name}, not sn_responseContent`);
  } catch (error) {
    if (error instanceof UnreadableBodyError) {
      throw new UnreadableReplyError(`the reply is not Suning's: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

const child = (element: Element, name: string): Element | undefined =>
  element.children.find((one) => one.name === name);

/** The text elements by name. */
const texts = ({ children }: Element): Record<string, string> =>
  Object.fromEntries(
    children.filter((one) => one.children.length === 0).map(({ name, text }) => [name, text]),
  );

/** For `createClient`. With an `accessToken` the app acts for a merchant (OAuth). */
export const suning: WireProtocol<SuningContract, Credentials, HistoryOrders> = {
  contract,
  signature,
  secrets: ['appSecret', 'accessToken'],
  toCredentials: (appKey, appSecret) => ({ appKey, appSecret }),
  write(credentials, method, params, now) {
    const texts = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : value,
    ]);
    const { headers, body } = buildRequest(credentials, method, Object.fromEntries(texts), now);
    return { http: 'POST', path: `/api/http/sopRequest/${method}`, headers, body };
  },
  read({ format = 'json' }, method, { body }) {
    const reply = readReply(body, method, format);
    if (!reply.ok) return { ok: false, code: reply.code, words: reply.message };
    return { ok: true, value: toSuccess(reply.value) as Success<SuningContract, typeof method> };
  },
  rowOf,
  // "what a client reports when it got no answer, or one with another status"
  networkCode: (status) =>
    status === null ? 'sys.error.network:failure' : `sys.error.network-status:${status}`,
  extras: historyOrders,
};

/** Converts page numbers to numbers, and a page's orders to items. */
function toSuccess(value: Results[Method]): object {
  if (!('orders' in value)) return value;
  const { orders, pageTotal, pageNo, pageSize, ...head } = value;
  const numbers = {
    pageTotal: Number(pageTotal),
    pageNo: Number(pageNo),
    pageSize: Number(pageSize),
  };
  return { ...head, ...numbers, items: orders };
}
