// Bundles the compiled server: a process loads some ten files instead of 600, which took most of a start.
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
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
  'storage/sqlite/creation-thread.js',
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

/**
 * Chunks of what a server loads at its start: Node resolves, reads and links each file of its own, so
 * there are few. What a thread, a platform of a file, or a command beside the server loads as well is in
 * chunks of their own, so that none of them loads a server. A module is in the first that fits.
 */
function serverChunks(dist: string): { name: string; test: (id: string) => boolean }[] {
  const at = (path: string): string => `${dist}${path}`;
  const server = reached(at('cli/serve.js'));
  const commands = globSync(at('cli/*.js')).filter((path) => !reached(path).has(at('main.js')));
  const users = [
    ...THREADS.map((path) => ({ name: basename(path, '.js'), roots: [at(path)] })),
    { name: 'platform', roots: [at('platform.js')] },
    { name: 'commands', roots: commands },
    { name: 'server', roots: [...server] },
  ];
  return [
    { name: 'help', test: (id) => HELP.test(id) },
    { name: 'zod', test: (id) => ZOD.test(id) },
    ...users.map(({ name, roots }) => {
      const modules = new Set(roots.flatMap((root) => [...reached(root)]));
      return { name, test: (id: string) => server.has(id) && modules.has(id) };
    }),
  ];
}

const IMPORT = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](\.[^'"]+)['"]/gm;

/** What schemas need of zod; the rest is for a platform of a file, which may use all of zod. */
const ZOD =
  /\/zod\/v4\/(core\/(?!index)|classic\/(?!index|external|from-json-schema)|locales\/en\.js$)/;

/** A compiled module, and all that it imports without `import()`. */
function reached(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, to] of readFileSync(path, 'utf8').matchAll(IMPORT))
    reached(join(dirname(path), to!), found);
  return found;
}

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

/** `import { a, b as c } from "node:x"`, `import a from "node:x"` or `import * as a from "node:x"`, alone in a line. */
const BUILTIN = /^import (?:\{ (.+) \}|(?:\* as )?(\S+)) from "(node:[\w/]+)";$/gm;

/**
 * An import of one of Node's modules reads all that the module exports, and many exports load further
 * modules when they are read: `node:crypto` the web's cryptography, `node:fs` its streams and promises.
 * A chunk takes the modules from the process instead, which reads nothing that the chunk does not use.
 */
const ownBuiltins: Plugin = {
  name: 'own-builtins',
  renderChunk(code, chunk) {
    // The entry of the command line has to link on a Node that is too old, so that it can say so.
    if (chunk.fileName === 'cli/index.js') return null;
    return code.replaceAll(BUILTIN, (_, names: string | undefined, whole: string, from: string) => {
      const target = names === undefined ? whole : `{ ${names.replaceAll(' as ', ': ')} }`;
      return `const ${target} = process.getBuiltinModule("${from}");`;
    });
  },
};

/**
 * Writes every character beyond ASCII as an escape: Node takes a file of ASCII as it is, and decodes
 * any other into twice its size. A backslash before such a character would escape the escape.
 */
function ascii(code: string): string {
  const escaped = /.*\\[^\0-\x7f].*/.exec(code);
  if (escaped) throw new Error(`a backslash before a character beyond ASCII: ${escaped[0]}`);
  return code.replace(
    /[^\0-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

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
    plugins: [ownUrls(dist), ownBuiltins],
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
          codeSplitting: {
            includeDependenciesRecursively: false,
            groups: serverChunks(dist).map((group, i, { length }) => ({
              ...group,
              priority: length - i,
            })),
          },
        },
        preserveEntrySignatures: 'allow-extension',
      },
    },
  });
  for (const path of compiled) rmSync(`${dist}${path}`);
  for (const path of globSync('**/*.js', { cwd: `${dist}bundle` })) {
    const target = `${dist}${path}`;
    if (existsSync(target)) throw new Error(`${target} would be written twice`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ascii(readFileSync(`${dist}bundle/${path}`, 'utf8')));
  }
  rmSync(`${dist}bundle`, { recursive: true });
  // Its license asks that the text comes along.
  cpSync(`${root}node_modules/${INLINED}/LICENSE`, `${dist}chunks/LICENSE-${INLINED}.txt`);
}
