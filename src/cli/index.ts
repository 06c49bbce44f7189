#!/usr/bin/env node
// `ordergate COMMAND`, as npm installs it: refuses a Node that is too old in one sentence, then runs the command.

/** node:sqlite of an older Node lacks what the ledger needs; package.json says the same under `engines`. */
const OLDEST = [24, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `ordergate: it needs Node ${OLDEST.join('.')} or later, and this is Node ${process.versions.node}; install a newer Node (https://nodejs.org), or run it with: npx -p node@24 -p ordergate ordergate\n`,
  );
  process.exitCode = 1;
} else {
  // Not before: what an older Node does not have would fail while modules are linked, with a stack.
  const { runCommand } = await import('./commands.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
