// Who a call of the management API comes from: a bearer token, or the cookie of a session.
import { ADMIN_TOKEN, type Principal, type Refusal } from '../core/principal.ts';
import { equalSecrets } from '../protocol/digest.ts';
import { cookieOf, foreignHost, foreignPage, type Headers } from './browser.ts';
import { type People, TOKEN_PREFIX } from './people.ts';
import { tokenGuesses } from './token-guesses.ts';

export interface Asked {
  readonly method: string;
  readonly headers: Headers;
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
  /** Null for a caller whose wrong tokens are not slowed. */
  address(): string | null;
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
    onWrongToken,
  }: {
    readonly adminToken: string;
    readonly publicUrl: string | undefined;
    /** Receives the caller's address; null for this machine itself in a sandbox. */
    onWrongToken(address: string | null): void;
  },
): (asked: Asked) => Admission | Promise<Admission> {
  const refuseWrong = tokenGuesses(onWrongToken);
  return ({ method, headers, targetHost, address }) => {
    const { authorization } = headers;
    if (authorization !== undefined) {
      const given = /^Bearer (.+)$/i.exec(String(authorization))?.[1];
      if (given === undefined) return UNAUTHORIZED;
      if (equalSecrets(given, adminToken)) return ADMIN_TOKEN;
      if (!given.startsWith(TOKEN_PREFIX)) return refuseWrong(address(), UNAUTHORIZED);
      return people.findToken(given).then(async (found): Promise<Admission> => {
        return found ?? refuseWrong(address(), UNAUTHORIZED);
      });
    }
    const secret = cookieOf(headers, publicUrl);
    if (secret === undefined) return UNAUTHORIZED;
    const foreign =
      foreignHost(headers, targetHost, publicUrl) ?? foreignPage(method, headers, publicUrl);
    if (foreign) return foreign;
    return people.findVisitor(secret).then((found): Admission => found ?? UNAUTHORIZED);
  };
}
