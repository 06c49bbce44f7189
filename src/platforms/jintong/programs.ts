// The programs that sign and send a call of Jintong, and how they call its values.
import type { NamedTexts, SigningPrograms } from '../../protocol/signing-sample.ts';

export const programs: SigningPrograms = {
  folder: new URL('../../../examples/signers/jintong/', import.meta.url),
  values: ({ party, method, params }, key, server) => ({
    ...{ server, partner: party, key, action: method, param: params as NamedTexts },
  }),
};
