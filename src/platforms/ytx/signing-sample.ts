// The string to sign of a sample call of ytx, for the reference.
import type { SigningSample } from '../../protocol/signing-sample.ts';
import { formatTimestamp, signature } from './signature.ts';

export const signingSample: SigningSample = {
  scheme: signature,
  parts: ({ party, now }) =>
    signature.parts({ accountSID: party, timestamp: formatTimestamp(now) }),
};
