// L8: what a partner gets when the operator has issued or refunded an order, when again, and what acknowledges it.
import { HOUR, MINUTE, type PlatformCallbacks, SECOND } from 'ordergate/platform';
import { PLATFORM } from './name.ts';

export const callbacks: PlatformCallbacks = {
  environments: ['sandbox', 'production'],
  body({ to, type, payload }) {
    if (type !== 'order.moved' || (to !== 'issued' && to !== 'refunded')) return null;
    return { contentType: 'application/json', body: JSON.stringify(payload) };
  },
  endpoint(owner, { parties }) {
    const url = parties.find(PLATFORM, owner)?.attributes.callbackUrl;
    return typeof url === 'string' ? { url } : null;
  },
  schedule: { waits: [0, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR], jitter: 0 },
  answerProblem({ body }) {
    return readCode(body) === 'SUCCESS' ? null : 'the answer is not {"code":"SUCCESS"}';
  },
  addresses({ attributes }) {
    const { callbackUrl: url } = attributes;
    if (typeof url !== 'string') return [];
    return [{ key: 'callbackUrl', field: 'attributes.callbackUrl', url }];
  },
};

function readCode(body: string): unknown {
  try {
    return JSON.parse(body)?.code;
  } catch {
    return undefined;
  }
}
