// Reads a time span of a command line.
import { UsageError } from '../config.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `30m`, `2h` or `1d`. @throws {UsageError} that names `what` took it */
export function readDuration(text: string, what: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * SECONDS[unit]!;
  throw new UsageError(`${what} is "${text}"; it has to be a time span such as 90s, 30m, 2h or 1d`);
}
