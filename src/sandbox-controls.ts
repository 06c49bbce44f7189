// What the management API does to a sandbox as a whole: make it anew, and move its clock.
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from './core/clock.ts';
import { inTurn } from './core/in-turn.ts';
import { resetSandbox, type Workplace } from './workplace.ts';

/** How long moving the clock waits for callbacks: longer than one may take. */
const DRAIN_MS = 20 * SECOND;

export interface SandboxWork {
  /** Carries out everything that is due. */
  runDue(): Promise<void>;
  wakeDeadlines(): void;
  drainCallbacks(): Promise<unknown>;
}

/** Resets and moves of the clock run one after the other. */
export function sandboxControls(workplace: Workplace, work: SandboxWork) {
  const { clock, storage } = workplace;
  const turn = inTurn<() => Promise<void>>((run) => run());
  return {
    async resetSandbox(): Promise<number> {
      let generation = 0;
      await turn(async () => {
        generation = await resetSandbox(workplace);
        await work.runDue();
        work.wakeDeadlines();
      });
      return generation;
    },
    advanceClock: (seconds: number): Promise<void> =>
      turn(async () => {
        // Another node may have moved it a moment ago, and this one may be told before it is answered.
        const { ledger } = storage;
        const offset = Math.max(clock.offsetSeconds, await ledger.readClockOffset()) + seconds;
        await ledger.writeClockOffset(offset);
        clock.catchUp(offset);
        await work.runDue();
        // Where changes keep coming there is always something due.
        await Promise.race([work.drainCallbacks(), sleep(DRAIN_MS, undefined, { ref: false })]);
      }),
  };
}
