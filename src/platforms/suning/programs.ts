// The programs that sign and send a call of Suning, and how they call its values.
import type { SigningPrograms } from '../../protocol/signing-sample.ts';
import { bodyOf } from './signing-sample.ts';

export const programs: SigningPrograms = {
  folder: new URL('../../../examples/signers/suning/', import.meta.url),
  values: (call, appSecret, server) => ({
    ...{ server, appKey: call.party, appSecret, appMethod: call.method, body: bodyOf(call) },
  }),
};
