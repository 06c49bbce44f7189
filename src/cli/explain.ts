// Explains an error to a person: one sentence with the remedy, or the stack if the error is a bug.

import { inOneLine } from './output.ts';

/** Our errors whose message states the problem and the remedy. */
const EXPLAINED = new Set([
  'ERR_CONFIG',
  'ERR_UNUSABLE_FILE',
  'ERR_DISK_FULL',
  'ERR_UNUSABLE_DATABASE',
  'ERR_COPY',
  'ERR_GROUP_MOVE',
  'ERR_DATA_DIRECTORY_IN_USE',
  'ERR_MASTER_KEY',
  'ERR_IMPORT_SYNTAX',
  'ERR_LEDGER_UNAVAILABLE',
  'ERR_NETWORK',
]);

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

/** Errors of the operating system, each with its remedy. */
const SYSTEM: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: ({ address, port }) =>
    `another program listens on port ${port} already (EADDRINUSE ${address}:${port}); stop it, or take another port with --port (PORT)`,
  EADDRNOTAVAIL: ({ address }) =>
    `this machine has no address ${address} (EADDRNOTAVAIL); name one of its own with --host (HOST), such as 127.0.0.1 or 0.0.0.0`,
  EACCES: ({ syscall, port, path, message }) =>
    syscall === 'listen'
      ? `this user may not listen on port ${port} (EACCES); take one from 1024 on with --port (PORT)`
      : `${path ?? message} may not be read or written by this user (EACCES); change its permissions, or name another place`,
  EPERM: ({ path, message }) =>
    `${path ?? message} may not be changed by this user (EPERM); name another place`,
  ENOENT: ({ path, message }) =>
    `ENOENT: ${path ?? message} does not exist; check the name, and the directory that it is meant from`,
  EEXIST: ({ path, message }) =>
    `${path ?? message} is there already (EEXIST); name another, or remove it`,
  ENOTDIR: ({ path, message }) =>
    `${path ?? message} has a file where a directory has to be (ENOTDIR); name a directory`,
  EISDIR: ({ path, message }) => `${path ?? message} is a directory (EISDIR); name a file`,
  EROFS: ({ path, message }) =>
    `${path ?? message} is on a file system that cannot be written (EROFS); name another place`,
  ENOSPC: ({ message }) => `${message}. The disk is full: make room there, then try again.`,
  EAI_AGAIN: ({ message }) => `a name cannot be looked up now (${message}); check the network`,
  ENOTFOUND: ({ message }) =>
    `a host name is unknown (${message}); check --host (HOST), or the URL`,
};

export function explain(error: unknown): string {
  const known = error as SystemError;
  const { code, message, stack } = known;
  if (code !== undefined && EXPLAINED.has(code)) return inOneLine(message);
  if (code !== undefined && Object.hasOwn(SYSTEM, code)) return inOneLine(SYSTEM[code]!(known));
  return stack ?? String(error);
}
