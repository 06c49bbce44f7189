// Extracts the signature data of a call, on which the detective tries out mistakes.
import type { Evidence, NamedValue } from '../../protocol/evidence.ts';
import type { Start } from '../../protocol/platform.ts';
import type { YtxCall } from './checks.ts';
import { readAuthorization, signature } from './signature.ts';
import { readBody, readSign } from './wire.ts';

/** Returns null if the call has no signature to examine. */
export function evidence({ request, accountSID }: Partial<YtxCall> & Start): Evidence | null {
  const received = readSign(request.query);
  const { authorization: header } = request.headers;
  const authorization = typeof header === 'string' ? readAuthorization(header) : null;
  if (!received || !authorization) return null;
  const body = readBody(request.body);
  const text = (name: string): NamedValue[] => {
    const value = typeof body === 'string' ? undefined : body[name];
    return typeof value === 'string' && value !== '' ? [{ name, value }] : [];
  };
  const path = ['version', 'func', 'funcURL'].flatMap((name) => {
    const value = request.params[name];
    return value ? [{ name, value }] : [];
  });
  return {
    algorithm: signature.algorithm,
    party: authorization.accountSID,
    received,
    accepted: [signature.parts(authorization)],
    beside: [
      ...text('appid'),
      ...text('action'),
      ...path,
      { name: 'Authorization', value: (header as string).trim() },
      { name: 'body', value: request.body.toString('utf8') },
    ],
    credentials: [
      { name: 'accountSID', value: accountSID ?? authorization.accountSID },
      ...text('appid'),
    ],
  };
}
