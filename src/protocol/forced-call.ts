// One forced call: what stands for its outcome, how its reply leaves, and what its callbacks suffer.

import { refuse } from '../core/errors.ts';
import type { Ledger } from '../core/ledger.ts';
import type { BadForce, Force } from './force.ts';
import type { Connection } from './gateway-request.ts';
import type { GatewayReply, Platform, Services, Start, Verdict } from './platform.ts';

/** What callbacks of one change are to suffer. */
export interface CallbackForce {
  readonly duplicates: boolean;
  readonly reorders: boolean;
}

export interface ChangedVersion {
  readonly platform: string;
  readonly orderId: string;
  readonly version: number;
}

/** The part of the callbacks that forces reach. */
export interface ForcedCallbacks {
  /** Call it before the change is stored. Returns what takes it back if nothing was stored. */
  force(change: ChangedVersion, force: CallbackForce): () => void;
  clear(): void;
}

export interface ForceTools {
  hold(ms: number, connection: Connection | undefined): Promise<boolean>;
  readonly callbacks: ForcedCallbacks;
}

/** The step of the request log that refused a call whose code was forced. */
export const REFUSED_BY_FORCE = 'sandbox-force';

/** Neither XML nor JSON, and no form decodes it. */
const GARBAGE = '%ZZ\u0001<&{"garbage": the sandbox force replaced this reply]\u0000';

export class ForcedCall {
  readonly #force: Force | BadForce;
  readonly #source: string;
  readonly #tools: ForceTools;
  #isDelayed = true;

  constructor(force: Force | BadForce, source: string, tools: ForceTools) {
    this.#force = force;
    this.#source = source;
    this.#tools = tools;
  }

  /** What the call's row in the request log says. */
  get note(): string {
    if ('problem' in this.#force) return `${this.#source} is wrong: ${this.#force.problem}`;
    const late = this.#isDelayed ? '' : ' (not delayed: too many replies are kept back)';
    return `forced by ${this.#source}: ${this.#force.text}${late}`;
  }

  /**
   * The outcome that stands for the call, so that nothing is executed; undefined if the call is
   * carried out. A text that is no force refuses the call as a fault of the platform: a test with a
   * typing mistake must neither pass nor change an order.
   */
  verdict(platform: Platform, call: Start): Verdict<unknown> | undefined {
    const force = this.#force;
    if ('problem' in force) return { ok: false, refusal: platform.refusal(refuse('fault'), call) };
    if (force.code === undefined) return undefined;
    return { ok: false, refusal: { refused: force.code, detail: `the code was forced` } };
  }

  /** The services for an operation whose changes have forced callbacks. */
  services<S extends Services>(services: S): S {
    const force = this.#force;
    if ('problem' in force || !(force.duplicates || force.reorders)) return services;
    const wanted = { duplicates: force.duplicates === true, reorders: force.reorders === true };
    const mark = (change: ChangedVersion) => this.#tools.callbacks.force(change, wanted);
    return { ...services, ledger: watched(services.ledger, mark) };
  }

  async hold(connection: Connection | undefined): Promise<void> {
    const force = this.#force;
    if ('problem' in force || force.latencyMs === undefined) return;
    this.#isDelayed = await this.#tools.hold(force.latencyMs, connection);
  }

  bend(reply: GatewayReply): GatewayReply {
    const force = this.#force;
    if ('problem' in force) {
      return withHeader(reply, 'x-sandbox-force-problem', force.problem);
    }
    const told = withHeader(reply, 'x-sandbox-forced', force.text);
    const { body } = told;
    if (force.damage === 'garbage') return { ...told, body: GARBAGE, isAscii: true };
    if (force.damage === 'reset') return { ...told, cut: 0 };
    if (force.damage === 'truncate') return { ...told, cut: Buffer.byteLength(body) >> 1 };
    return told;
  }
}

/** A header holds visible ASCII only, and a problem quotes what the caller wrote. */
function withHeader(reply: GatewayReply, name: string, text: string): GatewayReply {
  const value = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

/** The ledger, whose changes are marked before anybody can see them. */
function watched(ledger: Ledger, mark: (change: ChangedVersion) => () => void): Ledger {
  const own: Partial<Ledger> = {
    async commit(change) {
      const takeBack = mark(change.order);
      const committed = await ledger.commit(change);
      if (committed !== 'committed') takeBack();
      return committed;
    },
    async createOrders(request) {
      const marks = request.orders.map(({ order }) => mark({ ...order, version: 1 }));
      const created = await ledger.createOrders(request);
      if (created.result !== 'created') for (const takeBack of marks) takeBack();
      return created;
    },
  };
  return new Proxy(ledger, {
    get(target, name) {
      const value = own[name as keyof Ledger] ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
