// Builds the operator console from web/ into dist/console, unless what is there was built from the same sources.
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
const target = `${root}dist/console`;
const digestFile = `${target}/digest`;

/** The sources, and the lock file: it names the version of everything that is built into the pages. */
function sourceDigest() {
  const digest = createHash('sha256');
  const sources = globSync('**/*.{ts,tsx,css,html,svg}', { cwd: web })
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .sort();
  for (const file of [...sources.map((one) => `web/${one}`), 'package-lock.json']) {
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
  // The package brings the console built, and has no sources of it.
  if (!existsSync(web)) return false;
  const digest = sourceDigest();
  if (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest) return false;
  const { build } = await import('vite');
  const started = performance.now();
  const made = `${target}-${process.pid}`;
  try {
    await build({
      configFile: `${web}/vite.config.ts`,
      root: web,
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
  console.log(`ordergate: built the console in ${seconds} s`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildConsole();
