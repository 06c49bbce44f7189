// Writes the calls of Lantern's clauses and reads the replies, without the code of the server, so that the server is judged by something else.
import { createHash, createHmac } from 'node:crypto';
import {
  bytesOf,
  type ClauseDriver,
  changedDigits,
  replaced,
  withoutNull,
} from 'ordergate/platform';

const ORDERS = '/lantern/v1/orders';

/** L4: the statuses of a success; those of a refusal say who is at fault. */
const SUCCESSES = [200, 201];
const REFUSALS = [400, 401, 404, 409, 429, 500, 503];

export const driver: ClauseDriver = {
  statuses: [...SUCCESSES, ...REFUSALS],
  write({ now, party, secretOf }, request) {
    const { mutate = {}, method } = request;
    const isRead = method === 'order.read';
    const params = 'params' in request ? request.params : {};
    const { orderId = '', ...query } = params as Readonly<Record<string, string>>;
    const search = new URLSearchParams(query).toString();
    const target = isRead ? `${ORDERS}/${orderId}${search === '' ? '' : `?${search}`}` : ORDERS;
    const http = isRead ? 'GET' : 'POST';
    const plain = 'raw' in request ? bytesOf(request.raw) : JSON.stringify(params);
    const body = isRead ? '' : plain;
    const at = now + (mutate.time ?? 0);
    const time = String(Math.floor(at / 1000));
    // L2: four lines, with a line feed between them.
    const digest = createHash('sha256').update(body).digest('hex');
    const signedTime = mutate.signsAnotherSecond ? String(Number(time) - 1) : time;
    const text = [http, target, signedTime, digest].join('\n');
    const sign = createHmac('sha256', secretOf(mutate.secretOf ?? party)).update(text);
    return {
      http,
      path: mutate.path ?? target,
      headers: withoutNull({
        'Content-Type': 'application/json',
        'X-Lantern-Partner': party,
        'X-Lantern-Time': time,
        'X-Lantern-Sign': changedDigits(sign.digest('hex'), mutate),
        ...mutate.headers,
        ...mutate.sent,
      }),
      body: typeof body === 'string' ? replaced(body, mutate) : body,
    };
  },
  read(text, _, status) {
    const reply = JSON.parse(text) as { readonly code?: string; readonly message?: string };
    const { code, message } = reply;
    if (code === undefined || message === undefined) {
      throw new Error('the reply has no code and message');
    }
    if (SUCCESSES.includes(status) !== (code === 'OK')) {
      throw new Error(`the reply has the code ${code}, and HTTP status ${status}`);
    }
    return { code, words: message, reply };
  },
};
