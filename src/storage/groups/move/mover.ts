// Moves a group to another server while it is served. Killed at any step, the next run goes on.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sealHead } from '../../postgres/chain-groups.ts';
import type { Connection } from '../../postgres/connection.ts';
import { MIGRATION_LOCK } from '../../postgres/database.ts';
import { StatementError } from '../../postgres/errors.ts';
import type { GroupsFile } from '../file.ts';
import { partyMovesUnderWay } from '../party/journal.ts';
import { checkMoved, renameOld } from './after.ts';
import { catchUp, endCopy, passMark, startCopy } from './copying.ts';
import { changesOf, fence, isFenced, isSame, MOST_FENCES } from './fence.ts';
import type { Move, MoveStep } from './journal.ts';
import * as journal from './journal.ts';
import { checkSides } from './preconditions.ts';
import { type AdminUrls, MoveError, openSides, type Sides, switchHome, withHome } from './sides.ts';
import { ownTarget, prepareTarget, removeTarget } from './target.ts';

/** Where a mover can be when it is killed. */
export type MovePoint =
  | 'begun'
  | 'prepared'
  | 'copying'
  | 'caught-up'
  | 'locked'
  | 'fenced'
  | 'switched'
  | 'renamed'
  | 'copy-ended'
  | 'checked';

export interface MoveRequest extends AdminUrls {
  readonly file: GroupsFile;
  readonly group: string;
  /** A server of the file. */
  readonly to: string;
  /** Gives the move up, unless its fence is complete. */
  readonly back?: boolean;
  onPoint?(point: MovePoint, detail?: string): void | Promise<void>;
}

export type MoveReport =
  | {
      readonly outcome: 'moved';
      /** How long changes waited at the old side; null if an earlier run had completed the fence. */
      readonly heldMs: number | null;
      /** What was compared, in words. */
      readonly detail: string;
    }
  | { readonly outcome: 'back'; readonly reason: string };

/** Only one mover of a group works at a time; "ogam". */
export const MOVER_LOCK = 0x6f67616d;
/** The session of a mover that was killed ends when its server notices. */
const LOCK_PATIENCE_MS = 10_000;

/**
 * @throws {MoveError} if the move cannot begin; nothing was changed
 * @throws if a server was lost meanwhile: a further run goes on
 */
export async function moveGroup(request: MoveRequest): Promise<MoveReport> {
  const { file, group } = request;
  return withHome(file, async (home) => {
    await takeLock(
      home,
      MOVER_LOCK,
      `hashtext('${group.replaceAll("'", "''")}')`,
      'another mover of this group is at work',
    );
    const known = await journal.moveUnderWay(home, group);
    const move = known ?? (await newMove(home, request));
    if (known && known.to.server !== request.to && !request.back) {
      throw new MoveError(
        `a move of group ${group} to server ${known.to.server} was cut off. Name that server again, or let that move go back.`,
      );
    }
    const sides = await openSides(file, home, move, request);
    try {
      return await new Mover(request, sides, move, known === null).run();
    } finally {
      await sides.close();
    }
  });
}

async function newMove(home: Connection, { file, group, to, back }: MoveRequest): Promise<Move> {
  const place = (await journal.listGroups(home)).find(({ name }) => name === group);
  if (!place) throw new MoveError(`there is no group ${group}`);
  if (back) throw new MoveError(`no move of group ${group} is under way`);
  if (!file.servers.has(to)) {
    throw new MoveError(
      `the file of ORDERGATE_GROUPS names no server ${to}; it has ${[...file.servers.keys()].join(', ')}`,
    );
  }
  if (!file.servers.has(place.server)) {
    throw new MoveError(
      `group ${group} is on server ${place.server}, which the file of ORDERGATE_GROUPS does not name`,
    );
  }
  if (place.server === to) throw new MoveError(`group ${group} is on server ${to} already`);
  if (place.server === file.home.server && place.schema === file.home.schema) {
    throw new MoveError(
      `group ${group} shares its schema with the home, and the home stays where it is; only a group with a schema of its own moves`,
    );
  }
  const parties = await partyMovesUnderWay(home);
  const party = parties.find((move) => move.from === group || move.to === group);
  if (party) {
    throw new MoveError(
      `the move of party ${party.platform}/${party.partyId} from group ${party.from} to ${party.to} has not ended; end it first`,
    );
  }
  const { server, schema } = place;
  return {
    moveId: randomBytes(4).toString('hex'),
    group,
    from: { server, schema },
    to: { server: to, schema },
    step: 'begun',
    begunAt: 0,
    endedAt: null,
    detail: null,
  };
}

/** Waits a while for a session lock of the connection. */
export async function takeLock(
  connection: Connection,
  lock: number,
  key: string,
  problem: string,
): Promise<void> {
  for (const until = performance.now() + LOCK_PATIENCE_MS; ; await sleep(100)) {
    const [row] = await connection.runText(`SELECT pg_try_advisory_lock(${lock}, ${key})`);
    if (row![0] === true) return;
    if (performance.now() > until) throw new MoveError(`${problem}; try again later`);
  }
}

/** A fence that was completed is never undone: changes may be refused already. */
export async function fenceOrBack<Report>(steps: {
  untilFenced(): Promise<void>;
  isFenced(): Promise<boolean>;
  goBack(reason: string): Promise<Report>;
}): Promise<Report | undefined> {
  try {
    await steps.untilFenced();
    return undefined;
  } catch (error) {
    if (!(error instanceof MoveError || error instanceof StatementError)) throw error;
    if (await steps.isFenced()) throw error;
    return steps.goBack(error.message);
  }
}

class Mover {
  readonly #request: MoveRequest;
  readonly #sides: Sides;
  readonly #isNew: boolean;
  #move: Move;
  #heldMs: number | null = null;

  constructor(request: MoveRequest, sides: Sides, move: Move, isNew: boolean) {
    this.#request = request;
    this.#sides = sides;
    this.#move = move;
    this.#isNew = isNew;
  }

  async run(): Promise<MoveReport> {
    if (this.#move.step !== 'switched') {
      if (this.#isNew) {
        await checkSides(this.#sides, this.#move);
        await journal.beginMove(this.#sides.home, this.#move);
      }
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

  async #at(point: MovePoint, detail?: string): Promise<void> {
    await this.#request.onPoint?.(point, detail);
  }

  async #step(step: MoveStep): Promise<void> {
    this.#move = await journal.setStep(this.#sides.home, this.#move, step);
  }

  #isFenced = async (): Promise<boolean> =>
    this.#move.step === 'fencing' && (await isFenced(this.#sides.old));

  async #untilFenced(): Promise<void> {
    const { old } = this.#sides;
    if (await this.#isFenced()) return;
    if (this.#request.back) throw new MoveError('it was asked to go back');
    // No node makes a partition while it holds this lock; nodes try again later.
    await takeLock(
      old,
      MIGRATION_LOCK,
      'hashtext(current_schema())',
      'a node is changing the schema of the group',
    );
    await this.#at('begun');
    if (this.#move.step === 'begun') {
      await prepareTarget(this.#request.file, this.#sides, this.#move);
      await this.#at('prepared');
      await startCopy(this.#sides, this.#move);
      await this.#step('copying');
    }
    await this.#at('copying');
    for (let i = 0; i < MOST_FENCES; i++) {
      await catchUp(this.#sides, this.#move);
      const settled = await this.#compareSettled();
      await this.#at('caught-up');
      await this.#step('fencing');
      const result = await fence(this.#sides, this.#move, settled, () => this.#at('locked'));
      if (result.outcome === 'late') continue;
      this.#heldMs = result.heldMs;
      return;
    }
    throw new MoveError(
      `changes would have waited too long in ${MOST_FENCES} attempts; try when fewer changes arrive`,
    );
  }

  /** Compares all changes that can be compared without a fence. @returns the last one's number */
  async #compareSettled(): Promise<number> {
    const { old, target } = this.#sides;
    const { seq } = await sealHead(old);
    await passMark(this.#sides, this.#move, `head at ${Date.now()}`, Number.POSITIVE_INFINITY);
    const [there, here] = [await changesOf(old, 0, seq), await changesOf(target, 0, seq)];
    if (isSame(there, here)) return seq;
    throw new MoveError(
      `the new side has ${here.count} changes up to number ${seq}, or other ones than the old side, which has ${there.count}`,
    );
  }

  async #switch(): Promise<void> {
    const { home } = this.#sides;
    await switchHome(this.#request.file, home, async (connection) => {
      this.#move = await journal.switchPlace(connection, this.#move);
    });
  }

  async #finish(): Promise<MoveReport> {
    const lastSeq = await renameOld(this.#sides, this.#move);
    await this.#at('renamed');
    await endCopy(this.#sides, this.#move);
    await this.#at('copy-ended');
    const detail = await checkMoved(this.#sides, this.#move, lastSeq);
    await ownTarget(this.#sides.target, this.#move);
    await this.#at('checked');
    await journal.endMove(this.#sides.home, this.#move, 'moved', detail);
    return { outcome: 'moved', heldMs: this.#heldMs, detail };
  }

  async #goBack(reason: string): Promise<MoveReport> {
    await endCopy(this.#sides, this.#move);
    await removeTarget(this.#sides.target, this.#move);
    await journal.endMove(this.#sides.home, this.#move, 'back', reason);
    return { outcome: 'back', reason };
  }
}
