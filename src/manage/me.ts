// /me: who is calling, their sessions, and their password.
import { z } from 'zod';
import { type Account, type Credential, TOKEN_ROLES } from '../core/account.ts';
import type { Principal } from '../core/principal.ts';
import { hashPassword, isPassword, passwordProblem } from '../people/passwords.ts';
import { type Endpoint, endpoint, isoTime, ManageError, type ManageServices } from './endpoint.ts';
import { operationsOf } from './roles.ts';

export const meSchema = z
  .object({
    kind: z.enum(['account', 'api-token', 'admin-token']),
    name: z.string(),
    accountId: z.string().nullable(),
    role: z.enum(TOKEN_ROLES),
    scope: z
      .object({ platform: z.string(), partyId: z.string() })
      .nullable()
      .describe('the one party whose data a partner sees; null of every other role'),
    may: z.array(z.string()).describe('the operations that the role may call, by operationId'),
    totp: z.boolean().nullable().describe('whether a second factor is asked for; null of a token'),
    passwordSet: z.boolean().nullable().describe('null of a token'),
    sessionId: z.string().nullable(),
    sessionEndsAt: z.iso
      .datetime()
      .nullable()
      .describe('when the session ends at the latest, however much it is used'),
    environment: z.enum(['sandbox', 'production']),
    version: z.string(),
  })
  .meta({ id: 'Me' });

const sessionSchema = z
  .object({
    sessionId: z.string(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().describe('to the minute'),
    endsAt: z.iso.datetime().describe('at the latest'),
    address: z.string(),
    userAgent: z.string(),
    current: z.boolean().describe('whether this call came from it'),
  })
  .meta({ id: 'Session' });

const ended = z.object({ ended: z.int().describe('how many sessions were ended') });

export const meEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/me',
    operationId: 'readMe',
    summary: 'Who is calling, and what they may do',
    status: 200,
    response: meSchema,
    errors: {},
    handle: ({ by }, services) => viewMe(by, services),
  }),
  endpoint({
    method: 'GET',
    path: '/me/sessions',
    operationId: 'listMySessions',
    summary: 'Where the caller is signed in',
    status: 200,
    response: z.object({ items: z.array(sessionSchema) }),
    errors: {},
    async handle({ by }, { people }) {
      const { accountId, credentialId } = requireAccount(by);
      const sessions = await people.store.listCredentials({ kind: 'session', accountId });
      const items = sessions
        .filter(({ expiresAt }) => expiresAt > people.now())
        .map((session) => viewSession(session, credentialId))
        .sort((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt));
      return { items };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/me/sessions/{sessionId}',
    operationId: 'endMySession',
    summary: 'End one session of the caller',
    status: 200,
    response: ended,
    errors: {},
    async handle({ by, params }, { people }) {
      const { accountId } = requireAccount(by);
      const its = { kind: 'session', accountId, credentialId: params.sessionId! } as const;
      return { ended: await people.store.endCredentials(its) };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/me/sessions',
    operationId: 'endMySessions',
    summary: 'Sign the caller out everywhere, here too',
    status: 200,
    response: ended,
    errors: {},
    async handle({ by }, { people }) {
      const { accountId } = requireAccount(by);
      return { ended: await people.store.endCredentials({ kind: 'session', accountId }) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/me/password',
    operationId: 'changeMyPassword',
    summary: 'Change the caller’s password; their other sessions end',
    body: z.strictObject({ current: z.string().max(1000), password: z.string().max(1000) }),
    status: 200,
    response: meSchema,
    errors: { 403: 'the current password is wrong' },
    async handle({ by, body, address }, services) {
      const { people } = services;
      const { accountId, credentialId } = requireAccount(by);
      const account = await requirePassword(by, body.current, address, services, 'current');
      const problem = passwordProblem(body.password, account.name);
      if (problem)
        throw new ManageError(400, 'bad-request', `password: ${PROBLEMS[problem]}`, 'password');
      const password = await hashPassword(body.password);
      await people.changeAccount(accountId, (is) => ({ ...is, password }));
      for (const session of await people.store.listCredentials({ kind: 'session', accountId })) {
        if (session.credentialId === credentialId) continue;
        await people.store.endCredentials({ kind: 'session', credentialId: session.credentialId });
      }
      return viewMe(by, services);
    },
  }),
];

const PROBLEMS = {
  short: 'needs at least 12 characters',
  long: 'may have 256 characters',
  name: 'is too easy to guess: use neither the name nor repeated characters',
} as const;

/** @throws {ManageError} where the caller is a token, which has no account */
export function requireAccount({ kind, accountId, credentialId }: Principal) {
  if (kind === 'account') return { accountId: accountId!, credentialId: credentialId! };
  const message = 'a token has no account; sign in at /console/sign-in';
  throw new ManageError(403, 'no-account', message);
}

/** @throws {ManageError} where it is wrong; each wrong one makes the next wait */
export async function requirePassword(
  { accountId }: Principal,
  given: string,
  address: string,
  { people }: Pick<ManageServices, 'people'>,
  field: string,
): Promise<Account> {
  const account = await people.store.findAccount({ accountId: accountId! });
  const outcome = await people.paced(address, account?.name ?? '', () =>
    isPassword(given, account?.password ?? null),
  );
  if (outcome === 'too-many') {
    throw new ManageError(429, 'too-many-attempts', 'too many attempts are waiting; try again');
  }
  if (outcome && account) return account;
  throw new ManageError(403, 'wrong-password', `${field}: the password is wrong`, field);
}

/** @throws {ManageError} where the account is gone */
export async function viewMe(
  by: Principal,
  services: ManageServices,
): Promise<z.input<typeof meSchema>> {
  const { people, about } = services;
  const account =
    by.accountId === null ? null : await people.store.findAccount({ accountId: by.accountId });
  const [session] =
    by.kind === 'account'
      ? await people.store.listCredentials({
          ...{ kind: 'session', accountId: by.accountId!, credentialId: by.credentialId! },
        })
      : [];
  const endsAt = session?.attributes.endsAt;
  return {
    kind: by.kind,
    name: by.name,
    accountId: by.accountId,
    role: by.role,
    scope: by.scope,
    may: operationsOf(by.role),
    totp: account && account.totp?.confirmed === true,
    passwordSet: account && account.password !== null,
    sessionId: by.kind === 'account' ? by.credentialId : null,
    sessionEndsAt: endsAt === undefined ? null : isoTime(Number(endsAt)),
    ...about,
  };
}

function viewSession({ credentialId, attributes }: Credential, current: string) {
  const { createdAt, lastSeenAt, endsAt, address, userAgent } = attributes;
  return {
    sessionId: credentialId,
    createdAt: isoTime(Number(createdAt)),
    lastSeenAt: isoTime(Number(lastSeenAt)),
    endsAt: isoTime(Number(endsAt)),
    address: String(address),
    userAgent: String(userAgent),
    current: credentialId === current,
  };
}
