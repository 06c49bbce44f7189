// Extracts the signature data of a call, on which the detective tries out mistakes.
import type { Evidence } from '../../protocol/evidence.ts';
import type { Start } from '../../protocol/platform.ts';
import type { SuningCall } from './checks.ts';
import { contract } from './contract.ts';
import { header } from './headers.ts';
import { isMethod } from './methods.ts';
import { signature } from './signature.ts';

/** Returns null if the call has no signature to examine. */
export function evidence(call: Partial<SuningCall> & Start): Evidence | null {
  const { appMethod, appRequestTime, appKey, versionNo, sign: received } = call;
  if (!received || !appMethod || !appRequestTime || !appKey || !versionNo) return null;
  const { body } = call.request;
  const beside = ['Format', 'access_token', 'Content-Type']
    .map((name) => ({ name, value: header(call, name) }))
    .filter(({ value }) => value !== '');
  const token = header(call, 'access_token');
  return {
    algorithm: signature.algorithm,
    party: appKey,
    received,
    accepted: [signature.parts({ appMethod, appRequestTime, appKey, versionNo, body })],
    beside,
    credentials: [
      { name: 'AppKey', value: appKey },
      { name: 'access_token', value: token },
      { name: 'AppMethod', value: appMethod },
    ].filter(({ value }) => value !== ''),
    bodyNames: isMethod(appMethod) ? namesOf(appMethod) : [],
  };
}

/** The names of a method's fields and nested fields, in the document's sequence. */
function namesOf(method: keyof typeof contract.methods): string[] {
  const { params } = contract.methods[method];
  return Object.entries(params).flatMap(([name, field]) => [
    name,
    ...('fields' in field ? Object.keys(field.fields as object) : []),
  ]);
}
