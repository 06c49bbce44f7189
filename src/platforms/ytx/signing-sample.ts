// How a sample call of ytx is signed, for the reference: pieces, vectors and programs.
import type { NamedTexts, SampleCall, SigningSample } from '../../protocol/signing-sample.ts';
import { authorization, formatTimestamp, type Signed, signature } from './signature.ts';

const input = ({ party, now }: SampleCall) => ({
  accountSID: party,
  timestamp: formatTimestamp(now),
});

/** The body of a call: a single id is a plain text, several are a list. */
export function bodyOf({ method, params }: SampleCall): string {
  const { requestId, ...others } = params as Readonly<Record<string, string | readonly string[]>>;
  const ids = requestId?.length === 1 ? requestId[0] : requestId;
  const body = { action: method, ...others, ...(ids !== undefined && { requestId: ids }) };
  return JSON.stringify(body);
}

const asSigned = (given: NamedTexts) => given as unknown as Signed;

export const signingSample: SigningSample = {
  scheme: signature,
  parts: (call) => signature.parts(input(call)),
  vectors: {
    input,
    partsOf: (given) => signature.parts(asSigned(given)),
    beside(given) {
      const { accountSID, timestamp } = asSigned(given);
      return { Authorization: authorization(accountSID, timestamp) };
    },
    more: [
      {
        title: { zh: '公开的 Python SDK 发送的调用', en: 'A call that the public Python SDK sent' },
        key: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
        input: { accountSID: 'abcdefghijklmnopqrstuvwxyz012345', timestamp: '20261122200710' },
      },
    ],
  },
};
