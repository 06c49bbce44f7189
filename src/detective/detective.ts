// Says why a signature is wrong: of a request that was pasted, of a row of the log, and of a mere string.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { TwoClocks } from '../core/clock.ts';
import type { Limits } from '../core/limits.ts';
import { liveKeys, type Party } from '../core/party.ts';
import type { RequestRecord } from '../core/request-log.ts';
import type { TokenStore } from '../core/token.ts';
import { NOBODY } from '../directory/addresses.ts';
import type { Checked } from '../protocol/checks.ts';
import type { Evidence } from '../protocol/evidence.ts';
import type {
  CatalogDirectory,
  Environment,
  PartyDirectory,
  Platform,
  Start,
} from '../protocol/platform.ts';
import { type Answer, answerOf, type RefusedBy } from './answer.ts';
import { type ArrivalServices, Arrivals, whereSeen } from './arrivals.ts';
import { answerCallback, type CallbackQuestion } from './callback-question.ts';
import { type CauseId, SIGNATURE_CAUSES } from './causes.ts';
import { causesOfKey, keysOf } from './keys.ts';
import { type Question, QuestionError, readPasted } from './question.ts';
import { requestOf, unpacked } from './request.ts';
import { SearchThread } from './search-thread.ts';
import { evidenceOfString, partyOfString } from './string-question.ts';

export interface DetectiveServices extends Omit<ArrivalServices, 'thread' | 'parties'> {
  readonly environment: Environment;
  readonly parties: PartyDirectory;
  readonly catalog: CatalogDirectory;
  readonly tokens: TokenStore;
  readonly clock: TwoClocks;
  endpoints(platform: string): Promise<readonly CallbackEndpoint[]>;
}

export interface AskOptions {
  /** A key that the asker brings: used for this question, and neither kept nor shown. */
  readonly secret?: string | undefined;
  /** The caller's address, where it is known. */
  readonly address?: string | undefined;
}

export interface StringQuestion {
  readonly string: string;
  readonly digest: string;
  readonly party?: string | undefined;
}

/** A question that has no answer here; the message says why. */
export class NoSuchRequestError extends Error {
  override readonly name = 'NoSuchRequestError';
}

/** Admits every call and counts none: a question is no call. */
const UNLIMITED: Limits = {
  enter: async () => ({ refusedBy: null, leave() {} }),
  pause: async (keys) => keys.map(() => true),
  close: async () => {},
};

export class Detective {
  readonly arrivals: Arrivals;
  readonly #services: DetectiveServices;
  readonly #thread = new SearchThread();

  constructor(services: DetectiveServices) {
    this.#services = services;
    this.arrivals = new Arrivals({ ...services, thread: this.#thread });
  }

  /** @throws {QuestionError} where the request cannot be read */
  async askRequest(
    platform: Platform,
    question: Question,
    { secret, address = NOBODY }: AskOptions,
  ): Promise<Answer> {
    const pasted = requestOf(platform, readPasted(question), address);
    let request = pasted;
    let checked = await this.#check(platform, request);
    let evidence = platform.evidence?.(checked.call as Start) ?? null;
    const plain = evidence ? null : unpacked(request);
    if (plain) {
      request = plain;
      checked = await this.#check(platform, request);
      evidence = platform.evidence?.(checked.call as Start) ?? null;
    }
    let refusedBy = refusalOf(checked);
    // Nobody knows which address a pasted request would come from.
    if (address === NOBODY && refusedBy?.text.includes(NOBODY)) refusedBy = null;
    const coding = String(pasted.headers['content-encoding'] ?? '');
    if (unpacked(pasted)) {
      const text = `HTTP refuses a body with Content-Encoding ${coding}: send it without compression`;
      refusedBy = { check: 'http', code: 'HTTP 415', text };
    }
    const party = evidence && this.#services.parties.find(platform.name, evidence.party);
    if (!evidence || !party) return this.#withoutEvidence(refusedBy, evidence);
    return this.#search(evidence, party, refusedBy, secret);
  }

  /** @throws {NoSuchRequestError} */
  async askRow(platform: Platform, requestId: number, secret?: string): Promise<Answer> {
    const record = await this.arrivals.find(requestId);
    if (record?.platform !== platform.name) {
      throw new NoSuchRequestError(
        `no call ${requestId} of ${platform.name} is in the request log; the log may have let it go`,
      );
    }
    const answer = answerOfRow(record, platform);
    const party = this.#services.parties.find(platform.name, record.party ?? '');
    if (answer.ok || answer.causes.length > 0 || !secret || !party) return answer;
    const keys = keysOf(party, this.#services.clock.now(), this.#services, secret);
    return { ...answer, causes: causesOfKey(secret, keys) };
  }

  /** @throws {QuestionError} where no party can have signed the string */
  async askString(
    platform: Platform,
    question: StringQuestion,
    secret: string | undefined,
  ): Promise<Answer> {
    const parties = this.#services.parties.list(platform.name);
    const party = partyOfString(question, parties);
    if (!party) {
      const message = 'name the party (partner, appKey or accountSID) that signed the string';
      throw new QuestionError('party', message);
    }
    const evidence = evidenceOfString(platform, question, party);
    return this.#search(evidence, party, null, secret);
  }

  /** Why a receiver's check of our callback fails. @throws {QuestionError} */
  async askCallback(
    platform: Platform,
    question: CallbackQuestion,
    secret: string | undefined,
  ): Promise<Answer> {
    const { clock, endpoints } = this.#services;
    const all = await endpoints(platform.name);
    const { endpointId } = question;
    const asked =
      endpointId === undefined ? all : all.filter((one) => one.endpointId === endpointId);
    if (endpointId !== undefined && asked.length === 0) {
      throw new QuestionError(
        'callback.endpointId',
        `${platform.name} has no endpoint "${endpointId}"`,
      );
    }
    // Messages are sent by the world's clock.
    return answerCallback(question, asked, secret, clock.worldNow());
  }

  async close(): Promise<void> {
    await this.arrivals.settled();
    await this.#thread.close();
  }

  async #search(
    evidence: Evidence,
    party: Party,
    refusedBy: RefusedBy | null,
    secret: string | undefined,
  ): Promise<Answer> {
    const { clock, environment, isSecret } = this.#services;
    const now = clock.now();
    const keys = keysOf(party, now, this.#services, secret);
    const findings = await this.#thread.search(evidence, keys, true);
    const isKnown = liveKeys(party, now).some((key) => key.secret === secret);
    const shown = environment === 'sandbox' || isKnown;
    const answer = answerOf(findings, evidence.received, refusedBy, shown);
    const { stringToSign, firstDifference } = answer;
    const hide = (text: string): string => hideIn(text, party, secret, isSecret);
    return {
      ...answer,
      received: answer.received && hide(answer.received),
      stringToSign: stringToSign && hide(stringToSign),
      firstDifference: firstDifference && {
        ...firstDifference,
        ours: hide(firstDifference.ours),
        yours: hide(firstDifference.yours),
      },
    };
  }

  #check(platform: Platform, request: Start['request']) {
    const { clock, environment, parties, catalog, tokens } = this.#services;
    const probe: PartyDirectory = {
      find: (name, id) => parties.find(name, id),
      list: (name) => parties.list(name),
      admits: (party, address) => address === NOBODY || parties.admits(party, address),
      noteUse() {},
    };
    return platform.checks.run({
      request,
      now: clock.now(),
      worldNow: clock.worldNow(),
      environment,
      parties: probe,
      catalog,
      tokens,
      limits: UNLIMITED,
      atEnd() {},
    });
  }

  #withoutEvidence(refusedBy: RefusedBy | null, evidence: Evidence | null): Answer {
    return {
      ...NOTHING,
      received: evidence?.received ?? null,
      refusedBy,
      untried: SIGNATURE_CAUSES,
    };
  }
}

const NOTHING = {
  ok: false,
  stringToSign: null,
  received: null,
  expected: null,
  firstDifference: null,
  causes: [],
  otherwise: [],
  refusedBy: null,
  searched: { digests: 0, complete: false },
  untried: [] as readonly CauseId[],
} satisfies Answer;

function hideIn(
  text: string,
  { keys, ended = [] }: Party,
  given: string | undefined,
  isSecret: (word: string) => boolean,
): string {
  const secrets = [...keys, ...ended].map(({ secret }) => secret);
  const bare = [...secrets, ...(given ? [given] : [])].reduce(
    (left, secret) => left.replaceAll(secret, '***'),
    text,
  );
  return isSecret(bare) ? '***' : bare;
}

function refusalOf(checked: Checked<Start>): RefusedBy | null {
  if (checked.accepted) return null;
  const { refused, detail, description } = checked.refusal;
  const text = whereSeen(detail ?? description ?? refused, checked.call as Start);
  return { check: checked.refusedBy, code: refused, text };
}

/** What a row tells without a question: it keeps the answer that was found when the call arrived. */
export function answerOfRow(record: RequestRecord, platform: Platform): Answer {
  const { why, refusedBy: check, outcome: code, detail, stringToSign } = record;
  if (why !== null) return JSON.parse(why) as Answer;
  const { names } = platform.checks;
  const refusedBy = check === null ? null : { check, code, text: detail ?? code };
  const at = check === null ? names.length : names.indexOf(check);
  const isVerified = at > names.indexOf(platform.verifiedBy);
  const right = { searched: { digests: 0, complete: true }, untried: [] };
  if (isVerified) return { ...NOTHING, ...right, ok: true, stringToSign, refusedBy };
  // Its signature was cut, so that nothing can be tried any more.
  const isSignature = check === platform.verifiedBy;
  return {
    ...NOTHING,
    stringToSign,
    refusedBy: isSignature ? null : refusedBy,
    untried: SIGNATURE_CAUSES,
  };
}
