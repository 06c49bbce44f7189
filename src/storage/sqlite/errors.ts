// Distinguishes a damaged file from a full disk and other errors, so that nobody replaces a sound
// ledger.
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file is not ours, is damaged, or is newer than this program. Nothing was changed. */
export class UnusableFileError extends Error {
  readonly code = 'ERR_UNUSABLE_FILE';
  override readonly name = 'UnusableFileError';
}

/** The disk is full. The files on it are unchanged. */
export class FullDiskError extends Error {
  readonly code = 'ERR_DISK_FULL';
  override readonly name = 'FullDiskError';
}

/** https://sqlite.org/rescode.html: the low byte of a result code. */
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** With less room, SQLite cannot create the 32 KiB index of a log. */
const ROOM_BYTES = 256 * 1024;

const resultOf = (error: unknown): number | undefined => {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
};

/** Whether the file itself is damaged. Only then may the message recommend restoring a backup. */
export function isDamage(error: unknown): boolean {
  const result = resultOf(error);
  return result === CORRUPT || result === NOT_A_DATABASE;
}

export function isFullDisk(error: unknown, path: string): boolean {
  const { code } = error as { code?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  const result = resultOf(error);
  if (result === FULL) return true;
  return (result === IO_ERROR || result === CANNOT_OPEN) && hasNoRoom(path);
}

function hasNoRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < ROOM_BYTES;
  } catch {
    return false;
  }
}

/** Explains an error of SQLite or of the system about `path`; returns other errors unchanged. */
export function explain(error: unknown, path: string): Error {
  if (isFullDisk(error, path)) return new FullDiskError(fullDisk(path));
  if (isDamage(error)) return new UnusableFileError(damaged(path, (error as Error).message));
  if (resultOf(error) === undefined) return error as Error;
  return new UnusableFileError(
    `${path} cannot be read or written (${(error as Error).message}), which does not mean that it is damaged. Nothing was changed. Look at the disk and at the rights of ${dirname(path)}, then try again.`,
  );
}

export const fullDisk = (path: string): string =>
  `The disk of ${path} is full. The file is not damaged, and nothing was changed. Make room on that disk, then try again.`;

export const damaged = (path: string, problem: string): string =>
  `${path} is damaged (${problem}). Nothing was changed. Put a backup in its place, or start with another data directory.`;
