// L2: the string to sign, piece by piece, for the server and for the client.
import { createHash } from 'node:crypto';
import type { SignatureScheme } from 'ordergate/platform';
import { contract } from './contract.ts';

export interface Signed {
  readonly method: string;
  /** The path, with `?` and the query where there is one. */
  readonly target: string;
  readonly time: string;
  readonly body: Uint8Array | string;
}

const LINE = { is: 'separator', value: '\n' } as const;

export const scheme: SignatureScheme<Signed> = {
  algorithm: contract.algorithm,
  carriedIn: { place: 'header', name: 'X-Lantern-Sign' },
  secret: 'secret',
  parts({ method, target, time, body }) {
    const digest = createHash('sha256').update(body).digest('hex');
    return [
      { is: 'field', name: 'method', value: method },
      LINE,
      { is: 'field', name: 'target', value: target },
      LINE,
      { is: 'field', name: 'X-Lantern-Time', value: time },
      LINE,
      { is: 'field', name: 'sha256 of the body', value: digest },
    ];
  },
};
