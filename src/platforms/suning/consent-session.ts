// Protects against forged consents: the browser's session, the form's value that is bound to it,
// and the form's origin.

import { createHmac, randomBytes } from 'node:crypto';
import { equalSecrets } from '../../protocol/digest.ts';
import type { GatewayRequest, Services } from '../../protocol/platform.ts';
import { shown } from '../../protocol/redact.ts';

export const AUTHORIZE = '/api/oauth/authorize';
const NAME = 'ordergate_consent';
/** The maximum age of a page in seconds. */
const MAX_AGE = 600;

/** Without a given key, only pages of this process are recognised. */
const PROCESS_KEY = randomBytes(32);

const isHttps = ({ publicUrl }: Services): boolean => publicUrl?.startsWith('https:') === true;

/**
 * With TLS the cookie has the prefix `__Host-`, so that no other host of the domain, and no page
 * without TLS, can set it. Without TLS, browsers would refuse the prefix.
 */
const cookieName = (services: Services): string => (isHttps(services) ? `__Host-${NAME}` : NAME);

export interface ConsentSession {
  /** The form's hidden field. */
  readonly formValue: string;
  /** The header `set-cookie`. */
  readonly cookie: string;
}

/** A new session for a page that shows the values `asked`. */
export function openSession(services: Services, asked: readonly string[]): ConsentSession {
  const id = randomBytes(18).toString('base64url');
  const where = isHttps(services) ? 'Path=/; Secure' : `Path=${AUTHORIZE}`;
  const cookie = `${cookieName(services)}=${id}; ${where}; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE}`;
  return { formValue: formValue(services, id, asked), cookie };
}

/** The value depends on the session and on the shown request, so that neither can be exchanged. */
function formValue({ formKey }: Services, id: string, asked: readonly string[]): string {
  const text = JSON.stringify([id, ...asked]);
  return createHmac('sha256', formKey ?? PROCESS_KEY)
    .update(text)
    .digest('base64url');
}

/** Why the form was not sent from our page in this browser, for the log; null if it was. */
export function forgery(
  request: GatewayRequest,
  services: Services,
  given: string | undefined,
  asked: readonly string[],
): string | null {
  const name = cookieName(services);
  const { cookie = '' } = request.headers;
  const id = String(cookie)
    .split(';')
    .map((one) => one.trim().split('='))
    .find(([one]) => one === name)?.[1];
  if (!id) return 'the cookie of the consent page is missing';
  if (!given || !equalSecrets(formValue(services, id, asked), given)) {
    return "the form's value is not that of the session and the request";
  }
  return foreignOrigin(request, services);
}

/**
 * A browser states the origin of a form. `Sec-Fetch-Site` compares it with the address that the
 * browser called, which no other header can do behind a proxy that changes Host, unless a public
 * URL is configured. A client without these headers is no current browser, but must still have the
 * cookie.
 */
function foreignOrigin({ headers }: GatewayRequest, { publicUrl }: Services): string | null {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (typeof site === 'string' && site !== 'same-origin') {
    return `the form was sent from another site (Sec-Fetch-Site: ${shown(site)})`;
  }
  if (typeof origin !== 'string') return null;
  const mine =
    publicUrl === undefined
      ? site === 'same-origin' || URL.parse(origin)?.host === host
      : origin === new URL(publicUrl).origin;
  if (mine) return null;
  const expected = publicUrl === undefined ? `Host ${String(host)}` : 'ORDERGATE_PUBLIC_URL';
  return `the form was sent from ${shown(origin, 200)}, which is not ${expected}`;
}
