// What the audit keeps of a call that changes something: who, from where, what it was before and after.
import type { NewAuditEntry } from '../core/audit.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/order.ts';
import type { Principal } from '../core/principal.ts';
import { ImportError } from '../protocol/platform.ts';
import { isSecretName, MASK, maskNamedInForm } from '../protocol/redact.ts';
import { type Endpoint, type EndpointCall, ManageError, type ManageServices } from './endpoint.ts';
import { type ManageRequest, readCall } from './read-call.ts';

/**
 * Order of writes: an entry that the change has begun, the change, an entry of what came of it, and then the
 * answer. If the process ends in between, the first entry stays open, and the audit shows it with the outcome
 * `unknown`: no change stands without an entry, and no entry says of a change that it was done when nobody
 * knows. What only reads, such as an export, has one entry, which is on disk before the answer leaves.
 */
export interface AuditTrail {
  /** Of the call that `handle` carries out; what it throws is thrown. */
  follow(
    target: Endpoint,
    request: ManageRequest,
    call: EndpointCall,
    handle: () => Promise<unknown>,
  ): Promise<unknown>;
  /** A call that the caller's role does not reach. */
  refused(target: Endpoint, request: ManageRequest): Promise<void>;
}

/** Parts of an answer that have a record of their own, or change with the time. */
const LEFT_OUT = new Set([
  ...['history', 'callbacks', 'notes', 'lastUsedAt', 'lastUsedAtShanghai', 'lastSeenAt', 'version'],
]);
/** Operations whose body is a file, a password, or what a query says better. */
const NO_BODY = new Set(['importRows', 'changeMyPassword']);
/**
 * Operations whose field `url` is a secret itself: whoever knows the address of a group's robot writes to
 * the group. 飞书 and others have the key in the path, where no name tells of it.
 */
const SECRET_URL = new Set(['createAlarmChannel']);
/** Characters of one document; a longer one is cut. */
const MAX_DOCUMENT = 4000;

/** @param endpoints among which those are that read what others change */
export function auditTrail(endpoints: readonly Endpoint[], services: ManageServices): AuditTrail {
  const readers = new Map(
    endpoints.filter(({ method }) => method === 'GET').map((reader) => [reader.path, reader]),
  );
  const isSecret = (word: string): boolean => services.parties.isSecret(word);

  async function snapshot(reader: Endpoint | undefined, request: ManageRequest): Promise<Json> {
    if (!reader) return null;
    try {
      const bare = { ...request, query: '', body: Buffer.alloc(0) };
      return (await reader.handle(readCall(reader, bare), services)) as Json;
    } catch (error) {
      if (error instanceof ManageError) return null; // It is not there, before or after.
      throw error;
    }
  }

  const entry = (
    { operationId }: Endpoint,
    { principal, caller, headers }: ManageRequest,
    outcome: NewAuditEntry['outcome'],
    target: string,
    details: JsonObject,
    begun?: number,
  ): NewAuditEntry => ({
    ...{ at: services.clock.now(), actor: nameOf(principal), action: operationId, target, outcome },
    begun,
    details: {
      kind: principal?.kind ?? null,
      role: principal?.role ?? null,
      address: caller.address,
      userAgent: String(headers['user-agent'] ?? '').slice(0, 300),
      ...details,
    },
  });

  /** @throws {ManageError} where the entry could not be written: then nothing may be changed */
  async function begin(
    target: Endpoint,
    request: ManageRequest,
    body: Json | undefined,
    asked: Json,
  ): Promise<number> {
    const details = { status: null, note: noteOf(body), asked };
    const named = targetOf(request, null, body);
    try {
      return await services.audit.append(entry(target, request, 'begun', named, details));
    } catch (error) {
      if (error instanceof LedgerUnavailableError) throw error;
      const message = `nothing was changed, because the audit could not be written (${(error as Error).message})`;
      throw new ManageError(503, 'not-audited', message);
    }
  }

  return {
    async follow(target, request, call, handle) {
      const reader = readerOf(target.path, readers);
      const before = await snapshot(reader, request);
      const redacted = (value: Json | undefined): Json => cutRedacted(value ?? null, isSecret);
      const body = call.body as Json | undefined;
      const isRead = target.method === 'GET';
      const hasBody = !NO_BODY.has(target.operationId) && body !== undefined;
      const sent =
        SECRET_URL.has(target.operationId) && isObject(body) ? { ...body, url: MASK } : body;
      const asked = redacted(isRead ? (call.query as Json) : hasBody ? sent : null);
      const begun = isRead ? undefined : await begin(target, request, body, asked);
      let answer: unknown;
      try {
        answer = await handle();
      } catch (error) {
        const why = refusalOf(error);
        if (why && (begun !== undefined || why.status === 403)) {
          const named = begun === undefined ? pathTarget(request) : targetOf(request, null, body);
          const details = begun === undefined ? why : { ...why, asked };
          await services.audit.append(entry(target, request, 'refused', named, details, begun));
        }
        throw error;
      }
      const after = isRead ? null : await snapshot(reader, request);
      const changed = reader ? difference(before, after) : null;
      const details: JsonObject = {
        ...{ status: target.status, note: noteOf(body), asked },
        before: redacted(changed?.[0]),
        // Of what is new, or has nothing that reads it, the answer tells what became of it.
        after: redacted(changed?.[1] ?? (isRead ? null : (answer as Json))),
      };
      const named = targetOf(request, answer, body);
      try {
        await services.audit.append(entry(target, request, 'done', named, details, begun));
      } catch (error) {
        if (isRead) throw error; // Nothing left, and nothing was changed.
        const message = `it was done, and the audit has it as entry ${begun} with the outcome unknown, because the outcome could not be written (${(error as Error).message}). Look at what is there before you try again.`;
        throw new ManageError(503, 'outcome-not-audited', message);
      }
      return answer;
    },
    async refused(target, request) {
      const why = { status: 403, note: 'the role does not reach it' };
      await services.audit.append(entry(target, request, 'refused', pathTarget(request), why));
    },
  };
}

/** Of a refusal, what the audit keeps; null of a fault, after which nobody knows what was done. */
function refusalOf(error: unknown): { readonly status: number; readonly note: string } | null {
  if (error instanceof ImportError) return { status: 400, note: 'bad-party' };
  if (!(error instanceof ManageError)) return null;
  const { status, code, message } = error;
  // Other messages quote what was sent, which may be a secret.
  return { status, note: status === 403 ? message : code };
}

const nameOf = (principal: Principal | null): string => principal?.name ?? '';

/** The endpoint that reads the thing itself: at the path, or at the nearest path above it that names one. */
function readerOf(path: string, readers: ReadonlyMap<string, Endpoint>): Endpoint | undefined {
  if (path === '/clock') return readers.get(path);
  for (let place = path; place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
    const reader = place.endsWith('}') ? readers.get(place) : undefined;
    if (reader) return reader;
  }
  return undefined;
}

const pathTarget = ({ params }: ManageRequest): string => Object.values(params).join('/');

const NAMES = ['accountId', 'tokenId', 'endpointId', 'channelId', 'ruleId'];

/** What was changed, as the path names it; what was made, as its answer does. */
function targetOf(request: ManageRequest, answer: unknown, body: Json | undefined): string {
  const named = pathTarget(request);
  if (named !== '') return named;
  const of = (answer ?? {}) as Record<string, unknown>;
  const id = NAMES.map((name) => of[name]).find((value) => typeof value === 'string');
  if (id !== undefined) return String(id);
  const orders = Array.isArray(of.orders)
    ? (of.orders as { platform: string; orderId: string }[])
    : [];
  if (orders.length > 0) {
    const more = orders.length > 1 ? ` and ${orders.length - 1} more` : '';
    return `${orders[0]!.platform}/${orders[0]!.orderId}${more}`;
  }
  const { platform, partyId } = (body ?? {}) as Record<string, unknown>;
  return [platform, partyId].filter((part) => typeof part === 'string').join('/');
}

function noteOf(body: Json | undefined): string | null {
  const note = isObject(body) ? body.note : null;
  return typeof note === 'string' ? note : null;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The two documents without what is the same in both; null where nothing differs. */
export function difference(before: Json, after: Json): readonly [Json, Json] | null {
  if (!isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? null : [before, after];
  }
  const [was, is]: [Record<string, Json>, Record<string, Json>] = [{}, {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (LEFT_OUT.has(name)) continue;
    const found = difference(before[name] ?? null, after[name] ?? null);
    if (found) [was[name], is[name]] = found;
  }
  return Object.keys(was).length === 0 ? null : [was, is];
}

/** Further names: a revealed text, a code, a link that opens something. */
const HIDDEN = /^(?:text|code|codes|current|link|uri|recoveryCodes|sign(?:ature)?|sealed)$/i;

/**
 * Masks what nobody may read who reads the audit: by the field's name, with all that stands below it, by
 * the value where it is a key of a party, and in a URL's query by the name there. Other numbers and ids
 * stay, so that it is told which key was meant.
 */
export function redact(
  value: Json,
  isSecret: (word: string) => boolean,
  name = '',
  isWithin = false,
): Json {
  const isHidden = isWithin || isSecretName(name);
  if (typeof value === 'string') {
    const isMasked = isHidden || HIDDEN.test(name) || isSecret(value);
    return isMasked ? MASK : maskNamedInForm(value);
  }
  if (typeof value === 'number') return isHidden ? MASK : value;
  if (Array.isArray(value))
    return value.map((one) => redact(one as Json, isSecret, name, isHidden));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([field]) => !LEFT_OUT.has(field));
  return Object.fromEntries(
    entries.map(([field, one]) => [field, redact(one, isSecret, field, isHidden)]),
  );
}

/** What {@link redact} leaves of a value, or the beginning of its text where it is long. */
export function cutRedacted(value: Json, isSecret: (word: string) => boolean): Json {
  if (!Array.isArray(value)) {
    const left = redact(value, isSecret);
    const text = JSON.stringify(left);
    return text.length <= MAX_DOCUMENT ? left : { cut: text.slice(0, MAX_DOCUMENT) };
  }
  // Of a thousand orders the first few are kept, so that the others need not be looked through.
  const left: Json[] = [];
  let text = '[';
  for (const one of value) {
    const item = redact(one, isSecret);
    text += `${left.length === 0 ? '' : ','}${JSON.stringify(item)}`;
    if (text.length >= MAX_DOCUMENT) return { cut: text.slice(0, MAX_DOCUMENT) };
    left.push(item);
  }
  return left;
}
