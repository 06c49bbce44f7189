// A typed client of Suning's gateway; also how integrators sign and read without a server.
import { UnreadableReplyError } from '../../client/errors.ts';
import type { WireProtocol } from '../../client/wire-protocol.ts';
import type { Success } from '../../protocol/contract.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import { describe, rowOf } from './codes.ts';
import { contract, type SuningContract } from './contract.ts';
import {
  CONTRACTS,
  type DETAIL_FIELDS,
  type Method,
  type ORDER_FIELDS,
  VERSION,
} from './contracts.ts';
import { signInfo } from './signature.ts';
import type { Card, IqStatus } from './values.ts';
import {
  CONTENT_TYPES,
  type Document,
  type Element,
  type Format,
  readBody,
  UnreadableBodyError,
  writeDocument,
} from './wire.ts';

export type { Method } from './contracts.ts';
export { signInfo } from './signature.ts';

export interface Params {
  readonly 'suning.selfmarket.leaguerstatus.add': {
    readonly iqStatus: IqStatus;
    readonly orderId: string;
    readonly orderItemId: string;
    readonly supplierCode?: string;
    readonly failReason?: string;
    readonly cardList?: readonly Card[];
  };
  /** Times as `yyyy-MM-dd HH:mm:ss`, Asia/Shanghai. */
  readonly 'suning.fws.historyorder.query': {
    readonly serverId?: string;
    readonly chargeId?: string;
    readonly startTime: string;
    readonly endTime: string;
    readonly orderCategory?: '1' | '2' | '3';
    readonly pageNo?: string;
    readonly pageSize?: string;
  };
}

export type HistoryDetail = Readonly<Record<(typeof DETAIL_FIELDS)[number], string>>;
export type HistoryOrder = Readonly<Record<(typeof ORDER_FIELDS)[number], string>> & {
  readonly orderDetail: readonly HistoryDetail[];
};

export interface Results {
  readonly 'suning.selfmarket.leaguerstatus.add': {
    readonly result: string;
    readonly orderId: string;
    readonly orderItemId: string;
  };
  readonly 'suning.fws.historyorder.query': {
    readonly pageTotal: string;
    readonly pageNo: string;
    readonly pageSize: string;
    readonly orders: readonly HistoryOrder[];
  };
}

/** `code` and `message` are error_code and error_msg, or what a client reports of the network. */
export type SuningReply<M extends Method> =
  | { readonly ok: true; readonly value: Results[M] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The reply could not be understood. */
export class SuningReplyError extends Error {
  readonly code = 'ERR_SUNING_REPLY';
  override readonly name = 'SuningReplyError';
}

export interface Credentials {
  readonly appKey: string;
  readonly appSecret: string;
  /** Of an app that acts for merchants (OAuth). */
  readonly accessToken?: string;
  /** Default: json. */
  readonly format?: Format;
}

export interface SuningRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request ready to send. `now` is in milliseconds since 1970; the server allows ten minutes. */
export function buildRequest<M extends Method>(
  credentials: Credentials,
  method: M,
  params: Params[M],
  now: number,
): SuningRequest {
  const { appKey, appSecret, accessToken, format = 'json' } = credentials;
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const node = Object.fromEntries(given) as Document;
  const body = writeDocument(
    { sn_request: { sn_body: { [CONTRACTS[method].node]: node } } },
    format,
  );
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

/** @throws {SuningReplyError} */
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
  const nodes = child(root, 'sn_body')?.children.filter(
    ({ name }) => name === CONTRACTS[method].node,
  );
  const [first] = nodes ?? [];
  if (!nodes || !first) throw new SuningReplyError('the reply has neither sn_error nor sn_body');
  if (CONTRACTS[method].kind !== 'query') return { ok: true, value: texts(first) as never };
  const orders = nodes.map((node) => ({
    ...texts(node),
    orderDetail: node.children.filter(({ name }) => name === 'orderDetail').map(texts),
  }));
  const head = child(root, 'sn_head');
  const value = { ...(head && texts(head)), orders };
  return { ok: true, value: value as never };
}

/** Several times the longest page: 100 orders of 100 lines, with names of 200 characters. */
const MAX_REPLY_BYTES = 128 * 1024 * 1024;

function readRoot(text: string, format: Format): Element {
  try {
    const root = readBody(Buffer.from(text), format, MAX_REPLY_BYTES);
    if (root.name === 'sn_responseContent') return root;
    throw new SuningReplyError(`the reply is ${root.name}, not sn_responseContent`);
  } catch (error) {
    if (error instanceof UnreadableBodyError) throw new SuningReplyError(error.message);
    throw error;
  }
}

const child = (element: Element, name: string): Element | undefined =>
  element.children.find((one) => one.name === name);

/** The elements with text, by name. */
const texts = ({ children }: Element): Record<string, string> =>
  Object.fromEntries(
    children.filter((one) => one.children.length === 0).map(({ name, text }) => [name, text]),
  );

/** For `createClient`. With an `accessToken` the app acts for a merchant (OAuth). */
export const suning: WireProtocol<SuningContract, Credentials> = {
  contract,
  write(credentials, method, params, now) {
    const texts = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : value,
    ]);
    const { headers, body } = buildRequest(credentials, method, Object.fromEntries(texts), now);
    return { http: 'POST', path: `/api/http/sopRequest/${method}`, headers, body };
  },
  read({ format = 'json' }, method, { body }) {
    try {
      const reply = readReply(body, method, format);
      if (!reply.ok) return { ok: false, code: reply.code, words: reply.message };
      return { ok: true, value: toSuccess(reply.value) as Success<SuningContract, typeof method> };
    } catch (error) {
      if (!(error instanceof SuningReplyError)) throw error;
      throw new UnreadableReplyError(error.message, { cause: error });
    }
  },
  rowOf,
};

/** The pages' numbers as numbers, and the orders of a page as its items. */
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

export interface SuningClientOptions extends Credentials {
  /** The gateway's address without `/api/http/sopRequest`. */
  readonly serverUrl: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
}

export class SuningClient {
  readonly #options: SuningClientOptions;

  constructor(options: SuningClientOptions) {
    this.#options = options;
  }

  /**
   * A refusal is a reply, not an error; so is no answer (`sys.error.network:failure`) and one with
   * another status (`sys.error.network-status:NNN`), as the documents' table has it.
   *
   * @throws {SuningReplyError} where an answer cannot be read
   */
  async call<M extends Method>(method: M, params: Params[M]): Promise<SuningReply<M>> {
    const { serverUrl, fetch: send = fetch, now = Date.now, format = 'json' } = this.#options;
    const request = buildRequest(this.#options, method, params, now());
    let text: string;
    try {
      const url = `${serverUrl}/api/http/sopRequest/${method}`;
      const response = await send(url, { method: 'POST', ...request });
      if (response.status !== 200)
        return networkError(`sys.error.network-status:${response.status}`);
      text = await response.text();
    } catch {
      return networkError('sys.error.network:failure');
    }
    return readReply(text, method, format);
  }
}

function networkError(code: `sys.error.${string}`): {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
} {
  const status = code.split(':')[1]!;
  return { ok: false, code, message: describe(code).replace(' ?为状态码', ` ${status}`) };
}
