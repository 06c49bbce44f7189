// /accounts: who may sign in to the console, made, changed and helped by an admin.
import { z } from 'zod';
import { type Account, ROLES } from '../core/account.ts';
import { ACCOUNT_NAME, accountName, PASSWORD_LINK_MS, type People } from '../people/people.ts';
import { type Endpoint, endpoint, isoTime, ManageError } from './endpoint.ts';

const accountSchema = z
  .object({
    accountId: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    enabled: z.boolean(),
    passwordSet: z.boolean(),
    totp: z.boolean().describe('whether a second factor is asked for'),
    singleSignOn: z.boolean().describe('whether it signs in by a provider of single sign-on'),
    createdAt: z.iso.datetime(),
    lastSignInAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Account' });

const withLink = accountSchema
  .extend({
    link: z
      .string()
      .describe(
        'a path below this server, good once and for 24 hours, by which its owner chooses a password',
      ),
  })
  .meta({ id: 'AccountWithLink' });

const lastAdmin = 'it is the last enabled admin';

export const accountEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/accounts',
    operationId: 'listAccounts',
    summary: 'Everybody who may sign in',
    status: 200,
    response: z.object({ items: z.array(accountSchema) }),
    errors: {},
    async handle(_call, { people }) {
      return { items: (await people.store.listAccounts()).map(viewAccount) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/accounts',
    operationId: 'createAccount',
    summary: 'Make an account; the answer has a link by which its owner chooses a password',
    body: z.strictObject({ name: z.string().max(200), role: z.enum(ROLES) }),
    status: 201,
    response: withLink,
    errors: { 409: 'the name is taken' },
    async handle({ body }, { people }) {
      const name = accountName(body.name);
      if (!ACCOUNT_NAME.test(name)) {
        const message =
          'name: 2 to 64 letters, digits, dots, underscores, hyphens or @, and a letter or digit first';
        throw new ManageError(400, 'bad-request', message, 'name');
      }
      const account = await people.createAccount({ name, role: body.role });
      if (!account) {
        throw new ManageError(
          409,
          'exists',
          `there is an account "${name}" already; choose another name, or reset its password`,
          'name',
        );
      }
      return { ...viewAccount(account), link: await passwordLink(people, account.accountId) };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/accounts/{accountId}',
    operationId: 'readAccount',
    summary: 'One account',
    status: 200,
    response: accountSchema,
    errors: { 404: 'no such account' },
    async handle({ params }, { people }) {
      return viewAccount(await findAccount(people, params.accountId!));
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/accounts/{accountId}',
    operationId: 'changeAccount',
    summary: 'Change an account’s role, or disable it, which signs it out',
    body: z.strictObject({ role: z.enum(ROLES).optional(), enabled: z.boolean().optional() }),
    status: 200,
    response: accountSchema,
    errors: { 404: 'no such account', 409: lastAdmin },
    async handle({ params, body }, { people }) {
      const { accountId } = await findAccount(people, params.accountId!);
      const { role, enabled } = body;
      let wasAdmin = false;
      const changed = await people.changeAccount(accountId, (is) => {
        wasAdmin = is.role === 'admin' && is.enabled;
        return { ...is, role: role ?? is.role, enabled: enabled ?? is.enabled };
      });
      // Two admins who disable each other at once would both pass a look at the others: one is undone.
      // Only who was an admin becomes one again: there may be none, beside the admin token.
      if (wasAdmin && !(await hasAdmin(people))) {
        await people.changeAccount(accountId, (is) => ({ ...is, role: 'admin', enabled: true }));
        throw new ManageError(409, 'last-admin', `${lastAdmin}: make another one first`);
      }
      if (enabled === false) await people.signOut(accountId);
      return viewAccount(changed!);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/accounts/{accountId}/reset-password',
    operationId: 'resetPassword',
    summary:
      'Take an account’s password, second factor and sessions away; the answer has a link for a new one',
    body: z.strictObject({}),
    status: 200,
    response: withLink,
    errors: { 404: 'no such account' },
    async handle({ params }, { people }) {
      const { accountId } = await findAccount(people, params.accountId!);
      const changed = await people.changeAccount(accountId, (is) => ({
        ...is,
        password: null,
        totp: null,
      }));
      await people.signOut(accountId);
      return { ...viewAccount(changed!), link: await passwordLink(people, accountId) };
    },
  }),
];

async function findAccount(people: People, accountId: string): Promise<Account> {
  const account = await people.store.findAccount({ accountId });
  if (account) return account;
  const message = `no account "${accountId.slice(0, 40)}"; GET /accounts lists them`;
  throw new ManageError(404, 'unknown-account', message, 'accountId');
}

const passwordLink = async (people: People, accountId: string): Promise<string> =>
  `/console/link/${await people.createLink('password', accountId, PASSWORD_LINK_MS)}`;

const hasAdmin = async ({ store }: People): Promise<boolean> =>
  (await store.listAccounts()).some(({ role, enabled }) => role === 'admin' && enabled);

function viewAccount(account: Account): z.input<typeof accountSchema> {
  const { accountId, name, role, enabled, password, totp, external, createdAt, lastSignInAt } =
    account;
  return {
    ...{ accountId, name, role, enabled },
    passwordSet: password !== null,
    totp: totp?.confirmed === true,
    singleSignOn: external !== null,
    createdAt: isoTime(createdAt),
    lastSignInAt: lastSignInAt === null ? null : isoTime(lastSignInAt),
  };
}
