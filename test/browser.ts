// A browser as far as sign-in needs one: it keeps cookies, sends Origin and Sec-Fetch-Site, and follows nothing.
import { match } from 'node:assert/strict';
import type { Ordergate } from '../src/main.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it leads; null where it does not. */
  readonly location: string | null;
}

export class Browser {
  readonly url: string;
  cookie = '';
  /** Sent with everything; undefined leaves a header out. */
  headers: Record<string, string | undefined>;

  constructor(server: Pick<Ordergate, 'url'>) {
    this.url = server.url;
    this.headers = {
      origin: server.url,
      'sec-fetch-site': 'same-origin',
      'accept-language': 'en',
      'user-agent': 'TestBrowser/1',
    };
  }

  async send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const sent = { ...this.headers, ...(this.cookie && { cookie: this.cookie }) };
    const headers = Object.entries({ ...sent, ...(init.headers as object) }).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    const target = path.startsWith('http') ? path : this.url + path;
    const response = await fetch(target, { ...init, method, headers, redirect: 'manual' });
    const sets = response.headers.getSetCookie();
    const set = sets.find((one) => !/Max-Age=0/.test(one));
    if (sets.length > 0) this.cookie = set?.split(';')[0] ?? '';
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) await response.body?.cancel(); // It has no end.
    const text = isStream ? '' : await response.text();
    const location = response.headers.get('location');
    return { status: response.status, headers: response.headers, text, location };
  }

  get = (path: string): Promise<Answer> => this.send('GET', path);

  form(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.send('POST', path, { body: new URLSearchParams(fields) });
  }

  /** A call of the management API, as the console makes it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  async api(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const { status, text } = await this.send(method, `/manage/v1${path}`, init);
    return { status, body: JSON.parse(text) };
  }
}

/** A browser in which somebody is signed in by the sandbox's link, as admin. */
export async function signedIn(server: Ordergate): Promise<Browser> {
  const browser = new Browser(server);
  const { location } = await browser.get((await server.signInLink())!);
  match(String(location), /^\/console$/);
  return browser;
}

/** Makes an account with a password. */
export async function makeAccount(
  server: Ordergate,
  name: string,
  role: 'viewer' | 'operator' | 'admin',
  password: string,
): Promise<string> {
  const { hashPassword } = await import('../src/people/passwords.ts');
  const { people } = server;
  const made = await people.createAccount({ name, role, password: await hashPassword(password) });
  return made!.accountId;
}
