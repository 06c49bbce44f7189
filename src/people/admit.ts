// Who a call of the management API comes from: a bearer token, or the cookie of a session.
import { ADMIN_TOKEN, type Principal, type Refusal } from '../core/principal.ts';
import { equalSecrets } from '../protocol/digest.ts';
import { cookieOf, foreignHost, foreignPage, type Headers } from './browser.ts';
import { type People, TOKEN_PREFIX } from './people.ts';

export interface Asked {
  readonly method: string;
  readonly headers: Headers;
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
}

export type Admission = Principal | Refusal;

export const isRefusal = (admission: Admission): admission is Refusal => 'status' in admission;

const UNAUTHORIZED: Refusal = {
  status: 401,
  code: 'unauthorized',
  message:
    'send "Authorization: Bearer TOKEN" with an API token, or with the admin token (ORDERGATE_ADMIN_TOKEN, or admin.token in the data directory); people sign in at /console/sign-in',
};

/** A bearer token wins over a cookie: a program that sends one has meant it. */
export function admission(
  people: People,
  {
    adminToken,
    publicUrl,
  }: { readonly adminToken: string; readonly publicUrl: string | undefined },
): (asked: Asked) => Admission | Promise<Admission> {
  return ({ method, headers, targetHost }) => {
    const { authorization } = headers;
    if (authorization !== undefined) {
      const given = /^Bearer (.+)$/i.exec(String(authorization))?.[1];
      if (given === undefined) return UNAUTHORIZED;
      if (equalSecrets(given, adminToken)) return ADMIN_TOKEN;
      if (!given.startsWith(TOKEN_PREFIX)) return UNAUTHORIZED;
      return people.findToken(given).then((found) => found ?? UNAUTHORIZED);
    }
    const secret = cookieOf(headers, publicUrl);
    if (secret === undefined) return UNAUTHORIZED;
    const foreign =
      foreignHost(headers, targetHost, publicUrl) ?? foreignPage(method, headers, publicUrl);
    if (foreign) return foreign;
    return people.findSession(secret).then((found): Admission => {
      if (!found) return UNAUTHORIZED;
      const { accountId, name, role } = found.account;
      return { kind: 'account', name, role, accountId, credentialId: found.session.credentialId };
    });
  };
}
