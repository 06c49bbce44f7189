// Bundles the compiled server: a process loads some ten files instead of 600, which took most of a start.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { build, type Plugin } from 'vite';

/** Becomes part of the bundle, without its 62 languages; other packages stay where npm puts them. */
const INLINED = 'zod';

/** The scripts of threads, which are started by their path. */
const THREADS = [
  'callbacks/poster-worker.js',
  'detective/search-worker.js',
  'scenario-worker.js',
  'storage/sqlite/background-thread.js',
  'storage/sqlite/checkpoint-thread.js',
];

/** What a program imports or starts, by package.json, but for the package of the clients. */
function entries(root: string): string[] {
  const { bin, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const paths = [...Object.values<{ default?: string }>(exports), { default: bin.ordergate }];
  const own = paths
    .map((one) => one.default?.replace(/^(\.\/)?dist\//, ''))
    .filter((path) => path !== undefined && !path.startsWith('client/'));
  return [...(own as string[]), ...THREADS];
}

const HELP =
  /\/dist\/(cli\/(commands|texts|output|explain)|config|settings[\w-]*|setting-readers|version|directory\/(addresses|loopback)|protocol\/(redact|terminal-columns)|core\/errors)\.js$/;

const MARK = 'ordergate-module:';

/**
 * A module finds its neighbours (a thread's script, the SQL of migrations) by `import.meta.url`. In a
 * chunk the plugin writes the URL that the module had before it was bundled.
 */
const ownUrls = (dist: string): Plugin => ({
  name: 'own-urls',
  enforce: 'pre',
  transform(code, id) {
    if (!id.startsWith(dist) || !code.includes('import.meta.url')) return null;
    return code.replaceAll('import.meta.url', `"${MARK}${id.slice(dist.length)}"`);
  },
  renderChunk(code, chunk) {
    return code.replace(
      new RegExp(`"${MARK}([^"]+)"`, 'g'),
      (_, path: string) =>
        `new URL("${relative(dirname(`/${chunk.fileName}`), `/${path}`)}", import.meta.url).href`,
    );
  },
});

/**
 * Replaces the modules that the compiler wrote into `${root}dist/` by a bundle. Declarations stay.
 * @param root the project's directory, with a slash at its end
 */
export async function bundleServer(root: string): Promise<void> {
  const dist = `${root}dist/`;
  const compiled = globSync('**/*.js', { cwd: dist, exclude: ['client', 'console'] });
  await build({
    configFile: false,
    root: dist,
    logLevel: 'warn',
    plugins: [ownUrls(dist)],
    ssr: { noExternal: [INLINED] },
    build: {
      ssr: true,
      target: 'node24',
      outDir: `${dist}bundle`,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(entries(root).map((path) => [path, `${dist}${path}`])),
        output: {
          entryFileNames: '[name]',
          chunkFileNames: 'chunks/[name]-[hash].js',
          // All that --version and --help need is one file; it is loaded in every process.
          codeSplitting: { groups: [{ name: 'help', test: HELP }] },
        },
        preserveEntrySignatures: 'strict',
      },
    },
  });
  for (const path of compiled) rmSync(`${dist}${path}`);
  for (const path of globSync('**/*.js', { cwd: `${dist}bundle` })) {
    const target = `${dist}${path}`;
    if (existsSync(target)) throw new Error(`${target} would be written twice`);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(`${dist}bundle/${path}`, target);
  }
  rmSync(`${dist}bundle`, { recursive: true });
  // Its license asks that the text comes along.
  cpSync(`${root}node_modules/${INLINED}/LICENSE`, `${dist}chunks/LICENSE-${INLINED}.txt`);
}
