// A typed client of ytx's gateway; also how integrators sign and read without a server.

import { UnreadableReplyError } from '../../client/errors.ts';
import type { WireOutcome, WireProtocol } from '../../client/wire-protocol.ts';
import type { RefusedItem, Success } from '../../protocol/contract.ts';
import { contract, type YtxContract } from './contract.ts';
import { FUNC, FUNC_URL, type OrderResult, RESULT_FIELDS, VERSION } from './contracts.ts';
import { authorization, formatTimestamp, sign } from './signature.ts';

export type { OrderResult } from './contracts.ts';
export { authorization, formatTimestamp, sign } from './signature.ts';

/** statusCode, statusMsg, requestId: how ytx refuses, and how it takes an order (statusCode `0`). */
export interface YtxStatus {
  readonly statusCode: string;
  readonly statusMsg: string;
  readonly requestId: string;
}

/** The reply is nothing that ytx answers with. */
export class YtxReplyError extends Error {
  readonly code = 'ERR_YTX_REPLY';
  override readonly name = 'YtxReplyError';
}

/** A refusal of the whole call; `statusCode` is its reason. */
export class YtxRefusedError extends Error {
  readonly code = 'ERR_YTX_REFUSED';
  override readonly name = 'YtxRefusedError';
  readonly statusCode: string;

  constructor({ statusCode, statusMsg }: YtxStatus) {
    super(`${statusCode} ${statusMsg}`);
    this.statusCode = statusCode;
  }
}

export interface YtxRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request ready to send. `now` is milliseconds since 1970, the moment that it is signed for. */
export function buildRequest(
  accountSID: string,
  authToken: string,
  body: Readonly<Record<string, string | readonly string[]>>,
  now: number,
): YtxRequest {
  const timestamp = formatTimestamp(now);
  return {
    url: `/${VERSION}/sid/${accountSID}/${FUNC}/${FUNC_URL}?Sign=${sign(accountSID, authToken, timestamp)}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json;charset=utf-8',
      authorization: authorization(accountSID, timestamp),
    },
    body: JSON.stringify(body),
  };
}

const holds = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');

const STATUS_FIELDS = ['statusCode', 'statusMsg', 'requestId'];
export const isOrderResult = (value: unknown): value is OrderResult => holds(value, RESULT_FIELDS);
export const isStatus = (value: unknown): value is YtxStatus => holds(value, STATUS_FIELDS);

/** The body of a callback. @throws {YtxReplyError} */
export function readCallback(body: string): OrderResult {
  const value = readJson(body);
  if (isOrderResult(value)) return value;
  throw new YtxReplyError('the callback lacks one of its fields');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new YtxReplyError('it is not JSON', { cause: error });
  }
}

export interface Credentials {
  readonly accountSID: string;
  readonly authToken: string;
}

/** For `createClient`. One id is asked for plainly, so that its refusal is the call's; several as a list. */
export const ytx: WireProtocol<YtxContract, Credentials> = {
  contract,
  write({ accountSID, authToken }, method, params, now) {
    const { requestId, ...others } = params as Readonly<Record<string, string | readonly string[]>>;
    const ids = requestId?.length === 1 ? requestId[0] : requestId;
    const body = { action: method, ...others, ...(ids !== undefined && { requestId: ids }) };
    const { url, headers, body: text } = buildRequest(accountSID, authToken, body, now);
    return { http: 'POST', path: url, headers, body: text };
  },
  read(_, method, { body }) {
    const outcome = readOutcome(method, body);
    return outcome as WireOutcome<Success<YtxContract, typeof method>>;
  },
};

function readOutcome(method: keyof YtxContract['methods'], body: string): WireOutcome<object> {
  let reply: unknown;
  try {
    reply = readJson(body);
  } catch (error) {
    throw new UnreadableReplyError('the reply is not JSON', { cause: error });
  }
  if (isStatus(reply) && reply.statusCode !== '0') {
    return { ok: false, code: reply.statusCode, words: reply.statusMsg };
  }
  if (method === 'productOrder') {
    if (isStatus(reply)) return { ok: true, value: reply };
    throw new UnreadableReplyError('the reply has no requestId');
  }
  return { ok: true, value: { items: (Array.isArray(reply) ? reply : [reply]).map(toItem) } };
}

function toItem(item: unknown): OrderResult | RefusedItem {
  if (isOrderResult(item)) return item;
  if (!isStatus(item)) throw new UnreadableReplyError('an item of the reply is no order');
  const { requestId: id, statusCode: code, statusMsg: words } = item;
  return { refused: { id, code, words } };
}

export interface YtxClientOptions {
  /** 请求地址, like `http://api.ytx.net`. */
  readonly baseUrl: string;
  readonly accountSID: string;
  readonly authToken: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970; default: the system's clock. */
  readonly now?: () => number;
}

export class YtxClient {
  readonly #options: YtxClientOptions;

  constructor(options: YtxClientOptions) {
    this.#options = options;
  }

  /**
   * One order, by the requestId that productOrder answered or, if none came, by its customParm.
   *
   * @throws {YtxRefusedError} such as `-704` (no such order) or `-705` (once a minute)
   * @throws {YtxReplyError} and whatever `fetch` throws
   */
  async getOrderResult(
    appid: string,
    by: { readonly requestId: string } | { readonly customParm: string },
  ): Promise<OrderResult> {
    const reply = await this.#call({ action: 'getOrderResult', appid, ...by });
    if (isOrderResult(reply)) return reply;
    throw new YtxReplyError('the reply is no order');
  }

  /** Up to 100 orders; in the place of each id its order, or why there is none. Throws as above. */
  async getOrderResults(
    appid: string,
    requestIds: readonly string[],
  ): Promise<(OrderResult | YtxStatus)[]> {
    const reply = await this.#call({ action: 'getOrderResult', appid, requestId: requestIds });
    if (Array.isArray(reply) && reply.every((one) => isOrderResult(one) || isStatus(one))) {
      return reply;
    }
    throw new YtxReplyError('the reply is no list of orders');
  }

  /**
   * Submits an order; resolves to its requestId. After an error without an answer, send the same
   * customParm again: it is one order, and its requestId comes back. Throws as above.
   */
  async productOrder(order: {
    readonly appid: string;
    readonly rechargeAccount: string;
    readonly productCode: string;
    readonly customParm: string;
  }): Promise<string> {
    const reply = await this.#call({ action: 'productOrder', ...order });
    if (isStatus(reply)) return reply.requestId;
    throw new YtxReplyError('the reply has no requestId');
  }

  async #call(body: Readonly<Record<string, string | readonly string[]>>): Promise<unknown> {
    const { baseUrl, accountSID, authToken, fetch: send = fetch, now = Date.now } = this.#options;
    const { url, headers, body: text } = buildRequest(accountSID, authToken, body, now());
    const response = await send(baseUrl + url, { method: 'POST', headers, body: text });
    const reply = readJson(await response.text());
    if (isStatus(reply) && reply.statusCode !== '0') throw new YtxRefusedError(reply);
    return reply;
  }
}
