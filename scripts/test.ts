// Runs the tests: `node scripts/test.ts [--lane quick|long|all] [--engine postgres] [file or glob …]`.
import { spawn } from 'node:child_process';
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
// Node leaves one core free. The slow tests need it, for the servers and databases that they start.
const parallel =
  lane === 'quick' ? availableParallelism() : Math.max(1, availableParallelism() - 1);
// A platform beside Ordergate imports `ordergate`, which a checkout resolves to its sources.
const conditions = '--conditions=@ordergate/source';
const resolve = `--import=${root}scripts/resolve-sources.js`;
const options = [
  conditions,
  resolve,
  '--test',
  '--test-timeout=180000',
  `--test-concurrency=${parallel}`,
];
const child = spawn(process.execPath, [...options, ...files], {
  cwd: root,
  env,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (lane === 'quick') {
    console.log(
      `${long.size} slow test files were left out: \`npm run test:all\` runs them, and so does CI.`,
    );
  }
  process.exit(signal === null ? (code ?? 1) : 1);
});
