// Calls that are refused for their signature are asked about as they arrive, while their exact bytes are there.
import type { Party } from '../core/party.ts';
import type { RequestLog, RequestQuery, RequestRecord } from '../core/request-log.ts';
import type { Platform, Start } from '../protocol/platform.ts';
import type { Questions } from '../protocol/record.ts';
import { hideSecrets } from '../protocol/redact.ts';
import { answerOf, storedAnswer } from './answer.ts';
import { type KeySources, keysOf } from './keys.ts';
import type { SearchThread } from './search-thread.ts';

/** Calls of one party that are asked about in a second; of more, one in so many. */
const PER_SECOND = 5;
const SAMPLED = 100;
const MAX_PARTIES = 10_000;
/** Questions of calls that may wait: each holds its body. */
const MAX_WAITING = 50;

/**
 * Of one core, so much may go to questions of calls, and as much at once as three seconds of it: a stranger
 * who knows the ids of many parties must not take a core with wrong signatures.
 */
const CPU_SHARE = 0.5;
const CPU_BURST_MS = 3000;

interface Bucket {
  tokens: number;
  at: number;
  passedOver: number;
}

export interface ArrivalServices extends KeySources {
  readonly thread: SearchThread;
  readonly requests: RequestLog;
  /** Where answered records go; the log, or who listens as well. */
  append(record: RequestRecord): void;
  isSecret(word: string): boolean;
  /** Called with what has failed on our side. */
  onFault(error: unknown): void;
  readonly now?: () => number;
}

/** The request log, in which a call that is asked about appears with its answer. */
export class Arrivals implements Questions, RequestLog {
  readonly #services: ArrivalServices;
  readonly #buckets = new Map<string, Bucket>();
  readonly #pending = new Set<Promise<void>>();
  readonly #cpu = { leftMs: CPU_BURST_MS, at: Number.NaN, seenMs: 0 };

  constructor(services: ArrivalServices) {
    this.#services = services;
  }

  take(platform: Platform, call: Start, record: RequestRecord): boolean {
    const { thread, now = () => performance.now() } = this.#services;
    if (!platform.evidence || thread.waiting >= MAX_WAITING) return false;
    if (!this.#hasCpu(now())) return false;
    const evidence = platform.evidence(call);
    const party = evidence && call.parties.find(platform.name, evidence.party);
    if (!evidence || !party || !this.#mayAsk(party, now())) return false;
    const keys = keysOf(party, call.now, this.#services);
    const asked = thread
      .search(evidence, keys, false)
      .then((findings) => {
        const { refusedBy, outcome: code, detail } = record;
        const text = whereSeen(detail ?? '', call);
        const other = refusedBy === null ? null : { check: refusedBy, code, text };
        // Some clients send the key itself as the signature.
        const received = this.#hide(evidence.received, party);
        const answer = storedAnswer(answerOf(findings, received, other, false));
        return this.#hide(JSON.stringify(answer), party);
      })
      .catch((error: unknown) => {
        this.#services.onFault(error);
        return null;
      })
      .then((why) => this.#services.append({ ...record, why }));
    this.#pending.add(asked);
    void asked.finally(() => this.#pending.delete(asked));
    return true;
  }

  #hasCpu(now: number): boolean {
    const cpu = this.#cpu;
    const { callsCpuMs } = this.#services.thread;
    const earned = Number.isNaN(cpu.at) ? 0 : (now - cpu.at) * CPU_SHARE;
    const spent = callsCpuMs - cpu.seenMs;
    cpu.leftMs = Math.min(CPU_BURST_MS, cpu.leftMs + earned - spent);
    cpu.at = now;
    cpu.seenMs = callsCpuMs;
    return cpu.leftMs > 0;
  }

  #mayAsk({ platform, partyId }: Party, now: number): boolean {
    const name = `${platform}/${partyId}`;
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      if (this.#buckets.size >= MAX_PARTIES) this.#buckets.clear();
      bucket = { tokens: PER_SECOND, at: now, passedOver: 0 };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(PER_SECOND, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND);
    bucket.at = now;
    if (bucket.tokens >= 1) bucket.tokens--;
    else if (++bucket.passedOver % SAMPLED !== 0) return false;
    return true;
  }

  /** What a caller has put into a value may be a key. */
  #hide(text: string, { keys, ended = [] }: Party): string {
    const bare = [...keys, ...ended].reduce(
      (left, { secret }) => left.replaceAll(secret, '***'),
      text,
    );
    return hideSecrets(bare, this.#services.isSecret);
  }

  append(record: RequestRecord): void {
    this.#services.requests.append(record);
  }

  async list(query: RequestQuery) {
    await this.settled();
    return this.#services.requests.list(query);
  }

  async find(id: number) {
    await this.settled();
    return this.#services.requests.find(id);
  }

  prune(before: number) {
    return this.#services.requests.prune(before);
  }

  get dropped() {
    return this.#services.requests.dropped;
  }

  get problem() {
    return this.#services.requests.problem;
  }

  /** Resolves when every call that is asked about now is in the log. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  close(): Promise<void> {
    return this.settled();
  }
}

/** Where a refusal tells the caller's address, which hop it was read from. */
export function whereSeen(detail: string, { request }: Pick<Start, 'request'>): string {
  const { address, headers } = request;
  if (!detail.includes(address)) return detail;
  const hops = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const at = hops.findLastIndex((hop) => hop.includes(address));
  const through =
    at < 0
      ? "the connection's own address: no X-Forwarded-For of a trusted proxy names another"
      : `hop ${at + 1} of ${hops.length} in X-Forwarded-For, the last that is no trusted proxy`;
  return `${detail}; the server sees ${address} as ${through}`;
}
