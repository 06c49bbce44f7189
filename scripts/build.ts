// Builds the published package: compiled ESM with types, and the files that the code reads at run time.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
for (const file of globSync(['**/*.sql', '**/sandbox.json'], { cwd: `${root}src` })) {
  cpSync(`${root}src/${file}`, `${root}dist/${file}`);
}
