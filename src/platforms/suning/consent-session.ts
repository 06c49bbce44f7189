// Against forged consents: the browser's session, the form's value that is bound to it, and where the form came from.

import { createHmac, randomBytes } from 'node:crypto';
import { equalSecrets } from '../../protocol/digest.ts';
import type { GatewayRequest, Services } from '../../protocol/platform.ts';
import { shown } from '../../protocol/redact.ts';

export const AUTHORIZE = '/api/oauth/authorize';
const NAME = 'ordergate_consent';
/** Seconds that a page may be left open. */
const MAX_AGE = 600;

/** Where no key is handed in, pages of this process alone are known to it. */
const PROCESS_KEY = randomBytes(32);

const isHttps = ({ publicUrl }: Services): boolean => publicUrl?.startsWith('https:') === true;

/**
 * `__Host-` takes TLS: no other host of the domain, and no page without TLS, can then set the
 * cookie. Without TLS the same name would be refused by browsers.
 */
const cookieName = (services: Services): string => (isHttps(services) ? `__Host-${NAME}` : NAME);

export interface ConsentSession {
  /** The form's hidden field. */
  readonly formValue: string;
  /** The header `set-cookie`. */
  readonly cookie: string;
}

/** A new session for a page that asks for what `asked` says. */
export function openSession(services: Services, asked: readonly string[]): ConsentSession {
  const id = randomBytes(18).toString('base64url');
  const where = isHttps(services) ? 'Path=/; Secure' : `Path=${AUTHORIZE}`;
  const cookie = `${cookieName(services)}=${id}; ${where}; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE}`;
  return { formValue: formValue(services, id, asked), cookie };
}

/** Of the session and of the very request that was shown, so that neither can be put in another's place. */
function formValue({ formKey }: Services, id: string, asked: readonly string[]): string {
  const text = JSON.stringify([id, ...asked]);
  return createHmac('sha256', formKey ?? PROCESS_KEY)
    .update(text)
    .digest('base64url');
}

/** Why the form was not sent from a page of ours in this browser; null where it was. For the log. */
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
 * A browser says which page a form was sent from. `Sec-Fetch-Site` compares it with the address that
 * the browser itself has called; behind a proxy that changes Host nothing else can, but for the
 * public URL. A client that says nothing is no browser of today, and has the cookie all the same.
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
