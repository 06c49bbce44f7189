// A sandbox force: its text, such as `code=SignFail,latency=500`, and what it does to one call.

import { refuse } from '../core/errors.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Contract } from './contract.ts';
import type { Connection } from './gateway-request.ts';
import type { GatewayReply, Platform, Services, Start, Verdict } from './platform.ts';

/** The header that forces one call. */
export const FORCE_HEADER = 'x-sandbox-force';

/** Longer than every timeout that a client is likely to have. */
export const MAX_LATENCY_MS = 60_000;

const MAX_TEXT = 500;

/** What happens to the bytes of a reply: at most one of these. */
export type Damage = 'reset' | 'truncate' | 'garbage';

/** What a text asks for. */
export interface Force {
  /** The text again, without blanks. */
  readonly text: string;
  /** The code that stands for the call; nothing is executed. */
  readonly code?: string;
  /** How long the reply is kept back, 0 to 60,000 ms. */
  readonly latencyMs?: number;
  readonly damage?: Damage;
  readonly duplicates?: true;
  readonly reorders?: true;
}

/** Why a text is no force: a sentence that says what to write instead. */
export interface BadForce {
  readonly problem: string;
}

const NAMES =
  'code=CODE, latency=MILLISECONDS, reset, truncate, garbage, duplicate-callback, reorder-callback';

export function parseForce(text: string, { name, codes }: Contract): Force | BadForce {
  if (text.length > MAX_TEXT) return { problem: `a force has at most ${MAX_TEXT} characters` };
  const parts = text.split(',').map((part) => part.trim());
  const force: { -readonly [K in keyof Force]: Force[K] } = { text: parts.join(',') };
  for (const part of parts) {
    const at = part.indexOf('=');
    const [word, value] = at < 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
    const problem = add(force, word, value);
    if (problem !== null) return { problem };
  }
  if (force.code !== undefined) {
    const problem = codeProblem(force.code, name, Object.keys(codes));
    if (problem !== null) return { problem };
    if (force.duplicates || force.reorders) {
      return {
        problem:
          'code executes nothing, so that there is no callback to duplicate or to reorder: leave one of the two out',
      };
    }
  }
  return force;
}

function add(
  force: { -readonly [K in keyof Force]: Force[K] },
  word: string,
  value: string | undefined,
): string | null {
  const once = (given: unknown): string | null =>
    given === undefined ? null : `${word} stands twice`;
  const alone = value === undefined ? null : `${word} takes no value, and has "${value}"`;
  switch (word) {
    case 'code': {
      const problem = once(force.code) ?? (value ? null : 'code needs a value, such as code=CODE');
      if (problem === null) force.code = value!;
      return problem;
    }
    case 'latency': {
      const ms = /^\d{1,6}$/.test(value ?? '') ? Number(value) : Number.NaN;
      const problem =
        once(force.latencyMs) ??
        (ms <= MAX_LATENCY_MS
          ? null
          : `latency takes whole milliseconds from 0 to ${MAX_LATENCY_MS}, and has "${value ?? ''}"`);
      if (problem === null) force.latencyMs = ms;
      return problem;
    }
    case 'reset':
    case 'truncate':
    case 'garbage': {
      if (force.damage !== undefined) {
        return `${force.damage} and ${word} are two fates of one reply: leave one out`;
      }
      force.damage = word;
      return alone;
    }
    case 'duplicate-callback':
      force.duplicates = true;
      return alone;
    case 'reorder-callback':
      force.reorders = true;
      return alone;
    default:
      return `there is no force "${word}"; there are: ${NAMES}`;
  }
}

/** Null for a code of the platform's tables, or of a row that ends in a placeholder. */
function codeProblem(code: string, platform: string, rows: readonly string[]): string | null {
  for (const row of rows) {
    if (!/[*?]$/.test(row)) {
      if (row === code) return null;
      continue;
    }
    const stem = row.slice(0, -1);
    if (!code.startsWith(stem)) continue;
    const end = code.slice(stem.length);
    const isNumber = row.endsWith('?');
    if ((isNumber ? /^\d{1,5}$/ : /^[\w.-]{1,64}$/).test(end)) return null;
    return `the code ${row} ends in ${isNumber ? 'a number' : "a field's name"}: write it in the place of ${row.at(-1)}`;
  }
  return `${platform} has no code "${code}"; ${listed(code, rows)}`;
}

/** Enough codes for a glance; a platform may have more than a hundred. */
const SHOWN = 12;

function listed(code: string, rows: readonly string[]): string {
  if (rows.length <= SHOWN) return `there are: ${rows.join(', ')}`;
  const word = code.split(/[.:]/).at(-1)!.toLowerCase();
  const near = rows.filter((row) => word.length > 1 && row.toLowerCase().includes(word));
  const some = (near.length > 0 ? near : rows).slice(0, SHOWN).join(', ');
  return `among its ${rows.length} codes are: ${some}; /docs lists all of them`;
}

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
