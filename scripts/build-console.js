// Builds the operator console and the script of the reference into dist/, unless what is there was built from the same sources.
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const web = `${root}web`;

/** Each is built into a folder of its own, unless it was built from the same sources. */
const PARTS = [
  {
    title: 'the console',
    root: web,
    target: `${root}dist/console`,
    sources: ['web/{src,public}/**/*.{ts,tsx,css,svg}', 'web/*.{ts,html}'],
  },
  {
    title: 'the script of the reference',
    root: `${web}/reference`,
    target: `${root}dist/docs`,
    // The clients of the platforms are built into it.
    sources: [
      'web/reference/*.ts',
      'src/{client,protocol,reference}/**/*.ts',
      'src/platforms/*/*.ts',
    ],
  },
];

/** The sources, and the lock file: it names the version of everything that is built into the pages. */
function sourceDigest(patterns) {
  const digest = createHash('sha256');
  const sources = globSync(patterns, { cwd: root })
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .sort();
  for (const file of [...sources, 'package-lock.json']) {
    digest
      .update(`${file}\n`)
      .update(readFileSync(root + file))
      .update('\n');
  }
  digest.update(readFileSync(fileURLToPath(import.meta.url)));
  return digest.digest('hex');
}

/** Files are compressed once, here, and not at each request. */
function compress(directory) {
  for (const name of readdirSync(directory)) {
    if (!/\.(js|css|svg|html)$/.test(name)) continue;
    const bytes = readFileSync(`${directory}/${name}`);
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
    writeFileSync(`${directory}/${name}.br`, brotliCompressSync(bytes, options));
    writeFileSync(`${directory}/${name}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

/** Resolves to whether anything was built. */
export async function buildConsole() {
  // The package brings the pages built, and has no sources of them.
  if (!existsSync(web)) return false;
  const built = [];
  for (const part of PARTS) built.push(await buildPart(part));
  return built.includes(true);
}

async function buildPart({ title, root: sources, target, sources: patterns }) {
  const digest = sourceDigest(patterns);
  const digestFile = `${target}/digest`;
  if (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest) return false;
  const { build } = await import('vite');
  const started = performance.now();
  const made = `${target}-${process.pid}`;
  try {
    await build({
      configFile: `${sources}/vite.config.ts`,
      root: sources,
      logLevel: 'warn',
      build: { outDir: made, emptyOutDir: true },
    });
    compress(made);
    compress(`${made}/assets`);
    writeFileSync(`${made}/digest`, digest);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(`${root}dist`, { recursive: true });
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`ordergate: built ${title} in ${seconds} s`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildConsole();
