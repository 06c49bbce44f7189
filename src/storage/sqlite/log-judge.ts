// Decides, before a ledger is opened, whether its write-ahead log contains everything that was
// synced to it.
import { copyFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { hasOpenBit, refuseByHeader, UnusableFileError } from './database.ts';
import { isNextGeneration, type LogContent, readLog } from './log-frames.ts';
import { readMark, type Synced } from './log-mark.ts';

/** Acknowledged changes are missing. Nothing was changed. */
export class LostChangesError extends UnusableFileError {
  readonly isLoss = true;
}

interface Loss {
  readonly problem: string;
  /** Whether the log must not be applied to the existing file. */
  readonly isForeign: boolean;
}

/**
 * A start calls this before anything opens the ledger. A torn last group is no loss, because it was
 * never acknowledged.
 *
 * @param path the ledger's path
 * @param acceptLoss continues without the lost changes; the rest of the log is kept under another
 * name
 * @throws {LostChangesError}
 */
export function judgeLog(path: string, acceptLoss = false): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  // A file that is no ledger of this program is reported by its own check.
  refuseByHeader(path, Number.MAX_SAFE_INTEGER);
  const loss = findLoss(path);
  if (loss === undefined) return;
  if (!acceptLoss) throw new LostChangesError(`${loss.problem} ${ADVICE}`);
  const log = `${path}-wal`;
  if (!existsSync(log)) return;
  const aside = `${log}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  if (loss.isForeign) renameSync(log, aside);
  else copyFileSync(log, aside);
}

const ADVICE =
  'Nothing was changed. Put back the log that belongs to this ledger (a copy of ledger.db needs the ledger.db-wal of the same moment, or is made with "ordergate backup"), or restore a backup into a fresh directory. To go on without what is lost: "ordergate serve --accept-loss"; "ordergate lost" then lists the calls that were acknowledged and whose changes are gone.';

function findLoss(path: string): Loss | undefined {
  const mark = readMark(path);
  const log = readLog(`${path}-wal`);
  if (log.state === 'readable' && log.groupsBehind > 0) {
    const [alone, there] = [read(path, true), read(path)];
    // If the file is newer than the sound part of the log, applying that part would revert the
    // file.
    const isFolded = alone !== undefined && there !== undefined && alone.seq > there.seq;
    const isForeign = isFolded || (mark ? !belongs(log.salt, mark) : false);
    const problem = `${path}-wal is damaged: after a broken frame stand ${log.groupsBehind} whole commits, which were on disk, and cannot be read into the ledger.${isForeign ? '' : missing(mark, there)}`;
    return { problem, isForeign };
  }
  if (mark === null) return undefined;
  if (mark !== undefined) return judgeByMark(path, log, mark);
  if (log.state === 'readable' || !hasOpenBit(path)) return undefined;
  return {
    problem: `${path} was copied, or left, without its write-ahead log: the ledger was not closed in order, and ${path}-wal is ${describe(log)}. How many changes the log held is not known; the newest that is there is ${newest(read(path, true))}.`,
    isForeign: true,
  };
}

function judgeByMark(path: string, log: LogContent, mark: Synced): Loss | undefined {
  if (log.state === 'readable' && belongs(log.salt, mark)) {
    const there = read(path);
    // One missing commit is a torn last group, whether or not its sync had ended.
    if (there === undefined || there.commits >= mark.commits - 1) return undefined;
    return {
      problem: `${path}-wal is cut off: it ends before commits that were on disk.${missing(mark, there)}`,
      isForeign: false,
    };
  }
  const there = read(path, true);
  // A damaged file is reported when it is opened.
  if (there === undefined) return undefined;
  const isWhole = there.commits >= mark.commits;
  if (log.state === 'readable') {
    return {
      problem: `${path}-wal is the log of another ledger, or of another time.${isWhole ? ' The ledger itself is whole without it.' : missing(mark, there)}`,
      isForeign: true,
    };
  }
  if (isWhole) return undefined;
  return {
    problem: `${path}-wal is ${describe(log)}, although changes were synced to it and the ledger was not closed in order.${missing(mark, there)}`,
    isForeign: true,
  };
}

const belongs = (salt: string, mark: Synced): boolean =>
  salt === mark.salt || isNextGeneration(salt, mark.salt);

const describe = ({ state }: LogContent): string =>
  state === 'no-header' ? 'not readable from its first bytes on' : state;

type There = { readonly commits: number; readonly seq: number; readonly at: number } | undefined;

/** A description of the known loss. */
function missing(mark: Synced | null | undefined, there: There): string {
  if (!mark || there === undefined) return '';
  const commits = Math.max(0, mark.commits - there.commits);
  const changes = mark.seq - there.seq;
  const orders =
    changes > 0
      ? `changes ${there.seq + 1} to ${mark.seq} of orders`
      : 'changes of parties, tokens or settings, and of no order,';
  return ` Known to be lost: ${commits} commits with ${orders}, the last acknowledged at ${new Date(mark.at).toISOString()}; the newest change that is there is ${newest(there)}.`;
}

const newest = (there: There): string =>
  there === undefined || there.seq === 0
    ? 'none'
    : `number ${there.seq}, of ${new Date(there.at).toISOString()}`;

/**
 * The ledger's progress; undefined if the file is unreadable, which its own check reports.
 *
 * @param alone reads the file without its log
 */
function read(path: string, alone = false): There {
  let db: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(path);
    url.search = alone ? '?immutable=1&mode=ro' : '?mode=ro';
    db = new DatabaseSync(url, { readOnly: true });
    const row = db
      .prepare(
        `SELECT (SELECT commits FROM progress) AS commits, h.seq, h.at
         FROM (SELECT 1) LEFT JOIN (SELECT seq, at FROM history ORDER BY seq DESC LIMIT 1) AS h`,
      )
      .get()!;
    return { commits: Number(row.commits), seq: Number(row.seq ?? 0), at: Number(row.at ?? 0) };
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}
