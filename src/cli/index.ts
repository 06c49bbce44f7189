#!/usr/bin/env node
// `ordergate COMMAND`, as npm installs it: refuses an old Node with one sentence, then runs the
// command.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Older versions of Node lack functions of node:sqlite that the ledger needs; `engines` in
 * package.json has the same number.
 */
const OLDEST = [24, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `ordergate: it needs Node ${OLDEST.join('.')} or later, and this is Node ${process.versions.node}; install a newer Node (https://nodejs.org), or run it with: npx -p node@24 -p ordergate ordergate\n`,
  );
  process.exitCode = 1;
} else {
  // What V8 compiled is kept in the package itself, where only whoever installs it may write: a
  // directory that everybody writes, such as /tmp, could give a server somebody else's code. A
  // checkout has `scripts/compile-cache.js`.
  if (import.meta.url.endsWith('.js')) {
    module.enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
  }
  // The import must follow the check, because linking fails with a stack on an older Node.
  const { runCommand } = await import('./commands.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
