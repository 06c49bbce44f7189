// What is asked of a browser: which host it has called, from which page, and its cookie.
import type { Refusal } from '../core/principal.ts';
import { isLoopbackHost } from '../directory/loopback.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const NAME = 'ordergate_session';

const isHttps = (publicUrl: string | undefined): boolean =>
  publicUrl?.startsWith('https:') === true;

/** `__Host-` takes TLS: no other host of the domain, and no page without TLS, can then set the cookie. */
const cookieName = (publicUrl: string | undefined): string =>
  isHttps(publicUrl) ? `__Host-${NAME}` : NAME;

/** The value of the header `set-cookie`. @param secret empty to clear it */
export function sessionCookie(publicUrl: string | undefined, secret: string): string {
  const end = secret === '' ? '; Max-Age=0' : '';
  const secure = isHttps(publicUrl) ? '; Secure' : '';
  return `${cookieName(publicUrl)}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure}${end}`;
}

export const cookieOf = (headers: Headers, publicUrl: string | undefined): string | undefined =>
  readCookie(headers, cookieName(publicUrl));

export function readCookie({ cookie }: Headers, name: string): string | undefined {
  for (const one of String(cookie ?? '').split(';')) {
    const mark = one.indexOf('=');
    if (mark > 0 && one.slice(0, mark).trim() === name)
      return one.slice(mark + 1).trim() || undefined;
  }
  return undefined;
}

/**
 * A web page may give a name of its own the address of this server (DNS rebinding), and a browser
 * then takes that page for ours. Only Host tells.
 *
 * @param targetHost the host of a target in absolute form; both have to pass
 */
export function foreignHost(
  { host }: Headers,
  targetHost: string | undefined,
  publicUrl: string | undefined,
): Refusal | null {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const isOurs = (name: string | undefined): boolean =>
    isLoopbackHost(name) || (known !== undefined && name?.toLowerCase() === known);
  if (isOurs(String(host ?? '')) && (targetHost === undefined || isOurs(targetHost))) return null;
  const message = `signing in works at localhost, 127.0.0.1 and ORDERGATE_PUBLIC_URL (${publicUrl ?? 'which is not set'}), and not at "${String(targetHost ?? host).slice(0, 80)}". Set ORDERGATE_PUBLIC_URL to the address that browsers use.`;
  return { status: 403, code: 'foreign-host', message };
}

/**
 * Whether another page has sent the browser here. `Sec-Fetch-Site` and `Origin` are written by the
 * browser itself; a change needs one of them, and both have to agree with us where they are there.
 */
export function foreignPage(
  method: string,
  headers: Headers,
  publicUrl: string | undefined,
): Refusal | null {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const refused = (why: string): Refusal => ({
    status: 403,
    code: 'foreign-page',
    message: `${why}: a page of this server has to send it. Programs use "Authorization: Bearer TOKEN" instead of the cookie.`,
  });
  const isSafe = method === 'GET' || method === 'HEAD';
  if (site !== undefined && site !== 'same-origin' && !(isSafe && site === 'none')) {
    return refused(`it was sent from another page (Sec-Fetch-Site: ${String(site).slice(0, 40)})`);
  }
  if (origin !== undefined && !isOwnOrigin(String(origin), String(host), publicUrl)) {
    return refused(`it was sent from another page (Origin: ${String(origin).slice(0, 200)})`);
  }
  if (isSafe || site !== undefined || origin !== undefined) return null;
  return refused(
    'it says of no page that it was sent from there (neither Origin nor Sec-Fetch-Site)',
  );
}

function isOwnOrigin(origin: string, host: string, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return isLoopbackHost(host) && URL.parse(origin)?.host === host.toLowerCase();
}
