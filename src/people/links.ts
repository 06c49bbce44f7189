// /console/link/{token}: one-time links, which sign in, make the first account, or let somebody choose a password.
import type { Account } from '../core/account.ts';
import { cookieOf, sessionCookie } from './browser.ts';
import { openPartnerSession } from './partners.ts';
import { hashPassword, passwordProblem } from './passwords.ts';
import { ACCOUNT_NAME, accountName, FIRST_LINK_MS, type People, SANDBOX_NAME } from './people.ts';
import { newId } from './secrets.ts';
import {
  type Asking,
  enter,
  guarded,
  note,
  noted,
  type PageReply,
  type PageRoute,
  page,
  redirect,
  type SignInServices,
} from './sign-in.ts';
import type { Problem } from './sign-in-texts.ts';

type Link = NonNullable<Awaited<ReturnType<People['findLink']>>>;

export function linkRoutes(services: SignInServices): PageRoute[] {
  const { people, sandbox } = services;

  // Not in the audit: nobody guesses 256 random bits, and strangers could fill it.
  const gone = (asking: Asking): PageReply => page(asking, { is: 'problem' }, 'link', 410);
  const show = (asking: Asking, name: string | null, problem: Problem | null): PageReply => {
    const action = `/console/link/${asking.request.params.token}`;
    const given = asking.fields.get('name') ?? '';
    return page(asking, { is: 'choose', action, name, given }, problem, problem ? 400 : 200);
  };
  /** The account whose link it is; null for one that makes the first account. */
  const ownerOf = async ({ accountId }: Link): Promise<Account | null> =>
    accountId === null ? null : people.store.findAccount({ accountId });

  /** What a link has changed is an entry of its own beside the sign-in. */
  const told = <T>(
    asking: Asking,
    { accountId, name }: Pick<Account, 'accountId' | 'name'>,
    why: string,
    change: () => Promise<T>,
  ): Promise<T> =>
    noted(services, asking, { actor: name, action: 'link', target: accountId, why }, change);
  /** A link for the first account makes no second one, such as that of another node's start. */
  const isLate = async ({ purpose }: Link): Promise<boolean> =>
    purpose === 'first' && (await people.store.listAccounts()).length > 0;

  const showPartner = (asking: Asking, { attributes }: Link): PageReply => {
    const action = `/console/link/${asking.request.params.token}`;
    return page(asking, { is: 'enter', action, party: String(attributes.partyId) }, null);
  };
  /** Opens the session of a partner's link; null where the link or its token has ended. */
  async function visit(asking: Asking, link: Link): Promise<PageReply | null> {
    const opened = await openPartnerSession(people, link, asking.from);
    if (!opened) return null;
    const { publicUrl } = services;
    const had = cookieOf(asking.request.headers, publicUrl);
    if (had !== undefined) await people.endSession(had);
    await note(services, asking, opened.principal.name, 'done', 'by a partner’s link');
    return redirect('/console', sessionCookie(publicUrl, opened.secret));
  }

  async function open(asking: Asking): Promise<PageReply> {
    const link = await people.findLink(asking.request.params.token ?? '');
    if (!link || (await isLate(link))) return gone(asking);
    if (link.purpose === 'sandbox') {
      if (!sandbox) return gone(asking);
      if (isGuess(asking)) return page(asking, { is: 'problem' }, 'link', 503);
      const account = await sandboxAccount(people, (made, make) =>
        told(asking, made, 'made the account of the sandbox, an admin', make),
      );
      return (
        (await enter(services, asking, account, 'the link of the start', link.digest)) ??
        gone(asking)
      );
    }
    // A page that only looks at the link, such as a messenger's preview, must not spend it.
    if (link.purpose === 'partner') return showPartner(asking, link);
    const owner = await ownerOf(link);
    if (link.accountId !== null && !owner?.enabled) return gone(asking);
    return show(asking, owner?.name ?? null, null);
  }

  async function choose(asking: Asking): Promise<PageReply> {
    const link = await people.findLink(asking.request.params.token ?? '');
    if (!link || link.purpose === 'sandbox' || (await isLate(link))) return gone(asking);
    if (link.purpose === 'partner') return (await visit(asking, link)) ?? gone(asking);
    const owner = await ownerOf(link);
    if (link.accountId !== null && !owner?.enabled) return gone(asking);
    const name = owner?.name ?? accountName(asking.fields.get('name') ?? '');
    const password = asking.fields.get('password') ?? '';
    const isFree =
      owner || (ACCOUNT_NAME.test(name) && !(await people.store.findAccount({ name })));
    const problem = isFree ? passwordProblem(password, name) : 'taken';
    if (problem) return show(asking, owner?.name ?? null, problem);
    if (password !== asking.fields.get('repeat'))
      return show(asking, owner?.name ?? null, 'differ');
    const hashed = await hashPassword(password);
    const accountId = owner?.accountId ?? newId('acc_');
    // The link is spent first: of two who use it at once one alone gets an account by it.
    const reply = await enter(
      services,
      asking,
      { accountId, name },
      'a one-time link',
      link.digest,
    );
    if (!reply) return gone(asking);
    const what = owner ? 'chose a password' : 'made the first account, an admin';
    await told(asking, { accountId, name }, what, () =>
      owner
        ? people.changeAccount(accountId, (is) => ({ ...is, password: hashed }))
        : people.createAccount({ accountId, name, role: 'admin', password: hashed }),
    );
    return reply;
  }

  const path = '/console/link/{token}';
  return [
    { method: 'GET', path, changes: true, handle: guarded(services, 'GET', open) },
    { method: 'POST', path, handle: guarded(services, 'POST', choose) },
  ];
}

/** That no person has opened it: a browser fetches pages ahead that its user may want. */
const isGuess = ({ request: { headers } }: Asking): boolean =>
  ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(String(headers[name] ?? '')),
  );

/** The one account of a sandbox that the start's link signs in to. */
async function sandboxAccount(
  people: People,
  told: (
    account: Pick<Account, 'accountId' | 'name'>,
    make: () => Promise<Account | null>,
  ) => Promise<Account | null>,
): Promise<Account> {
  const there = await people.store.findAccount({ name: SANDBOX_NAME });
  if (there?.enabled) return there;
  const name = there ? `${SANDBOX_NAME}-${newId('').slice(0, 4).toLowerCase()}` : SANDBOX_NAME;
  const named = { accountId: newId('acc_'), name };
  const made = await told(named, () => people.createAccount({ ...named, role: 'admin' }));
  return made ?? sandboxAccount(people, told); // Another call has just made it.
}

/**
 * The path of a link for whoever has started the server. In a sandbox on a loopback address it signs in
 * at once; else it makes the first account, and there is none where somebody has one already.
 */
export async function firstLink(people: People, signsIn: boolean): Promise<string | null> {
  if (!signsIn && (await people.store.listAccounts()).length > 0) return null;
  const secret = await people.createLink(signsIn ? 'sandbox' : 'first', null, FIRST_LINK_MS);
  return `/console/link/${secret}`;
}
