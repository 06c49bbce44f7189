// The management of accounts for a command that has the ledger open itself: the same endpoints, the same audit.
import type { Principal } from './core/principal.ts';
import { accountEndpoints } from './manage/accounts.ts';
import type { ManageServices } from './manage/endpoint.ts';
import { callEndpoint } from './manage/index.ts';
import { People } from './people/people.ts';
import type { Workplace } from './workplace.ts';

/** Who the audit says has done it: whoever may open the ledger may do everything. */
const COMMAND: Principal = {
  ...{ kind: 'admin-token', name: 'command line', role: 'admin' },
  ...{ accountId: null, credentialId: null },
};

/** @returns what the management API of a server would answer */
export async function callAccounts(
  { storage, parties, clock, platforms }: Workplace,
  operationId: string,
  params: Readonly<Record<string, string>>,
  body: object | undefined,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const target = accountEndpoints.find((endpoint) => endpoint.operationId === operationId)!;
  // The endpoints of accounts and the audit ask for no more than this.
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
