// A second person for what one person alone should not do: another one approves it before it is done.
import { hash } from 'node:crypto';
import type { Credential } from '../core/account.ts';
import { HOUR, MINUTE } from '../core/clock.ts';
import type { Json, JsonObject } from '../core/order.ts';
import type { Principal } from '../core/principal.ts';
import { newId } from '../people/secrets.ts';
import { redact } from './audit-trail.ts';
import {
  type Endpoint,
  type EndpointCall,
  isoTime,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import type { OperationId } from './roles.ts';

/** What ORDERGATE_SECOND_PERSON may name. */
export type SecondPersonFor = 'replay' | 'reveal';

/** So long a request waits for an answer. */
const WAITS_MS = 24 * HOUR;
/** So long an approval may be used. */
const HOLDS_MS = 60 * MINUTE;
/** Of one account or token: nobody reads through more, and whoever answers has to see those of others. */
const MAX_WAITING = 20;

type State = 'waiting' | 'approved' | 'refused';

/**
 * An approval is a credential: it is asked for, given by somebody else, and spent by one call. Its digest
 * is made of its state, so that of two answers one alone finds the request that it spends.
 */
export interface Approval {
  readonly approvalId: string;
  readonly state: State;
  readonly operation: OperationId;
  readonly target: string;
  readonly asked: Json;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly decidedBy: string | null;
}

const WANTED: Partial<Record<OperationId, SecondPersonFor>> = {
  revealSealed: 'reveal',
  startReplayJob: 'replay',
  replayDeliveries: 'replay',
  openListener: 'replay',
};

/**
 * One callback is no replay of many, and a count sends nothing. A listener gets callbacks again, signed as
 * those of its endpoint, where it asks for what has happened since a time.
 */
function isWanted(operation: OperationId, body: JsonObject, wanted: readonly string[]): boolean {
  const kind = WANTED[operation];
  if (kind === undefined || !wanted.includes(kind)) return false;
  const { dryRun, deliveryIds, sinceSeconds } = body;
  if (operation === 'openListener') return Number(sinceSeconds ?? 0) > 0;
  return dryRun !== true && !(Array.isArray(deliveryIds) && deliveryIds.length === 1);
}

/**
 * Passes a call that somebody else has approved, and spends the approval. Any other call becomes a request
 * that waits.
 *
 * @throws {ManageError} 409 where the call waits, or was refused
 */
export async function requireSecondPerson(
  { operationId }: Endpoint,
  call: EndpointCall,
  services: ManageServices,
): Promise<void> {
  const body = (call.body ?? {}) as JsonObject;
  if (!isWanted(operationId, body, services.secondPerson)) return;
  const { people } = services;
  const { store } = people;
  const its = keyOf(call.by, operationId, call);
  const found = async (state: State): Promise<Credential | null> => {
    const one = await store.findCredential(digestOf(its, state));
    return one && one.expiresAt > people.now() ? one : null;
  };
  const spend = async ({ credentialId }: Credential): Promise<boolean> =>
    (await store.endCredentials({ kind: 'approval', credentialId })) === 1;
  const approved = await found('approved');
  if (approved && (await spend(approved))) return;
  const refused = await found('refused');
  if (refused) {
    await spend(refused); // The same call asks anew.
    const message = `${refused.attributes.decidedBy} has refused it; nothing was done`;
    throw new ManageError(409, 'second-person-refused', message);
  }
  const waiting = (await found('waiting')) ?? (await ask(its, operationId, call, services));
  const message = `it needs a second person and waits as ${waiting.credentialId}: another operator approves it (POST /approvals/${waiting.credentialId}/approve, or /console/approvals), then do the same again`;
  throw new ManageError(409, 'needs-second-person', message);
}

async function ask(
  its: string,
  operation: OperationId,
  { by, params, body, address }: EndpointCall,
  { people, audit, clock, parties }: ManageServices,
): Promise<Credential> {
  const who = whoOf(by);
  const itsOwn = (await people.store.listCredentials({ kind: 'approval' })).filter(
    ({ attributes, expiresAt }) =>
      attributes.who === who && attributes.state === 'waiting' && expiresAt > people.now(),
  );
  if (itsOwn.length >= MAX_WAITING) {
    const message = `${MAX_WAITING} calls of ${by.name} wait for a second person already; have them answered first`;
    throw new ManageError(409, 'too-many-approvals', message);
  }
  const asked = redact(readable((body ?? {}) as JsonObject), (word) => parties.isSecret(word));
  const target = Object.values(params).join('/');
  const request: Credential = {
    digest: digestOf(its, 'waiting'),
    kind: 'approval',
    credentialId: newId('apr_'),
    accountId: by.accountId,
    expiresAt: people.now() + WAITS_MS,
    attributes: {
      ...{ key: its, operation, target, asked, requestedBy: by.name, requestedAt: people.now() },
      ...{ who, owner: await people.ownerOf(by), state: 'waiting', decidedBy: null },
    },
  };
  await endOld(request.digest, people);
  try {
    await people.store.saveCredential(request);
  } catch (error) {
    // Of the same call at the same moment one alone becomes the request, which the others wait for.
    const first = await people.store.findCredential(request.digest);
    if (first) return first;
    throw error;
  }
  const note = `waits for a second person as ${request.credentialId}`;
  await audit.append({
    ...{ at: clock.now(), actor: by.name, action: operation, target, outcome: 'refused' },
    details: { kind: by.kind, role: by.role, address, status: 409, note, asked },
  });
  return request;
}

/** What was asked, as a person reads it: times as text, and without what says nothing. */
function readable(body: JsonObject): JsonObject {
  const fields = Object.entries(body).filter(([, value]) => value !== false && value !== null);
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const isTime = (name === 'from' || name === 'to') && typeof value === 'number';
      return [name, isTime ? isoTime(value) : value];
    }),
  );
}

/** Ends a request or an answer that is over and not forgotten yet: a new one has the same digest. */
async function endOld(
  digest: string,
  { store, now }: Pick<ManageServices['people'], 'store' | 'now'>,
): Promise<void> {
  const old = await store.findCredential(digest);
  if (!old || old.expiresAt > now()) return;
  await store.endCredentials({ kind: 'approval', credentialId: old.credentialId });
}

/**
 * Somebody else's answer to a request.
 * @throws {ManageError} where there is no such request, or the same person answers
 */
export async function decide(
  approvalId: string,
  state: 'approved' | 'refused',
  by: Principal,
  { people }: Pick<ManageServices, 'people'>,
): Promise<Approval> {
  const [request] = await people.store.listCredentials({
    kind: 'approval',
    credentialId: approvalId,
  });
  const gone = (): ManageError => {
    const message = `no request "${approvalId.slice(0, 40)}" waits; GET /approvals lists them`;
    return new ManageError(404, 'unknown-approval', message, 'approvalId');
  };
  if (request?.attributes.state !== 'waiting' || request.expiresAt <= people.now()) {
    throw gone();
  }
  const { requestedBy, owner, key } = request.attributes;
  if (by.kind !== 'account') {
    const message = 'a person has to answer, at the console or with a session; this is a token';
    throw new ManageError(403, 'no-account', message);
  }
  if (by.name === requestedBy || by.name === owner || by.accountId === request.accountId) {
    const message = `${by.name} has asked for it, or made the token that did: somebody else has to answer`;
    throw new ManageError(403, 'same-person', message);
  }
  const answer: Credential = {
    ...request,
    digest: digestOf(String(key), state),
    expiresAt: people.now() + HOLDS_MS,
    attributes: { ...request.attributes, state, decidedBy: by.name },
  };
  await endOld(answer.digest, people);
  if (!(await people.store.saveCredential(answer, request.digest))) throw gone();
  return toApproval(answer);
}

/** The requests that wait, and the answers that were not used yet. */
export async function listApprovals({
  people,
}: Pick<ManageServices, 'people'>): Promise<Approval[]> {
  const all = await people.store.listCredentials({ kind: 'approval' });
  return all
    .filter(({ expiresAt }) => expiresAt > people.now())
    .map(toApproval)
    .sort((a, b) => b.requestedAt - a.requestedAt);
}

function toApproval({ credentialId, expiresAt, attributes }: Credential): Approval {
  const { key: _, owner: __, who: ___, ...fields } = attributes;
  return { approvalId: credentialId, expiresAt, ...fields } as unknown as Approval;
}

const whoOf = ({ kind, accountId, credentialId }: Principal): string =>
  `${kind} ${accountId ?? credentialId}`;

/** The same person, the same operation, the same order, the same body. */
function keyOf(by: Principal, operation: OperationId, { params, body }: EndpointCall): string {
  return hash('sha256', JSON.stringify([whoOf(by), operation, params, body ?? null]), 'base64url');
}

const digestOf = (key: string, state: State): string =>
  hash('sha256', `approval ${key} ${state}`, 'base64url');
