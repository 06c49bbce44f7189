// The programs that sign and send a call of ytx, and how they call its values.
import type { SigningPrograms } from '../../protocol/signing-sample.ts';
import { bodyOf } from './signing-sample.ts';

export const programs: SigningPrograms = {
  folder: new URL('../../../examples/signers/ytx/', import.meta.url),
  values: (call, authToken, server) => ({
    ...{ server, accountSID: call.party, authToken, body: bodyOf(call) },
  }),
};
