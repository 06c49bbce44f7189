// How a partner calls Lantern: what `createClient` of `ordergate/client` needs to know of the platform.
import { UnreadableReplyError, type WireOutcome, type WireProtocol } from 'ordergate/client';
import { type Success, signatureOf } from 'ordergate/platform';
import { CODES, STATUS } from './codes.ts';
import { contract, type LanternContract } from './contract.ts';
import { scheme } from './signature.ts';

export interface Credentials {
  readonly partner: string;
  readonly secret: string;
}

export const lantern: WireProtocol<LanternContract, Credentials> = {
  contract,
  signature: scheme,
  secrets: ['secret'],
  toCredentials: (partner, secret) => ({ partner, secret }),
  masked: ['mobile'],
  replyStatuses: [...new Set([201, ...Object.values(STATUS)])],
  write({ partner, secret }, method, params, now) {
    const { orderId, ...rest } = params as Readonly<Record<string, string>>;
    const query = new URLSearchParams(rest).toString();
    const path = contract.methods['order.read'].at.path.replace('{orderId}', orderId ?? '');
    const isRead = method === 'order.read';
    const [http, target, body] = isRead
      ? (['GET', query === '' ? path : `${path}?${query}`, ''] as const)
      : (['POST', contract.envelope.path, JSON.stringify(params)] as const);
    const time = String(Math.floor(now / 1000));
    const sign = signatureOf(scheme, { method: http, target, time, body }, secret);
    const headers = {
      'content-type': 'application/json',
      'x-lantern-partner': partner,
      'x-lantern-time': time,
      'x-lantern-sign': sign,
    };
    return { http, path: target, headers, body };
  },
  read(_, method, { body }) {
    const { code, message, data } = parse(body);
    const known = typeof code === 'string' && Object.hasOwn(CODES, code);
    if (!known) throw new UnreadableReplyError('the reply has no code of Lantern');
    const outcome = code === 'OK' ? { ok: true, value: data } : { ok: false, code, words: message };
    return outcome as WireOutcome<Success<LanternContract, typeof method>>;
  },
};

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch (error) {
    throw new UnreadableReplyError('the reply is not JSON', { cause: error });
  }
}
