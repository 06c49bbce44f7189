// Runs the tests: `node scripts/test.ts [--lane quick|long|all] [--engine postgres] [file or glob …]`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LONG } from './test-lanes.ts';

// `platforms/` holds what `npm run new-platform` has made.
const FOLDERS = ['src', 'web', 'test', 'examples', 'platforms'];
const ALL = FOLDERS.map((folder) => `${folder}/**/*.test.ts`);
const root = fileURLToPath(new URL('..', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lane: { type: 'string', default: 'quick' }, engine: { type: 'string' } },
});
if (!['quick', 'long', 'all'].includes(values.lane)) {
  console.error(`There is no lane "${values.lane}": take quick, long or all.`);
  process.exit(2);
}

const find = (globs: readonly string[]) => globSync([...globs], { cwd: root }).sort();
const long = new Set(find(LONG.map(({ files }) => files)));
const found = find(positionals.length > 0 ? positionals : ALL);
// A file that is asked for by name runs, whatever its lane.
const lane = positionals.length > 0 ? 'all' : values.lane;
const files = found.filter((file) => lane === 'all' || long.has(file) === (lane === 'long'));
if (files.length === 0) {
  console.error(`No test file fits ${positionals.join(' ')}.`);
  process.exit(2);
}

// Node strips the types of a source once and keeps what it compiled, for the processes that tests start, too.
const env = {
  ...process.env,
  NODE_COMPILE_CACHE: `${root}node_modules/.cache/ordergate`,
  ...(values.engine === undefined ? {} : { ORDERGATE_TEST_ENGINE: values.engine }),
};
// A platform beside Ordergate imports `ordergate`, which a checkout resolves to its sources.
const conditions = '--conditions=@ordergate/source';
const resolve = `--import=${root}scripts/resolve-sources.js`;
const options = [conditions, resolve, '--test', '--test-timeout=180000'];

let child: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child?.kill(signal));

/** @returns the exit code */
async function run(files: readonly string[], parallel: number): Promise<number> {
  if (files.length === 0) return 0;
  const args = [...options, `--test-concurrency=${parallel}`, ...files];
  child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== null) process.exit(1);
  return code ?? 1;
}

// The slow tests start servers, databases and browsers, so that two of them fill two cores.
const cores = availableParallelism();
const isAlone = new Set(find(LONG.filter(({ alone }) => alone).map(({ files }) => files)));
const together = await run(
  files.filter((file) => !isAlone.has(file)),
  lane === 'quick' ? cores : Math.max(2, cores - 1),
);
const alone = await run(
  files.filter((file) => isAlone.has(file)),
  1,
);
if (lane === 'quick') {
  console.log(
    `${long.size} slow test files were left out: \`npm run test:all\` runs them, and so does CI.`,
  );
}
process.exit(together || alone);
