// Builds the published packages: compiled ESM with types, and the files that the code reads at run time.
import { cpSync, globSync, rmSync } from 'node:fs';
import { buildClient, compile, repairDeclarations } from './build-client.ts';
// @ts-expect-error: plain JavaScript, since `prepare` runs it before anything is checked.
import { buildConsole } from './build-console.js';
import { bundleServer } from './build-server.ts';

const root = new URL('..', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
compile('tsconfig.build.json');
repairDeclarations(`${root}dist`);
await bundleServer(root);
await buildConsole();
const FILES = ['**/*.sql', '**/sandbox.json', '**/documents/settled.md', 'scenario/shipped/*.yaml'];
for (const file of globSync(FILES, {
  cwd: `${root}src`,
})) {
  cpSync(`${root}src/${file}`, `${root}dist/${file}`);
}
// The suite of `ordergate/testing` has the clients in its bundle; what the compiler wrote of them goes.
rmSync(`${root}dist/client`, { recursive: true, force: true });
// A package of its own below dist, which this one carries and exports as well.
buildClient(`${root}dist/client`);
