// The string to sign of a sample call of Suning, with a body in JSON, for the reference.
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import type { SigningSample } from '../../protocol/signing-sample.ts';
import { type Method, nodeOf, VERSION } from './methods.ts';
import { signature } from './signature.ts';
import { type Document, writeDocument } from './wire.ts';

export const signingSample: SigningSample = {
  scheme: signature,
  parts({ party, method, params, now }) {
    // Numbers are digits on the wire.
    const given = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : value,
    ]);
    const node = Object.fromEntries(given) as Document;
    const body = { sn_request: { sn_body: { [nodeOf(method as Method)]: node } } };
    return signature.parts({
      appMethod: method,
      appRequestTime: formatShanghai(now),
      appKey: party,
      versionNo: VERSION,
      body: Buffer.from(writeDocument(body, 'json')),
    });
  },
};
