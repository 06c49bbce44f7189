// `npm run new-platform NAME`: what it makes runs, passes the suite, and says what is left; wrong names are refused.
// The suite is tried, too: each fault put into the skeleton makes it fail.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from './cli-process.ts';
import { runNode } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const SCRIPT = join(root, 'scripts/new-platform.ts');
/** A place outside the checkout where `ordergate` is installed. */
const outside = temporaryDirectory();
mkdirSync(join(outside, 'node_modules'));
symlinkSync(root, join(outside, 'node_modules/ordergate'), 'dir');

const make = (...args: string[]) => runNode([SCRIPT, ...args, '--in', outside]);
const acme = join(outside, 'acme');

test('a name makes a folder whose files all bear the name', async () => {
  const { code, stdout, stderr } = await make('acme');
  equal(code, 0, stderr);
  const files = globSync('**/*.*', { cwd: acme });
  const lines = files.map((file) => readFileSync(join(acme, file), 'utf8').split('\n').length - 1);
  const sum = lines.reduce((all, one) => all + one, 0);
  ok(stdout.startsWith(`${acme}: ${files.length} files, ${sum} lines\n`), stdout);
  ok(files.includes('acme.test.ts') && files.length >= 14, files.join());
  for (const file of files) {
    ok(!/skeleton/i.test(readFileSync(join(acme, file), 'utf8')), `${file} names the template`);
  }
});

const suiteOf = (folder: string) =>
  runNode(['--conditions=@ordergate/source', '--test', ...globSync(join(folder, '*.test.ts'))]);

test('it passes the platform suite, and its tests list what is left to do', async () => {
  const { code, stdout } = await suiteOf(acme);
  equal(code, 0, stdout);
  match(stdout, /left to do: signature\.ts:\d+ state the vendor's string to sign/);
  match(stdout, /^ℹ todo 1\d$/m);
});

test('it is served, and the first signed call of its README answers what is printed', async () => {
  const flags = ['--data', temporaryDirectory(), '--platforms', join(acme, 'index.ts')];
  const server = await serve(flags);
  const page = readFileSync(join(acme, 'README.md'), 'utf8');
  const [, call, printed] = /```sh\n(TIME=[^`]*?)\n```\n\n```json\n(.*)\n```/.exec(page)!;
  const script = call!.replace('http://127.0.0.1:8787', server.url);
  equal((await promisify(execFile)('sh', ['-c', script])).stdout, printed);
});

test('a folder that exists is never written into', async () => {
  const before = readFileSync(join(acme, 'index.ts'), 'utf8');
  const { code, stderr } = await make('acme');
  equal(code, 2);
  equal(
    stderr,
    `new-platform: ${acme} exists already, and nothing is overwritten: remove it first\n`,
  );
  equal(readFileSync(join(acme, 'index.ts'), 'utf8'), before);
});

test('a name that cannot be one is refused in one line that says what to do', async () => {
  const taken = /: take another name\n$/;
  for (const [args, problem] of [
    [[], /lacks the name of the platform; usage: npm run new-platform NAME/],
    [['a', 'b'], /takes one name, and not also "b"/],
    [['Acme'], /"Acme" is no name: take 1 to 32 lower-case letters and digits, a letter first\n$/],
    [['my-shop'], /is no name/],
    [['a'.repeat(33)], /is no name/],
    [['../x'], /is no name/],
    [['ytx'], taken],
    [['docs'], taken],
    [['await'], taken],
    [['class'], taken],
  ] as const) {
    const { code, stdout, stderr } = await make(...args);
    deepEqual([code, stdout], [2, ''], args.join(' '));
    match(stderr, problem);
    equal(stderr.split('\n').length, 2, stderr);
  }
  deepEqual(globSync('*', { cwd: outside }).sort(), ['acme', 'node_modules']);
});

const FAULTS: readonly [what: string, file: string, from: string, to: string, fails: RegExp][] = [
  [
    'a log that holds the secret',
    'index.ts',
    'redact: (body) => body',
    "redact: (body, call) => body + call.party?.keys[0]?.secret + call.request?.headers['x-acme-sign']",
    /✖ acme: the request log holds no signature/,
  ],
  [
    'a source that is no clause',
    'codes.ts',
    "source: by('N6')",
    "source: by('N99')",
    /documents\/settled\.md has no N99/,
  ],
  [
    'a code that nothing gives',
    'contract.ts',
    "codes: ['CONFLICT', 'UNAVAILABLE', 'FAULT']",
    "codes: ['UNAVAILABLE', 'FAULT']",
    /no check and no method gives the code CONFLICT/,
  ],
  [
    'a client that signs otherwise',
    'client.ts',
    'signatureOf(scheme, { path, time, body }',
    'signatureOf(scheme, { path, time, body: "" }',
    /✖ acme: every sample gives what the contract says/,
  ],
  [
    'a README whose call answers otherwise',
    'README.md',
    '"amount":"79.80"',
    '"amount":"79.81"',
    /✖ acme: the README names every method, and its calls answer what it prints/,
  ],
  [
    'a clause without a number of its own',
    'documents/settled.md',
    '**N7**',
    '**N6**',
    /each number stands once, and in its order/,
  ],
];

for (const [i, [what, file, from, to, fails]] of FAULTS.entries()) {
  test(`the suite finds ${what}`, async () => {
    const copy = join(outside, `faulty${i}`);
    cpSync(acme, copy, { recursive: true });
    const text = readFileSync(join(copy, file), 'utf8');
    ok(text.includes(from), `${file} holds ${from}`);
    writeFileSync(join(copy, file), text.replace(from, to));
    const { code, stdout } = await suiteOf(copy);
    equal(code, 1, stdout);
    match(stdout, fails);
  });
}
