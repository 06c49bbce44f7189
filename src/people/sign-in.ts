// /console/sign-in, /console/sign-out and /console/link: how a browser gets a session, and how it ends.
import type { Account } from '../core/account.ts';
import { type AuditStore, auditedChange } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { Refusal } from '../core/principal.ts';
import type { Caller } from '../protocol/gateway-request.ts';
import { cookieOf, foreignHost, foreignPage, type Headers, sessionCookie } from './browser.ts';
import { isPassword } from './passwords.ts';
import { accountName, type From, type People } from './people.ts';
import type { SecondFactor } from './second-factor.ts';
import { type Page, pageHeaders, signInPage } from './sign-in-page.ts';
import { type Language, languageOf, type Problem } from './sign-in-texts.ts';

/** What a page is asked with; a part of what HTTP knows of a call. */
export interface PageRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly caller: Caller;
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
}

export interface PageReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Further cookies beside the one of the session. */
  readonly cookies?: readonly string[];
}

export interface PageRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** That a GET changes something. */
  readonly changes?: boolean;
  handle(request: PageRequest): Promise<PageReply>;
}

export interface SignInServices {
  readonly people: People;
  readonly secondFactor: SecondFactor;
  readonly audit: AuditStore;
  /** The ledger's time, under which the audit stands beside the orders' history. */
  readonly clock: Clock;
  readonly publicUrl: string | undefined;
  readonly sandbox: boolean;
  readonly singleSignOn: boolean;
}

/** What a page's handler works with. */
export interface Asking {
  readonly request: PageRequest;
  readonly fields: URLSearchParams;
  readonly language: Language;
  /** Where to go once signed in: a path of the console. */
  readonly next: string;
  readonly from: From;
}

export const SIGN_IN = '/console/sign-in';
const HTML = 'text/html; charset=utf-8';

export function signInRoutes(services: SignInServices): PageRoute[] {
  const { people, publicUrl } = services;

  const showForm = (asking: Asking, name: string, problem: Problem | null, status = 200) => {
    const { next } = asking;
    const { sandbox, singleSignOn } = services;
    return page(asking, { is: 'password', name, next, sandbox, singleSignOn }, problem, status);
  };

  async function signIn(asking: Asking): Promise<PageReply> {
    const ticket = asking.fields.get('ticket');
    if (ticket !== null) return enterCode(asking, ticket);
    const name = accountName(asking.fields.get('name') ?? '').slice(0, 64);
    let account: Account | null = null;
    const outcome = await people.paced(asking.request.caller.countedAs, name, async () => {
      const found = await people.store.findAccount({ name });
      const isRight = await isPassword(
        asking.fields.get('password') ?? '',
        found?.password ?? null,
      );
      if (isRight && found?.enabled) account = found;
      return account !== null;
    });
    if (outcome === 'too-many') {
      await note(services, asking, name, 'refused', 'attempts of this address are waiting already');
      return showForm(asking, name, 'too-many', 429);
    }
    if (account) {
      const found: Account = account;
      if (!found.totp?.confirmed) return enter(services, asking, found, 'password');
      const ticket = services.secondFactor.ticket(found);
      return page(asking, { is: 'code', ticket, next: asking.next }, null);
    }
    await note(services, asking, name, 'refused', 'the name or the password is wrong');
    return showForm(asking, name, 'wrong', 403);
  }

  async function enterCode(asking: Asking, ticket: string): Promise<PageReply> {
    const account = await services.secondFactor.accountOf(ticket);
    if (!account) return showForm(asking, '', 'expired', 403);
    const { accountId, name } = account;
    const code = (asking.fields.get('code') ?? '').slice(0, 40);
    const { countedAs } = asking.request.caller;
    const outcome = await people.paced(countedAs, `code of ${name}`, () =>
      services.secondFactor.isCode(accountId, code),
    );
    if (outcome === true) return enter(services, asking, account, 'password and code');
    await note(services, asking, name, 'refused', 'the code is wrong, or was used already');
    const [problem, status] =
      outcome === 'too-many' ? (['too-many', 429] as const) : (['code', 403] as const);
    return page(asking, { is: 'code', ticket, next: asking.next }, problem, status);
  }

  async function signOut(asking: Asking): Promise<PageReply> {
    const secret = cookieOf(asking.request.headers, publicUrl);
    const found = secret === undefined ? null : await people.findSession(secret);
    if (found) {
      const { credentialId } = found.session;
      await people.store.endCredentials({ kind: 'session', credentialId });
      await note(services, asking, found.account.name, 'done', null, 'sign-out');
    } else if (secret !== undefined) await people.endSession(secret); // A partner's.
    return redirect(`${SIGN_IN}?lang=${asking.language}`, sessionCookie(publicUrl, ''));
  }

  return [
    {
      method: 'GET',
      path: SIGN_IN,
      handle: guarded(services, 'GET', async (asking) => showForm(asking, '', null)),
    },
    { method: 'POST', path: SIGN_IN, handle: guarded(services, 'POST', signIn) },
    { method: 'POST', path: '/console/sign-out', handle: guarded(services, 'POST', signOut) },
  ];
}

/** Opens the session, and goes where the browser wanted to. With `spends`, null where that link is gone. */
export async function enter(
  services: SignInServices,
  asking: Asking,
  account: Pick<Account, 'accountId' | 'name'>,
  by: string,
): Promise<PageReply>;
export async function enter(
  services: SignInServices,
  asking: Asking,
  account: Pick<Account, 'accountId' | 'name'>,
  by: string,
  spends: string,
): Promise<PageReply | null>;
export async function enter(
  services: SignInServices,
  asking: Asking,
  { accountId, name }: Pick<Account, 'accountId' | 'name'>,
  by: string,
  spends?: string,
): Promise<PageReply | null> {
  const { people, publicUrl } = services;
  const secret = await people.openSession(accountId, asking.from, spends);
  if (secret === null) return null;
  // The session that this browser had before: nobody will bring its cookie again but who has stolen it.
  const had = cookieOf(asking.request.headers, publicUrl);
  if (had !== undefined) await people.endSession(had);
  // Before the cookie leaves: nobody is signed in without an entry that says so.
  await note(services, asking, name, 'done', `by ${by}`);
  await people.changeAccount(accountId, (is) => ({ ...is, lastSignInAt: people.now() }));
  return redirect(asking.next, sessionCookie(publicUrl, secret));
}

/** Writes into the audit that somebody signed in, or tried to, or what a page has changed. */
export async function note(
  { audit, clock }: SignInServices,
  { from }: Asking,
  actor: string,
  outcome: 'done' | 'refused',
  why: string | null,
  action = 'sign-in',
  target = '',
): Promise<void> {
  await audit.append({
    ...{ at: clock.now(), actor, action, target, outcome },
    details: { kind: 'account', address: from.address, userAgent: from.userAgent, note: why },
  });
}

/** Carries out what a page changes, between its two entries of the audit. */
export function noted<T>(
  { audit, clock }: SignInServices,
  { from }: Asking,
  { actor, action, target, why }: Readonly<Record<'actor' | 'action' | 'target' | 'why', string>>,
  change: () => Promise<T>,
): Promise<T> {
  const { address, userAgent } = from;
  const details = { kind: 'account', address, userAgent, note: why };
  const clocked = { audit, now: () => clock.now() };
  return auditedChange(clocked, { actor, action, target, details }, change, (made) =>
    made === null ? null : {},
  );
}

export function page(
  { language, next }: Asking,
  content: Page['content'],
  problem: Problem | null,
  status = 200,
): PageReply {
  const query = new URLSearchParams({ next, lang: language === 'zh' ? 'en' : 'zh' });
  const path = content.is === 'choose' || content.is === 'enter' ? content.action : SIGN_IN;
  const body = signInPage({ language, content, problem, otherLanguage: `${path}?${query}` });
  return { status, contentType: HTML, body, headers: pageHeaders() };
}

export function redirect(location: string, cookie?: string): PageReply {
  const headers = { ...pageHeaders(), location, ...(cookie && { 'set-cookie': cookie }) };
  return { status: 303, contentType: HTML, body: '', headers };
}

/** Reads what a page is asked with, and refuses what another page or another host has sent. */
export function guarded(
  { publicUrl }: SignInServices,
  method: 'GET' | 'POST',
  handle: (asking: Asking) => Promise<PageReply>,
): PageRoute['handle'] {
  return async (request) => {
    const { headers, caller } = request;
    const query = new URLSearchParams(request.query);
    const fields = method === 'GET' ? query : new URLSearchParams(request.body.toString('utf8'));
    const language = languageOf(
      fields.get('lang') ?? query.get('lang') ?? undefined,
      headers['accept-language'] as string | undefined,
    );
    const userAgent = String(headers['user-agent'] ?? '').slice(0, 300);
    const next = ownPath(fields.get('next'));
    const asking: Asking = {
      request,
      fields,
      language,
      next,
      from: { address: caller.address, userAgent },
    };
    const foreign: Refusal | null =
      foreignHost(headers, request.targetHost, publicUrl) ??
      // A person may come to a page from anywhere; what it changes is asked for by a page of ours.
      (method === 'POST' ? foreignPage(method, headers, publicUrl) : null);
    if (foreign) return page(asking, { is: 'problem' }, 'foreign', foreign.status);
    try {
      return await handle(asking);
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      return page(asking, { is: 'problem' }, 'unavailable', 503);
    }
  };
}

/**
 * A path of the console; anything else would lead a person who has just signed in elsewhere. Escaped as a
 * browser does it, because a header holds no other characters.
 */
function ownPath(given: string | null): string {
  const isPath = given !== null && !given.includes('//') && !/[\\\p{Cc}]/u.test(given);
  const url = isPath && given.startsWith('/') ? URL.parse(given, 'http://localhost') : null;
  const path = url ? url.pathname + url.search + url.hash : '';
  const isOwn = /^\/console(?:[/?#]|$)/.test(path) && !path.includes('//');
  return isOwn && path.length <= 4000 ? path : '/console';
}
