// Tells systemd that the service is ready, alive and stopping (sd_notify).
import { execFile } from 'node:child_process';

/** The part of the watchdog's time after which the next sign of life is due, as sd_notify(3) advises. */
const SHARE = 2;
const MICROS_PER_MS = 1000;

export interface ServiceNotice {
  /** The service listens; signs of life begin if the unit has a watchdog. */
  ready(): void;
  /** The service was asked to stop; signs of life end. */
  stopping(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * systemd takes notices on a Unix datagram socket, which Node does not have. The program
 * systemd-notify, which every machine with systemd has, sends them. The packages on npm that could
 * send them compile an addon at their installation, and this project has no dependency that does.
 * One sign of life takes about 5 ms of CPU of another process. It comes from the event loop, so a
 * server whose loop hangs is restarted; a server whose database is away is not.
 *
 * Does nothing without NOTIFY_SOCKET, which systemd sets for a unit of `Type=notify`.
 *
 * @param onProblem receives why a notice could not be sent
 */
export function serviceNotice(
  onProblem: (problem: string) => void,
  env: Environment = process.env,
): ServiceNotice {
  if (!env.NOTIFY_SOCKET) return { ready() {}, stopping() {} };
  const send = (...args: readonly string[]): void => {
    execFile('systemd-notify', args, { timeout: 10_000 }, (error) => {
      if (error) onProblem(`systemd-notify ${args.join(' ')} failed: ${error.message.trim()}`);
    });
  };
  let watchdog: NodeJS.Timeout | undefined;
  return {
    ready() {
      send('--ready', '--status=serving');
      const micros = Number(env.WATCHDOG_USEC);
      if (!(micros > 0)) return;
      const everyMs = Math.max(100, micros / MICROS_PER_MS / SHARE);
      watchdog = setInterval(() => send('WATCHDOG=1'), everyMs);
      watchdog.unref();
    },
    stopping() {
      clearInterval(watchdog);
      send('STOPPING=1', '--status=finishing the calls in progress');
    },
  };
}
