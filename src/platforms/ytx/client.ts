// A typed client of ytx's gateway, which integrators can also use to sign and read without a
// server.
import { UnreadableReplyError, withContract } from '../../client/errors.ts';
import type { WireOutcome, WireProtocol } from '../../client/wire-protocol.ts';
import type { RefusedItem, Success } from '../../protocol/contract.ts';
import { contract, type YtxContract } from './contract.ts';
import { FUNC, FUNC_URL, type OrderResult, VERSION } from './methods.ts';
import { isOrderResult, isStatus } from './order-result.ts';
import { authorization, formatTimestamp, sign, signature } from './signature.ts';

export { readCallback } from './client-callback.ts';
export type { OrderResult } from './methods.ts';
export { isOrderResult, isStatus, type YtxStatus } from './order-result.ts';
export { authorization, formatTimestamp, sign } from './signature.ts';

export interface YtxRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request ready to send. `now` is the time of the signature in milliseconds since 1970. */
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

export interface Credentials {
  readonly accountSID: string;
  readonly authToken: string;
}

/**
 * For `createClient`. A single id is sent as a plain text, so that its refusal is the call's;
 * several ids are sent as a list.
 */
export const ytx: WireProtocol<YtxContract, Credentials> = {
  contract,
  signature,
  secrets: ['authToken'],
  toCredentials: (accountSID, authToken) => ({ accountSID, authToken }),
  masked: ['rechargeAccount'],
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
    reply = JSON.parse(body);
  } catch (error) {
    const message = `the reply is not ytx's JSON. It begins: ${body.slice(0, 200)}`;
    throw new UnreadableReplyError(message, { cause: error });
  }
  if (isStatus(reply) && reply.statusCode !== '0') {
    return { ok: false, code: reply.statusCode, words: reply.statusMsg };
  }
  if (method === 'productOrder') {
    if (isStatus(reply)) return { ok: true, value: reply };
    throw new UnreadableReplyError('the reply has no requestId');
  }
  const items: unknown[] = Array.isArray(reply) ? reply : [reply];
  if (items.length === 0) throw new UnreadableReplyError('the reply is an empty list');
  return { ok: true, value: { items: items.map(toItem) } };
}

function toItem(item: unknown): OrderResult | RefusedItem {
  if (isOrderResult(item)) return item;
  if (!isStatus(item)) throw new UnreadableReplyError('an item of the reply is no order');
  const { requestId: id, statusCode: code, statusMsg: words } = item;
  const { codes } = contract;
  const entry = Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : undefined;
  return { refused: { id, ...withContract(code, words, entry) } };
}
