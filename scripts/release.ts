// `npm run release -- 1.2.3`: writes the version into package.json and CHANGELOG.md. `--check v1.2.3`: a tag fits both.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');
const USAGE = 'usage: npm run release -- VERSION, or: npm run release -- --check TAG';

function fail(problem: string): never {
  console.error(`release: ${problem}`);
  process.exit(2);
}

/** -1, 0 or 1. Versions are `1.2.3`, without what comes after a hyphen. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const i = left!.findIndex((number, at) => number !== right![at]);
  return i < 0 ? 0 : Math.sign(left![i]! - right![i]!);
}

const released = (): string[] =>
  [...read('CHANGELOG.md').matchAll(/^## \[(\d+\.\d+\.\d+)\]/gm)].map((found) => found[1]!);

function check(tag: string): void {
  const { version } = JSON.parse(read('package.json'));
  if (tag !== `v${version}`) fail(`the tag is ${tag}, and package.json says ${version}`);
  if (released()[0] !== version) fail(`the newest release in CHANGELOG.md is ${released()[0]}`);
  console.log(`${tag} is the version of package.json and of CHANGELOG.md`);
}

function release(version: string): void {
  if (!/^\d+\.\d+\.\d+$/.test(version)) fail(`"${version}" is no version: write it as 1.2.3`);
  const [newest] = released();
  if (newest !== undefined && compare(version, newest) <= 0) {
    fail(`${version} is not after ${newest}, the newest release in CHANGELOG.md`);
  }
  const changes = read('CHANGELOG.md');
  const unreleased = changes.split('## [Unreleased]\n')[1]?.split('\n## [')[0];
  if (!unreleased?.trim()) fail('CHANGELOG.md has nothing under [Unreleased]: say what changes');
  const date = new Date().toISOString().slice(0, 10);
  const heading = `## [Unreleased]\n\n## [${version}] - ${date}\n`;
  writeFileSync(`${root}CHANGELOG.md`, changes.replace('## [Unreleased]\n', heading));
  for (const file of ['package.json', 'package-lock.json']) {
    const text = read(file);
    const before = JSON.parse(text).version;
    // The lock has the version twice: of the package, and of its root.
    const times = file === 'package.json' ? 1 : 2;
    let changed = text;
    for (let i = 0; i < times; i++) {
      changed = changed.replace(`"version": "${before}"`, `"version": "\0"`);
    }
    writeFileSync(root + file, changed.replaceAll('\0', version));
  }
  console.log(`package.json, package-lock.json and CHANGELOG.md say ${version}. docs/releases.md has the next steps:

  git commit -am "release: ${version}" && git tag -s v${version} -m v${version}
  git push origin main v${version}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'string' } },
});
if (values.check !== undefined) check(values.check);
else if (positionals.length === 1) release(positionals[0]!);
else fail(USAGE);
