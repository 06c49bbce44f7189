// The process log: JSON lines on standard error, readable ones where that is a terminal.
import { type Logger, pino } from 'pino';

export type { Logger };

export async function createLog(level: string): Promise<Logger> {
  if (process.stderr.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    const hooks = { streamWrite: withoutControls };
    return pino({ level, hooks }, pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }));
  }
  // Synchronous: the lines are few, and the last one before a crash is the one that is needed.
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}

/** An escape of JSON that stands for a control, but for line ends and tabs; or what JSON leaves as it is. */
const CONTROL =
  /(?<!\\)((?:\\\\)*)\\(u00(?:0[0-8bcef]|1[0-9a-f])|[bfr])|([\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/g;

/** A line of JSON whose strings a terminal shows as text, whatever a file or a caller has put into them. */
export const withoutControls = (line: string): string =>
  line.replace(CONTROL, (_, before: string = '', escaped?: string, raw?: string) =>
    escaped === undefined
      ? `\\\\u${raw!.charCodeAt(0).toString(16).padStart(4, '0')}`
      : `${before}\\\\${escaped}`,
  );
