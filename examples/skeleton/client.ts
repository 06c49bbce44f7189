// How a party calls the platform: what `createClient` of `ordergate/client` needs to know.
import { UnreadableReplyError, type WireOutcome, type WireProtocol } from 'ordergate/client';
import { type Success, signatureOf } from 'ordergate/platform';
import { CODES } from './codes.ts';
import { contract, pathOf, type SkeletonContract } from './contract.ts';
import { scheme } from './signature.ts';

export interface Credentials {
  readonly party: string;
  readonly secret: string;
}

export const skeleton: WireProtocol<SkeletonContract, Credentials> = {
  contract,
  signature: scheme,
  secrets: ['secret'],
  toCredentials: (party, secret) => ({ party, secret }),
  write({ party, secret }, method, params, now) {
    const path = pathOf(method);
    const body = JSON.stringify(params);
    const time = String(Math.floor(now / 1000));
    const headers = {
      'content-type': 'application/json',
      'x-skeleton-party': party,
      'x-skeleton-time': time,
      'x-skeleton-sign': signatureOf(scheme, { path, time, body }, secret),
    };
    return { http: 'POST', path, headers, body };
  },
  read(_, method, { body }) {
    const { code, message, data } = parse(body);
    if (typeof code !== 'string' || !Object.hasOwn(CODES, code)) {
      throw new UnreadableReplyError('the reply has no code of Skeleton');
    }
    const outcome = code === 'OK' ? { ok: true, value: data } : { ok: false, code, words: message };
    return outcome as WireOutcome<Success<SkeletonContract, typeof method>>;
  },
};

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch (error) {
    throw new UnreadableReplyError('the reply is not JSON', { cause: error });
  }
}
