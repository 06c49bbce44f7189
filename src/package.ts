// The package's entry, `import … from 'ordergate'`: tells an older Node in one sentence what it
// lacks.

/**
 * Older versions of Node lack functions of node:sqlite that the ledger needs; `engines` in
 * package.json has the same number.
 */
const OLDEST = [24, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  const error = new Error(
    `ordergate needs Node ${OLDEST.join('.')} or later, and this is Node ${process.versions.node}: install a newer Node (https://nodejs.org), or run your program with npx -p node@24 node PROGRAM. The clients run here: import from 'ordergate/jintong', 'ordergate/suning' or 'ordergate/ytx'.`,
  );
  // The stack is removed, because it names only files of Node and of this package, which the reader
  // should not change.
  error.stack = `Error [ERR_NODE_TOO_OLD]: ${error.message}`;
  throw Object.assign(error, { code: 'ERR_NODE_TOO_OLD' });
}

export type { Config, Options, Ordergate, Platform, Workplace } from './main.ts';

// The import is dynamic, because linking static imports would fail on an older Node before the
// check.
const main: typeof import('./main.ts') = await import('./main.ts');

export const {
  VERSION,
  auditCommand,
  auditEntries,
  auditSealed,
  backUpLedger,
  callAccounts,
  callLine,
  debugSignature,
  holdsLedgerOf,
  ledgerHeadOf,
  migrateLedger,
  oldRulesOf,
  openWorkplace,
  platforms,
  platformsOf,
  readConfig,
  resetSandbox,
  restoreLedger,
  startOrdergate,
} = main;
