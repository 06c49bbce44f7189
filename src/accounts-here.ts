// Lets a command work on the ledger itself: manages accounts with the management API's own
// endpoints, and writes to the audit log.
import { auditedChange } from './core/audit.ts';
import type { JsonObject } from './core/order.ts';
import type { Principal } from './core/principal.ts';
import type { ManageServices } from './manage/endpoint.ts';
import type { OperationId } from './manage/roles.ts';
import { People } from './people/people.ts';
import type { Workplace } from './workplace.ts';

/** The author in the audit log. Whoever may open the ledger may do everything. */
const COMMAND: Principal = {
  ...{ kind: 'admin-token', name: 'command line', role: 'admin' },
  ...{ scope: null, accountId: null, credentialId: null },
};

/**
 * Carries out a command's change of the ledger itself between its two entries of the audit log.
 *
 * @param after what the audit log keeps of the result; null if the change was refused
 */
export function auditCommand<T>(
  { storage, clock }: Workplace,
  {
    action,
    target = '',
    note = null,
  }: { readonly action: OperationId; readonly target?: string; readonly note?: string | null },
  change: () => Promise<T>,
  after: (result: T) => JsonObject | null,
): Promise<T> {
  const details = { kind: 'command', role: 'admin', address: 'this machine', note };
  return auditedChange(
    { audit: storage.audit, now: () => clock.now() },
    { actor: COMMAND.name, action, target, details },
    change,
    (result) => {
      const told = after(result);
      return told && { after: told };
    },
  );
}

/** @returns what a server's management API would answer */
export async function callAccounts(
  { storage, parties, clock, platforms }: Workplace,
  operationId: string,
  params: Readonly<Record<string, string>>,
  body: object | undefined,
): Promise<{ readonly status: number; readonly body: unknown }> {
  // Loaded here: a server has this module, and its start does not need the endpoints.
  const { accountEndpoints } = await import('./manage/accounts.ts');
  const { callEndpoint } = await import('./manage/index.ts');
  const target = accountEndpoints.find((endpoint) => endpoint.operationId === operationId)!;
  // The endpoints of accounts and audit use only these services.
  const services = {
    ...{ people: new People(storage.people), audit: storage.audit, parties, clock, platforms },
  } as unknown as ManageServices;
  const address = 'this machine';
  const answer = await callEndpoint(
    target,
    {
      ...{ params, query: '', headers: {}, principal: COMMAND },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      caller: { address, countedAs: address },
    },
    services,
  );
  return { status: answer.status, body: JSON.parse(answer.body) };
}
