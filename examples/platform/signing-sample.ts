// The string to sign of a sample call of Lantern, for the reference at /docs.
import type { SigningSample } from 'ordergate/platform';
import { contract } from './contract.ts';
import { scheme } from './signature.ts';

export const signingSample: SigningSample = {
  scheme,
  parts({ method, params, now }) {
    const time = String(Math.floor(now / 1000));
    if (method === 'order.create') {
      const target = contract.envelope.path;
      return scheme.parts({ method: 'POST', target, time, body: JSON.stringify(params) });
    }
    const { orderId = '', ...rest } = params as Readonly<Record<string, string>>;
    const path = contract.methods['order.read'].at.path.replace('{orderId}', orderId);
    const query = new URLSearchParams(rest).toString();
    const target = query === '' ? path : `${path}?${query}`;
    return scheme.parts({ method: 'GET', target, time, body: '' });
  },
};
