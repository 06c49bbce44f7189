// Writes to the process log if somebody sets the clock.
import { SECOND, type TwoClocks } from './core/clock.ts';
import { ClockWatch } from './core/clock-watch.ts';
import type { Logger } from './log.ts';

/**
 * Writes a line if somebody sets the clock of the machine or of the database. The caller stops the
 * timer.
 * @param onSetBack called when the clock was set back
 * @param onStep called with each step, in milliseconds
 */
export function watchClock(
  clock: TwoClocks,
  log: Logger,
  onSetBack: () => Promise<void>,
  onStep: (stepMs: number) => void,
): NodeJS.Timeout {
  const watch = new ClockWatch({ now: () => clock.worldNow() });
  return setInterval(() => {
    const stepMs = watch.step();
    if (stepMs === null) return;
    onStep(stepMs);
    if (stepMs < 0)
      onSetBack().catch((error: unknown) =>
        log.error({ err: error }, 'pauses from before the clock was set back may last too long'),
      );
    const where = stepMs > 0 ? 'ahead' : 'back';
    log.warn(
      { stepMs },
      `the clock was set ${where} by ${Math.abs(stepMs) / SECOND} s (or this process was suspended): deadlines come ${stepMs > 0 ? 'early' : 'late'} by as much. Look at the time service of this machine`,
    );
  }, SECOND).unref();
}
