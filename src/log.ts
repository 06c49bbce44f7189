// The process log: JSON lines on standard error, or readable lines if that is a terminal.
import { type Logger, pino } from 'pino';

export type { Logger };

export async function createLog(level: string): Promise<Logger> {
  if (process.stderr.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    const hooks = { streamWrite: withoutControls };
    return pino({ level, hooks }, pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }));
  }
  // Synchronous, because the lines are few and the last line before a crash matters most.
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}

/**
 * A JSON escape of a control character (except line ends and tabs), or a control that JSON leaves
 * as it is.
 */
const CONTROL =
  /(?<!\\)((?:\\\\)*)\\(u00(?:0[0-8bcef]|1[0-9a-f])|[bfr])|([\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/g;

/**
 * Rewrites a JSON line so that a terminal shows its strings as text, whatever a file or a caller
 * has put into them.
 */
export const withoutControls = (line: string): string =>
  line.replace(CONTROL, (_, before: string = '', escaped?: string, raw?: string) =>
    escaped === undefined
      ? `\\\\u${raw!.charCodeAt(0).toString(16).padStart(4, '0')}`
      : `${before}\\\\${escaped}`,
  );
