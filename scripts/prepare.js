// After `npm ci`: builds the console, and opens and closes a ledger once, so that the first start finds the compile cache filled.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.js';

const root = fileURLToPath(new URL('..', import.meta.url));
if (existsSync(`${root}node_modules/vite`)) await buildConsole();
else console.log('ordergate: /console is not built, since the dev dependencies are not installed');

const directory = mkdtempSync(join(tmpdir(), 'ordergate-prepare-'));
try {
  execFileSync(
    process.execPath,
    [
      '--import',
      './scripts/compile-cache.js',
      'src/cli/index.ts',
      'seed',
      '--platform',
      'jintong',
      '--orders',
      '1',
      '--data',
      directory,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'ignore'] },
  );
} catch {
  // Only the first start is slower for it: without the dev dependencies there is no Node to do it.
} finally {
  rmSync(directory, { recursive: true, force: true });
}
