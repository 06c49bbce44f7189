// The string to sign of a sample call of Jintong, for the reference.
import type { SigningSample } from '../../protocol/signing-sample.ts';
import { type Signed, signature } from './signature.ts';

export const signingSample: SigningSample = {
  scheme: signature,
  parts: ({ party, method, params }) =>
    signature.parts({
      Partner: party,
      Action: method,
      RequestFmt: 'XML',
      ResponseFmt: 'XML',
      Version: '1.0.0.0',
      Param: params as Signed,
    }),
};
