// The forces of a sandbox: rules that are kept for parties, the force of one call, and replies that are kept back.
import { randomBytes } from 'node:crypto';
import type { Clock, Instant } from '../core/clock.ts';
import type { Checked } from './checks.ts';
import {
  type BadForce,
  FORCE_HEADER,
  type Force,
  ForcedCall,
  type ForcedCallbacks,
  parseForce,
} from './force.ts';
import type { Connection } from './gateway-request.ts';
import type { Platform, Start } from './platform.ts';

/** A force that meets the calls of a party until it is used up, has ended, or is removed. */
export interface ForceRule {
  readonly forceId: string;
  readonly platform: string;
  readonly party: string;
  /** Null: every method. */
  readonly method: string | null;
  readonly force: Force;
  /** How many calls it still meets; null: any number. */
  readonly callsLeft: number | null;
  /** By the sandbox's clock; null: until it is removed. */
  readonly until: Instant | null;
  readonly createdAt: Instant;
  /** How many calls it has met. */
  readonly used: number;
}

export type NewForceRule = Omit<ForceRule, 'forceId' | 'createdAt' | 'used'>;

/** Every call of a party looks through them. */
export const MAX_RULES = 100;
/** Replies that are kept back at once. Each holds a connection and a body. */
const MAX_HELD = 1000;

export class SandboxForces {
  readonly #clock: Clock;
  readonly #callbacks: ForcedCallbacks;
  #rules: ForceRule[] = [];
  readonly #held = new Set<() => void>();
  #stopped = false;

  constructor(clock: Clock, callbacks: ForcedCallbacks) {
    this.#clock = clock;
    this.#callbacks = callbacks;
  }

  /** Null if there are {@link MAX_RULES} already. */
  add(rule: NewForceRule): ForceRule | null {
    if (this.list().length >= MAX_RULES) return null;
    const forceId = `force_${randomBytes(6).toString('hex')}`;
    const added = { ...rule, forceId, createdAt: this.#clock.now(), used: 0 };
    this.#rules.push(added);
    return added;
  }

  /** Those that can still meet a call, oldest first. */
  list(): readonly ForceRule[] {
    const now = this.#clock.now();
    this.#rules = this.#rules.filter(
      ({ callsLeft, until }) => callsLeft !== 0 && (until === null || until > now),
    );
    return this.#rules;
  }

  /** False if there is no such rule. */
  remove(forceId: string): boolean {
    const rest = this.#rules.filter((rule) => rule.forceId !== forceId);
    const found = rest.length < this.#rules.length;
    this.#rules = rest;
    return found;
  }

  /** Removes all rules and forgets what callbacks were to suffer, as a reset does. */
  clear(): void {
    this.#rules = [];
    this.#callbacks.clear();
  }

  /**
   * The force of a call: that of its header, or of the oldest rule that fits. Undefined without one.
   *
   * @param verified whether the call's signature is right; no other call can be forced
   */
  take(platform: Platform, checked: Checked<Start>, verified: boolean): ForcedCall | undefined {
    const call = checked.call as Start;
    const given = call.request.headers[FORCE_HEADER];
    if (given === undefined && this.#rules.length === 0) return undefined;
    if (!verified) return undefined;
    if (given !== undefined) {
      const text = Array.isArray(given) ? given.join(',') : given;
      return this.#forced(parseForce(text, platform.contract), 'X-Sandbox-Force');
    }
    const { party, method } = platform.summary(call);
    const at = this.list().findIndex(
      (rule) =>
        rule.platform === platform.name &&
        rule.party === party &&
        (rule.method === null || rule.method === method),
    );
    const rule = this.#rules[at];
    if (!rule) return undefined;
    const callsLeft = rule.callsLeft === null ? null : rule.callsLeft - 1;
    this.#rules[at] = { ...rule, callsLeft, used: rule.used + 1 };
    return this.#forced(rule.force, `the rule ${rule.forceId}`);
  }

  #forced(force: Force | BadForce, source: string): ForcedCall {
    const hold = (ms: number, connection: Connection | undefined) => this.#hold(ms, connection);
    return new ForcedCall(force, source, { hold, callbacks: this.#callbacks });
  }

  /**
   * Resolves after `ms`, or as soon as the connection goes away or the server stops. False if so
   * many replies are kept back already that this one is not.
   */
  async #hold(ms: number, connection: Connection | undefined): Promise<boolean> {
    if (this.#held.size >= MAX_HELD) return false;
    if (this.#stopped || connection?.destroyed) return true;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#held.delete(end);
        connection?.off('end', end).off('close', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#held.add(end);
      // A caller that goes away ends its half of the connection, and nothing says whether it reads on.
      connection?.on('end', end).on('close', end);
    });
    return true;
  }

  /** Lets go of every reply that is kept back: a stop waits for no latency. */
  stop(): void {
    this.#stopped = true;
    for (const end of [...this.#held]) end();
  }
}
