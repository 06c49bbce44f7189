// N2: the string to sign, piece by piece. The server, the client and the reference use this one list.
import type { SignatureScheme } from 'ordergate/platform';
import { contract } from './contract.ts';

// LEFT: state the vendor's string to sign, and test it with signatures that another tool made
export interface Signed {
  readonly path: string;
  readonly time: string;
  readonly body: string;
}

const LINE = { is: 'separator', value: '\n' } as const;

export const scheme: SignatureScheme<Signed> = {
  algorithm: contract.algorithm,
  carriedIn: { place: 'header', name: 'X-Skeleton-Sign' },
  secret: 'secret',
  parts: ({ path, time, body }) => [
    { is: 'field', name: 'path', value: path },
    LINE,
    { is: 'field', name: 'X-Skeleton-Time', value: time },
    LINE,
    { is: 'field', name: 'body', value: body },
  ],
};
