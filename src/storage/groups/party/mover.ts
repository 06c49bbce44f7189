// Moves one party to another group while it is served. Killed at any step, the next run goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../postgres/connection.ts';
import type { GroupsFile } from '../file.ts';
import { HEARD_MS } from '../groups.ts';
import { MOST_FENCES } from '../move/fence.ts';
import { listGroups } from '../move/journal.ts';
import { fenceOrBack, MOVER_LOCK, takeLock } from '../move/mover.ts';
import { literal, MoveError, switchHome, withHome } from '../move/sides.ts';
import {
  beginMove,
  groupOfParty,
  openGroup,
  type PartyOnItsWay,
  type PartySides,
} from './begin.ts';
import {
  endPauses,
  moveEnded,
  pauseEnd,
  pauseEndpoints,
  removeCopiedWaiting,
} from './endpoints.ts';
import { fenceParty, isFenced, openFence, removeFences } from './fence.ts';
import type { PartyMove } from './journal.ts';
import * as journal from './journal.ts';
import { checkArrival, moveDeadlines, moveOrderPlaces, removeParty } from './leave.ts';
import { giveNumbersBack, readNumbers } from './numbers.ts';
import { compareChanges, copyAll, copyChanged, removeCopy } from './orders.ts';
import { copyLimits, copyReplies } from './shared-rows.ts';

/** Where a mover can be when it is killed. */
export type PartyMovePoint =
  | 'begun'
  | 'copied'
  | 'caught-up'
  | 'locked'
  | 'kept'
  | 'fenced'
  | 'switched'
  | 'handed-over'
  | 'checked'
  | 'left';

export interface PartyMoveRequest extends PartyOnItsWay {
  readonly file: GroupsFile;
  /** Gives the move up, unless its fence is complete. */
  readonly back?: boolean;
  onPoint?(point: PartyMovePoint): void | Promise<void>;
}

export type PartyMoveReport =
  | {
      readonly outcome: 'moved';
      /** How long changes waited at the old group; null if an earlier run had completed the fence. */
      readonly heldMs: number | null;
      /** What was compared, in words. */
      readonly detail: string;
    }
  | { readonly outcome: 'back'; readonly reason: string };

const AT_WORK = 'another mover is at work';
/** So many changed orders are left to the fence. */
const FEW = 50;
const MOST_ROUNDS = 20;

/**
 * @throws {MoveError} if the move cannot begin; nothing was changed
 * @throws if a server was lost meanwhile: a further run goes on
 */
export async function moveParty(request: PartyMoveRequest): Promise<PartyMoveReport> {
  const { file } = request;
  return withHome(file, async (home) => {
    const before = await findMove(home, request);
    // In one sequence, so that two movers do not wait for each other.
    for (const group of [before.from, before.to].sort()) {
      await takeLock(home, MOVER_LOCK, `hashtext(${literal(group)})`, AT_WORK);
    }
    // Another mover may have worked until it gave the locks back.
    const { known, from, to } = await findMove(home, request);
    if (from !== before.from || to !== before.to)
      throw new MoveError(`${AT_WORK}; try again later`);
    const groups = await listGroups(home);
    const opened: Connection[] = [];
    const open = async (name: string): Promise<Connection> => {
      const side = await openGroup(file, groups, name);
      opened.push(side);
      // A mover that has lost the home's session, and with it its locks there, may be at work here yet.
      await takeLock(side, MOVER_LOCK, `hashtext(${literal(`party ${name}`)})`, AT_WORK);
      return side;
    };
    try {
      const sides = { home, old: await open(from), target: await open(to) };
      const move = known
        ? await readNumbers(sides.old, known)
        : await beginMove(sides, request, from);
      return await new PartyMover(request, sides, move).run();
    } finally {
      await Promise.all(opened.map((side) => side.close()));
    }
  });
}

interface FoundMove {
  /** Undefined if none is under way. */
  readonly known: PartyMove | undefined;
  readonly from: string;
  readonly to: string;
}

async function findMove(home: Connection, request: PartyMoveRequest): Promise<FoundMove> {
  const { platform, partyId, to, back } = request;
  const under = await journal.partyMovesUnderWay(home);
  const known = under.find((move) => move.platform === platform && move.owners.includes(partyId));
  if (!known && back) throw new MoveError(`no move of ${platform}/${partyId} is under way`);
  if (!known) return { known, from: await groupOfParty(home, request), to };
  if (known.to === to || back) return { known, from: known.from, to: known.to };
  throw new MoveError(
    `a move of ${platform}/${known.partyId} to group ${known.to} was cut off. Name that group again, or let that move go back.`,
  );
}

class PartyMover {
  readonly #request: PartyMoveRequest;
  readonly #sides: PartySides;
  #move: PartyMove;
  #heldMs: number | null = null;

  constructor(request: PartyMoveRequest, sides: PartySides, move: PartyMove) {
    this.#request = request;
    this.#sides = sides;
    this.#move = move;
  }

  async run(): Promise<PartyMoveReport> {
    if (this.#move.step === 'begun' || this.#move.step === 'fencing') {
      const back = await fenceOrBack({
        untilFenced: () => this.#untilFenced(),
        isFenced: this.#isFenced,
        goBack: (reason) => this.#goBack(reason),
      });
      if (back) return back;
      await this.#at('fenced');
      await this.#switch();
    }
    await this.#at('switched');
    return this.#finish();
  }

  async #at(point: PartyMovePoint): Promise<void> {
    await this.#request.onPoint?.(point);
  }

  async #step(step: journal.PartyMoveStep): Promise<void> {
    this.#move = await journal.setPartyStep(this.#sides.home, this.#move, step);
  }

  #isFenced = async (): Promise<boolean> =>
    this.#move.step === 'fencing' && (await isFenced(this.#sides.old, this.#move));

  async #untilFenced(): Promise<void> {
    const { home, old, target } = this.#sides;
    if (await this.#isFenced()) return;
    if (this.#request.back) throw new MoveError('it was asked to go back');
    await openFence(old, this.#move);
    await this.#at('begun');
    await removeFences(target, await journal.departuresOf(home, this.#move));
    await this.#removeCopies();
    let settled = await copyAll(old, target, this.#move);
    const replies = await old.transaction(() => copyReplies(old, target));
    await this.#at('copied');
    let reason = '';
    for (let i = 0; i < MOST_FENCES; i++) {
      settled = await this.#catchUp(settled);
      await compareChanges(old, target, this.#move, undefined, settled);
      this.#move = await journal.keepPause(home, this.#move, await pauseEnd(old));
      await this.#step('fencing');
      await pauseEndpoints(old, this.#move);
      settled = await this.#catchUp(settled);
      await this.#at('caught-up');
      const result = await fenceParty(
        old,
        target,
        this.#move,
        { settled, replies },
        {
          onLocked: () => this.#at('locked'),
          onKept: () => this.#at('kept'),
        },
      );
      if (result.outcome === 'fenced') {
        this.#heldMs = result.heldMs;
        return;
      }
      ({ reason } = result);
      await endPauses(old, this.#move);
      await removeCopiedWaiting(target, this.#move);
    }
    throw new MoveError(
      `changes would have waited too long in ${MOST_FENCES} attempts, the last time because ${reason}; try when fewer changes arrive`,
    );
  }

  /** Copies changed orders until few are left. @returns the number up to which all are copied */
  async #catchUp(settled: number): Promise<number> {
    const { old, target } = this.#sides;
    let last = settled;
    for (let i = 0; i < MOST_ROUNDS; i++) {
      const copied = await copyChanged(old, target, this.#move, last);
      last = copied.settled;
      if (copied.orders <= FEW) break;
    }
    return last;
  }

  async #switch(): Promise<void> {
    const { home } = this.#sides;
    await switchHome(this.#request.file, home, async (connection) => {
      this.#move = await journal.switchGroup(connection, this.#move);
    });
  }

  async #finish(): Promise<PartyMoveReport> {
    const { home, old, target } = this.#sides;
    const begun = performance.now();
    let detail = 'both groups were compared by an earlier run';
    if (this.#move.step === 'switched') {
      await endPauses(target, this.#move);
      await copyLimits(old, target); // Calls were counted in the old group until nodes heard of the switch.
      await moveDeadlines(old, target, this.#move);
      await moveEnded(old, target, this.#move);
      await moveOrderPlaces(home, target, this.#move);
      await this.#at('handed-over');
      detail = await checkArrival(old, target, this.#move);
      await this.#step('checked');
    }
    await this.#at('checked');
    await sleep(Math.max(0, begun + HEARD_MS - performance.now()));
    await removeParty(old, this.#move);
    await this.#at('left');
    await journal.endPartyMove(home, this.#move, 'moved', detail);
    return { outcome: 'moved', heldMs: this.#heldMs, detail };
  }

  async #removeCopies(): Promise<void> {
    const { home, old, target } = this.#sides;
    const { platform, owners, to } = this.#move;
    const places = await journal.placesOf(home, platform, owners);
    if ([...places.values()].includes(to))
      throw new Error(`the party is served in group ${to}; its rows there are no copies`);
    await endPauses(old, this.#move);
    await removeCopiedWaiting(target, this.#move);
    await removeCopy(target, this.#move);
  }

  async #goBack(reason: string): Promise<PartyMoveReport> {
    const { home, old, target } = this.#sides;
    await openFence(old, this.#move);
    await removeFences(old, [this.#move.moveId]);
    await this.#removeCopies();
    await giveNumbersBack(target, this.#move);
    await journal.endPartyMove(home, this.#move, 'back', reason);
    return { outcome: 'back', reason };
  }
}
