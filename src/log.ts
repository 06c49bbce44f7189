// The process log: JSON lines on standard error, readable ones where that is a terminal.
import { type Logger, pino } from 'pino';

export type { Logger };

export async function createLog(level: string): Promise<Logger> {
  if (process.stderr.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    return pino({ level }, pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }));
  }
  // Synchronous: the lines are few, and the last one before a crash is the one that is needed.
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
