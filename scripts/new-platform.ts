// `npm run new-platform NAME`: makes platforms/NAME, a platform that runs and whose tests say what is left to do.
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { platforms } from '../src/platforms/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const TEMPLATE = join(root, 'examples/skeleton');
const USAGE = 'usage: npm run new-platform NAME [-- --in DIRECTORY]';
/** The first segments of the server's own URLs. */
const RESERVED = ['manage', 'healthz', 'readyz', 'metrics', 'docs', 'console', 'skeleton'];

function fail(problem: string): never {
  console.error(`new-platform: ${problem}`);
  process.exit(2);
}

/** Why a platform cannot have the name; null if it can. The name becomes an identifier of TypeScript. */
async function problemOf(name: string): Promise<string | null> {
  if (!/^[a-z][a-z0-9]{0,31}$/.test(name)) {
    return `"${name}" is no name: take 1 to 32 lower-case letters and digits, a letter first`;
  }
  if (platforms.some((one) => one.name === name)) {
    return `"${name}" is a platform of Ordergate already: take another name`;
  }
  if (RESERVED.includes(name)) return `"${name}" is a path of the server itself: take another name`;
  try {
    await import(`data:text/javascript,export const ${name} = 1;`);
    return null;
  } catch {
    return `"${name}" is a word of JavaScript, so no client can be called so: take another name`;
  }
}

/** Copies the template under another name. @returns the number of files and of lines */
function make(name: string, target: string): { files: number; lines: number } {
  const title = name[0]!.toUpperCase() + name.slice(1);
  cpSync(TEMPLATE, target, { recursive: true });
  const files = globSync('**/*.*', { cwd: target });
  let lines = 0;
  for (const file of files) {
    const text = readFileSync(join(target, file), 'utf8')
      .replaceAll('Skeleton', title)
      .replaceAll('skeleton', name);
    lines += text.split('\n').length - 1;
    writeFileSync(join(target, file), text);
  }
  renameSync(join(target, 'skeleton.test.ts'), join(target, `${name}.test.ts`));
  return { files: files.length, lines };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: true,
  options: { in: { type: 'string' } },
});
const [name, ...more] = positionals;
if (name === undefined) fail(`it lacks the name of the platform; ${USAGE}`);
if (more.length > 0) fail(`it takes one name, and not also "${more.join(' ')}"; ${USAGE}`);
const problem = await problemOf(name);
if (problem !== null) fail(problem);

const target = join(resolve(values.in ?? join(root, 'platforms')), name);
const below = relative(process.cwd(), target);
const isOutside = below.startsWith('..');
const shown = isOutside ? target : below;
if (existsSync(target))
  fail(`${shown} exists already, and nothing is overwritten: remove it first`);
mkdirSync(dirname(target), { recursive: true });
// The made folder is a directory of this call alone: a second call at the same time fails here.
mkdirSync(target);
const { files, lines } = make(name, target);

const test = isOutside
  ? `npm install ordergate && node --test ${shown}/${name}.test.ts`
  : `npm test ${shown}/${name}.test.ts`;
console.log(`${shown}: ${files} files, ${lines} lines

To serve it, in a sandbox with fixtures:    npm start -- --platforms ${shown}/index.ts
To load those into a sandbox you had:       npm run ordergate -- reset
To send a first signed call:                paste it from ${shown}/README.md
To test it, and list what is left to do:    ${test}

docs/platform.md explains what each file is for.`);
