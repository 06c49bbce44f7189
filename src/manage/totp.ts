// /me/totp: the second factor of the caller, made, confirmed and removed.
import { z } from 'zod';
import { type Endpoint, endpoint, ManageError, type ManageServices } from './endpoint.ts';
import { meSchema, requireAccount, requirePassword, viewMe } from './me.ts';

const code = z.string().min(1).max(40);

export const totpEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/me/totp',
    operationId: 'beginTotp',
    summary: 'Make a second factor for the caller; it counts once a code of it was shown',
    body: z.strictObject({ password: z.string().max(1000) }),
    status: 201,
    response: z.object({
      secret: z.string().describe('base32; shown this once'),
      uri: z.string().describe('otpauth://…, which an authenticator app reads from a QR code'),
    }),
    errors: { 403: 'the password is wrong', 409: 'a second factor counts already' },
    async handle({ by, body, address }, services) {
      const { accountId } = requireAccount(by);
      const account = await services.people.store.findAccount({ accountId });
      // An account that signs in by a link or by single sign-on has none.
      if (account?.password)
        await requirePassword(by, body.password, address, services, 'password');
      const begun = await services.secondFactor.begin(accountId);
      if (begun) return begun;
      const message = 'a second factor counts already; remove it first (POST /me/totp/remove)';
      throw new ManageError(409, 'exists', message);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/me/totp/confirm',
    operationId: 'confirmTotp',
    summary: 'Show a first code: the second factor counts from now on',
    body: z.strictObject({ code }),
    status: 200,
    response: z.object({
      recoveryCodes: z
        .array(z.string())
        .describe('each good once in place of a code; shown this once'),
    }),
    errors: { 403: 'the code is wrong' },
    async handle({ by, body, address }, services) {
      const { accountId } = requireAccount(by);
      let recoveryCodes: string[] | null = null;
      await paced(services, by.name, address, async () => {
        recoveryCodes = await services.secondFactor.confirm(accountId, body.code);
        return recoveryCodes !== null;
      });
      return { recoveryCodes: recoveryCodes! };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/me/totp/remove',
    operationId: 'removeTotp',
    summary: 'Remove the caller’s second factor, with a code of it or a recovery code',
    body: z.strictObject({ code }),
    status: 200,
    response: meSchema,
    errors: { 403: 'the code is wrong' },
    async handle({ by, body, address }, services) {
      const { accountId } = requireAccount(by);
      await paced(services, by.name, address, () =>
        services.secondFactor.isCode(accountId, body.code),
      );
      await services.people.changeAccount(accountId, (is) => ({ ...is, totp: null }));
      return viewMe(by, services);
    },
  }),
];

/** @throws {ManageError} where the code is wrong; each wrong one makes the next wait */
async function paced(
  { people }: Pick<ManageServices, 'people'>,
  name: string,
  address: string,
  isRight: () => Promise<boolean>,
): Promise<void> {
  const outcome = await people.paced(address, `code of ${name}`, isRight);
  if (outcome === true) return;
  if (outcome === 'too-many') {
    throw new ManageError(429, 'too-many-attempts', 'too many attempts are waiting; try again');
  }
  const message = 'code: it is wrong, or was used already; a telephone’s clock may be off';
  throw new ManageError(403, 'wrong-code', message, 'code');
}
