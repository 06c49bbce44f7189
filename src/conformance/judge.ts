// Judges one clause: sends what it says to a server, and compares the answer with what it expects.
import type { Clause, ClauseRequest } from '../protocol/clause.ts';
import type { CallContext, ClauseDriver, Heard } from '../protocol/conformance.ts';
import type { Contract, Text } from '../protocol/contract.ts';
import { compare, fault, oddity } from './compare.ts';
import { type Exchange, exchange } from './exchange.ts';
import { NO_OVERLAP, USED_UP } from './reasons.ts';
import type { Fault } from './verdict.ts';

/** A server as the judge of a clause sees it. */
export interface Place {
  readonly url: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970, as the server's clock has it. */
  now(): number;
  secretOf(party: string): string;
  /** Moves the server's clock forward. */
  advance(milliseconds: number): Promise<void>;
  /** The clock moves only when it is moved, so that a bound can be met to the millisecond. */
  readonly isStill: boolean;
  /** The server is known to begin a second call of a connection before it has answered the first. */
  readonly overlaps: boolean;
}

export interface Judged {
  readonly heard: Heard | null;
  readonly exchange: Exchange | null;
  readonly faults: readonly Fault[];
  /** It could not be judged. */
  readonly skip?: Text;
}

/** How much earlier than the clause a running clock is moved, where "not yet" is judged. */
const MARGIN_MS = 5000;

/** @throws {UnreachableError} if the server cannot be connected to */
export async function judge(
  clause: Clause,
  contract: Contract,
  driver: ClauseDriver,
  place: Place,
): Promise<Judged> {
  const { given, request } = clause;
  const context = (): CallContext => ({
    now: place.now(),
    party: given.party,
    secretOf: place.secretOf,
  });
  // Equal requests of a clause are equal bytes, even if a second begins between them.
  let at = context();
  const call = async (requests: readonly ClauseRequest[]) => {
    const calls = requests.map((one) => driver.write(at, one));
    const all = await exchange(place.url, calls, place.timeoutMs);
    return all.map((one) => ({ exchange: one, ...read(driver, one, at) }));
  };

  for (const before of given.before ?? []) {
    const [first] = await call([before]);
    if (first!.heard?.code === contract.success) continue;
    return unprepared(clause, first!);
  }
  if (given.at !== undefined) {
    await place.advance(boundOf(given.at, place.isStill));
    at = context();
  }
  if (!given.during) {
    const [only] = await call([request]);
    return judged(clause, contract, only!);
  }
  const [first, second] = await call([given.during, request]);
  if (first!.heard?.code !== contract.success) return unprepared(clause, first!);
  if (second!.heard?.code === contract.success && !place.overlaps) {
    return { ...second!, faults: [], skip: NO_OVERLAP };
  }
  return judged(clause, contract, second!);
}

interface Read {
  readonly exchange: Exchange;
  readonly heard: Heard | null;
  readonly fault: Fault | null;
}

const ONLY_OK = [200];

function read(driver: ClauseDriver, { status, body }: Exchange, context: CallContext) {
  const { statuses = ONLY_OK } = driver;
  if (!statuses.includes(status)) {
    const what = status === 0 ? 'no answer' : `HTTP ${status}`;
    return { heard: null, fault: oddity('status', `HTTP ${statuses.join(', ')}`, what) };
  }
  try {
    return { heard: driver.read(body, context, status), fault: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { heard: null, fault: oddity('reply', 'a reply of the platform', problem) };
  }
}

function judged(clause: Clause, contract: Contract, { exchange, heard, fault }: Read): Judged {
  const faults = fault ? [fault] : compare(clause, contract, heard!, exchange.got);
  return { heard, exchange, faults };
}

/** An earlier call of the clause was not answered with success. */
function unprepared(clause: Clause, { exchange, heard, fault: unread }: Read): Judged {
  const its = unread ?? fault('before', 'a success', heard!.code, exchange.got);
  const isUsedUp = heard !== null && heard.code === clause.expects.code;
  return { heard, exchange, faults: [its], ...(isUsedUp && { skip: USED_UP }) };
}

/** A bound that ends on a fraction of a second is one that is not reached yet. */
const boundOf = (at: number, isStill: boolean): number =>
  isStill || at % 1000 === 0 ? at : Math.floor(at / 1000) * 1000 - MARGIN_MS;
