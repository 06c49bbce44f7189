// Tells in the process log that somebody has set the clock.
import { SECOND, type TwoClocks } from './core/clock.ts';
import { ClockWatch } from './core/clock-watch.ts';
import type { Logger } from './log.ts';

/** Writes a line where somebody sets the clock of the machine, or that of the database. The caller ends the timer. */
export function watchClock(clock: TwoClocks, log: Logger): NodeJS.Timeout {
  const watch = new ClockWatch({ now: () => clock.worldNow() });
  return setInterval(() => {
    const stepMs = watch.step();
    if (stepMs === null) return;
    const where = stepMs > 0 ? 'ahead' : 'back';
    log.warn(
      { stepMs },
      `the clock was set ${where} by ${Math.abs(stepMs) / SECOND} s (or this process was suspended): deadlines come ${stepMs > 0 ? 'early' : 'late'} by as much. Look at the time service of this machine`,
    );
  }, SECOND).unref();
}
