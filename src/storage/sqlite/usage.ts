// How much room the files of a data directory take, and how long commits take.
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { StorageUsage } from '../../core/storage-usage.ts';
import type { Writer } from './writer.ts';

export function sqliteUsage(
  directory: string,
  { ledgerPath, requestsPath }: { readonly ledgerPath: string; readonly requestsPath: string },
  writer: Writer,
): StorageUsage {
  const bytes = (path: string): number =>
    [path, `${path}-wal`].reduce(
      (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  return {
    onCommit(listener) {
      writer.onCommit = listener;
    },
    async sizes() {
      const { bavail, bsize } = await statfs(directory);
      return {
        ledger: bytes(ledgerPath),
        requestLog: bytes(requestsPath),
        diskFree: bavail * bsize,
      };
    },
  };
}
