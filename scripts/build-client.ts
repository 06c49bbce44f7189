// Builds @ordergate/client: what the typed clients need, and nothing of the server.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;

/** @param project a tsconfig of the project's root */
export function compile(project: string, ...more: string[]): void {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  execFileSync(process.execPath, [tsc, '-p', project, ...more], { cwd: root, stdio: 'inherit' });
}

/** The compiler leaves the extension .ts in the imports of declarations, which some tools do not resolve. */
export function repairDeclarations(directory: string): void {
  for (const file of globSync('**/*.d.ts', { cwd: directory })) {
    const text = readFileSync(`${directory}/${file}`, 'utf8');
    const repaired = text.replace(/(['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2');
    writeFileSync(`${directory}/${file}`, repaired);
  }
}

/** @param directory where the package goes; `npm pack` packs it from there */
export function buildClient(directory: string): void {
  compile('tsconfig.client.json', '--outDir', directory);
  repairDeclarations(directory);
  const readJson = (file: string) => JSON.parse(readFileSync(`${root}${file}`, 'utf8'));
  const { version } = readJson('package.json');
  const { name, ...others } = readJson('src/client/package.json');
  const written = JSON.stringify({ name, version, ...others }, null, 2);
  writeFileSync(`${directory}/package.json`, `${written}\n`);
  cpSync(`${root}LICENSE`, `${directory}/LICENSE`);
  cpSync(`${root}src/client/README.md`, `${directory}/README.md`);
}
