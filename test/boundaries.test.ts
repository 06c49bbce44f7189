// The import rules: which folder may know which, and who may use what from outside.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const src = new URL('../src', import.meta.url).pathname;
const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.endsWith('.test.ts'));

/** For each place, the places below src and the packages that it may import. `.` is a file of src itself. */
const RULES: readonly { place: RegExp; may: RegExp; packages: RegExp }[] = [
  { place: /^core\//, may: /^core\//, packages: /^$/ },
  { place: /^protocol\//, may: /^(core|protocol)\//, packages: /^(node:|zod$)/ },
  // Parties and catalog in memory: an operator's, not a protocol's bytes.
  { place: /^directory\//, may: /^(core|protocol|directory)\//, packages: /^(node:|zod$)/ },
  {
    place: /^import\//,
    may: /^(core|protocol|directory|import)\//,
    packages: /^(node:|csv-parse$)/,
  },
  { place: /^storage\//, may: /^(core|storage)\//, packages: /^(node:|pg$)/ },
  {
    place: /^platforms\/index\.ts$/,
    may: /^(platforms\/\w+\/index\.ts|protocol\/)/,
    packages: /^$/,
  },
  // Clauses are data for whoever drives a server, such as the conformance suite: no code of a server.
  { place: /^protocol\/clause\.ts$/, may: /^protocol\/contract\.ts$/, packages: /^$/ },
  {
    place: /^platforms\/(\w+)\/clauses[\w-]*\.ts$/,
    may: /^protocol\/(clause|contract)\.ts$|^platforms\/$1\/(clauses[\w-]*|codes?|code-table|sources|states)\.ts$/,
    packages: /^$/,
  },
  // What the typed clients share is packed for integrators: it may know a contract and a signature only.
  {
    place: /^client\//,
    may: /^client\/|^protocol\/(contract(-values)?|signature-scheme|standard-webhooks)\.ts$/,
    packages: /^node:(crypto|https?|stream|tls|util)$/,
  },
  {
    place: /^platforms\/(\w+)\/client(-\w+)?\.ts$/,
    may: /^(client|core|protocol|platforms\/$1)\//,
    packages: /^node:/,
  },
  {
    place: /^platforms\/(\w+)\//,
    may: /^(core|protocol|directory|platforms\/$1)\//,
    packages: /^(node:|zod$)/,
  },
  { place: /^http\//, may: /^(core|protocol|directory|http)\//, packages: /^(node:|prom-client$)/ },
  // Why a signature is wrong: it works on what a platform tells of a request, and knows no platform.
  { place: /^detective\//, may: /^(core|protocol|directory|detective)\//, packages: /^node:/ },
  // The judge of servers and callers: it knows no platform, and no server's code.
  { place: /^conformance\//, may: /^(protocol|conformance)\//, packages: /^(node:|zod$)/ },
  {
    place: /^people\//,
    may: /^(core|protocol|directory|people)\//,
    packages: /^(node:|openid-client$)/,
  },
  // The pages are made of contracts; of the sign-in pages they share the choice of a language.
  {
    place: /^reference\//,
    may: /^(core|protocol|reference)\/|^directory\/published-keys\.ts$|^people\/sign-in-texts\.ts$|^callbacks\/message\.ts$/,
    packages: /^node:/,
  },
  { place: /^callbacks\//, may: /^(core|protocol|directory|callbacks)\//, packages: /^node:/ },
  {
    place: /^manage\//,
    may: /^(core|protocol|directory|detective|import|people|manage)\//,
    packages: /^(node:|zod$)/,
  },
  {
    place: /^cli\//,
    may: /^(core|protocol|directory|import|conformance|export|cli)\/|^(main|config|settings|version|callers|party-secret|scenarios-here|groups-here)\.ts$/,
    packages: /^node:/,
  },
  // Requests for other tools, made of contracts and of the published keys.
  {
    place: /^export\//,
    may: /^(protocol|export)\/|^directory\/published-keys\.ts$/,
    packages: /^$/,
  },
  { place: /^alarms\//, may: /^(core|protocol|alarms)\//, packages: /^node:/ },
  {
    place: /^management-here\.ts$/,
    may: /^(manage|reference)\/|^http\/(later-routes|routes)\.ts$|^version\.ts$/,
    packages: /^$/,
  },
  {
    place: /^alarms-here\.ts$/,
    may: /^(core|alarms|callbacks|detective)\/|^(config|fault-log|workplace)\.ts$/,
    packages: /^$/,
  },
  // A scenario acts upon a server from outside, as an integrator's program does.
  {
    place: /^scenario\//,
    may: /^(client|scenario)\//,
    packages: /^(node:(net|http)|yaml|zod)$/,
  },
  {
    place: /^scenarios-here\.ts$/,
    may: /^scenario\/|^directory\/published-keys\.ts$|^(main|config|callers|shipped-scenarios)\.ts$/,
    packages: /^node:/,
  },
  // The way into groups places the owners that the parties' platforms name.
  {
    place: /^groups-here\.ts$/,
    may: /^storage\/groups\/|^directory\/owners\.ts$|^(config|platform-file|transfers|version)\.ts$/,
    packages: /^node:/,
  },
  { place: /^shipped-scenarios\.ts$/, may: /^scenario\//, packages: /^node:fs$/ },
  // A run on a sandbox: the thread acts from outside, and its questions go through the server's own routes.
  {
    place: /^scenario-(runs|bridge)\.ts$/,
    may: /^(core|directory|scenario)\/|^http\/(later-routes|router|routes)\.ts$|^(scenario-bridge|shipped-scenarios)\.ts$/,
    packages: /^node:/,
  },
  {
    place: /^scenario-worker\.ts$/,
    may: /^scenario\/|^(callers|scenario-runs)\.ts$/,
    packages: /^node:worker_threads$/,
  },
  {
    place: /^(workplace|sandbox|sandbox-controls)\.ts$/,
    may: /^(core|protocol|directory|import|storage|callbacks)\/|^(config|secrets|workplace|platform-file|require-ledger|scenario-runs)\.ts$/,
    packages: /^node:/,
  },
  {
    place: /^accounts-here\.ts$/,
    may: /^(core|people|manage)\/|^workplace\.ts$/,
    packages: /^$/,
  },
  {
    place: /^signature-here\.ts$/,
    may: /^(core|directory|detective|manage)\/|^(config|workplace)\.ts$/,
    packages: /^$/,
  },
  {
    place: /^entrance\.ts$/,
    may: /^(core|directory|people)\/|^http\/routes\.ts$|^(config|workplace)\.ts$/,
    packages: /^$/,
  },
  { place: /^activity-log\.ts$/, may: /^core\/|^log\.ts$/, packages: /^$/ },
  // OpenTelemetry is loaded by a name that is not known before it is asked for.
  { place: /^tracing\.ts$/, may: /^core\/|^http\/routes\.ts$|^config\.ts$/, packages: /^$/ },
  {
    place: /^start-log\.ts$/,
    may: /^directory\/|^(config|log|sandbox|workplace)\.ts$/,
    packages: /^$/,
  },
  {
    place: /^housekeeping\.ts$/,
    may: /^core\/|^(config|log|workplace)\.ts$/,
    packages: /^$/,
  },
  {
    place: /^platform-file\.ts$/,
    may: /^(config|platforms\/index)\.ts$|^protocol\//,
    packages: /^node:/,
  },
  // The entry for platforms that are not ours: what our own may import, and nothing else.
  { place: /^platform\.ts$/, may: /^(core|protocol|directory)\//, packages: /^zod$/ },
  // What a start takes and gives: types of what main wires.
  {
    place: /^started\.ts$/,
    may: /^alarms-here\.ts$|^(core|protocol|callbacks|people)\/|^(log|workplace)\.ts$/,
    packages: /^$/,
  },
  { place: /^main\.ts$/, may: /^(?!cli\/)/, packages: /^node:/ },
  // The suite for platforms, which starts a server as an integrator's test does.
  { place: /^testing\//, may: /^(core|protocol|client|testing)\/|^main\.ts$/, packages: /^node:/ },
  { place: /^package\.ts$/, may: /^main\.ts$/, packages: /^$/ },
  {
    place: /^(config|secrets|settings|setting-readers)\.ts$/,
    may: /^((protocol|directory)\/|(config|settings|setting-readers)\.ts$|storage\/sqlite\/data-directory\.ts$)/,
    packages: /^node:/,
  },
  { place: /^require-ledger\.ts$/, may: /^storage\/open\.ts$|^config\.ts$/, packages: /^$/ },
  {
    place: /^transfers\.ts$/,
    may: /^(config|secrets|require-ledger|version)\.ts$|^core\/party\.ts$|^storage\/(transfer\/|groups\/|(seal|party-row)\.ts$)/,
    packages: /^node:/,
  },
  // The clients that a command calls with, and the key that it signs with.
  {
    place: /^callers\.ts$/,
    may: /^client\/|^protocol\/contract\.ts$|^platforms\/\w+\/client\.ts$|^platform-file\.ts$/,
    packages: /^$/,
  },
  {
    place: /^party-secret\.ts$/,
    may: /^directory\/published-keys\.ts$|^(config|platform-file|transfers)\.ts$/,
    packages: /^$/,
  },
  {
    place: /^(renew-key|whole-audit)\.ts$/,
    may: /^(core|protocol|directory|people|storage)\/|^log\.ts$/,
    packages: /^$/,
  },
  { place: /^version\.ts$/, may: /^$/, packages: /^$/ },
  { place: /^fault-log\.ts$/, may: /^log\.ts$/, packages: /^$/ },
  { place: /^clock-log\.ts$/, may: /^log\.ts$|^core\/clock(-watch)?\.ts$/, packages: /^$/ },
  { place: /^log\.ts$/, may: /^$/, packages: /^pino(-pretty)?$/ },
];

interface Import {
  readonly file: string;
  /** A path below src, or a package. */
  readonly target: string;
  readonly isPackage: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const names = [
    ...text.matchAll(/(?:^import |^} from |^(?:import|export) .* from |import\()'([^']+)'/gm),
  ].map((found) => found[1]!);
  return names.map((name) => {
    const isPackage = !name.startsWith('.');
    const target = isPackage ? name : relative(src, join(src, dirname(file), name));
    return { file, target, isPackage };
  });
}

function breaks({ file, target, isPackage }: Import): string | undefined {
  const rule = RULES.find(({ place }) => place.test(file));
  if (!rule) return `${file} is in no place that the rules know`;
  const [, own = ''] = rule.place.exec(file)!;
  const allowed = isPackage ? rule.packages : new RegExp(rule.may.source.replace('$1', own));
  return allowed.test(target) ? undefined : `${file} may not import ${target}`;
}

test('every file keeps to the import rules of its folder', () => {
  assert.ok(files.length > 50);
  const broken = files
    .flatMap(importsOf)
    .map(breaks)
    .filter((found) => found !== undefined);
  assert.deepEqual(broken, []);
});

test('the rules do refuse: a platform its sibling, clauses a check, core a package', () => {
  const refused: Import[] = [
    { file: 'platforms/jintong/index.ts', target: 'platforms/suning/wire.ts', isPackage: false },
    { file: 'platforms/ytx/clauses.ts', target: 'platforms/ytx/checks.ts', isPackage: false },
    { file: 'core/order.ts', target: 'node:fs', isPackage: true },
    { file: 'core/order.ts', target: 'protocol/digest.ts', isPackage: false },
    { file: 'protocol/pipeline.ts', target: 'http/server.ts', isPackage: false },
    { file: 'http/server.ts', target: 'manage/index.ts', isPackage: false },
    { file: 'utils/strings.ts', target: 'core/order.ts', isPackage: false },
  ];
  for (const one of refused) assert.ok(breaks(one), `${one.file} → ${one.target}`);
});

/** What an integrator's program loads from @ordergate/client: each entry and all that it imports. */
function packedForClients(): Import[] {
  const waiting = files.filter((file) =>
    /^(client\/(index|webhooks)|platforms\/\w+\/client)\.ts$/.test(file),
  );
  const seen = new Set(waiting);
  const imports: Import[] = [];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const one of importsOf(file)) {
      imports.push(one);
      if (one.isPackage || seen.has(one.target)) continue;
      seen.add(one.target);
      waiting.push(one.target);
    }
  }
  return imports;
}

test('what is packed for clients imports no server, no storage and no package', () => {
  const imports = packedForClients();
  assert.ok(imports.length > 100);
  const server =
    /^(http|manage|cli|storage|callbacks|directory|import)\/|^[\w-]+\.ts$|^platforms\/\w+\/(index|checks|operations|rules|import|seed)\.ts$/;
  const broken = imports.filter(({ target, isPackage }) =>
    isPackage ? !/^node:(buffer|crypto|https?|stream|tls|util)$/.test(target) : server.test(target),
  );
  assert.deepEqual(broken, []);
});

const web = new URL('../web/src', import.meta.url).pathname;
const webFiles = globSync('**/*.{ts,tsx}', { cwd: web });

test('the console knows the management API only: it imports nothing of the server', () => {
  assert.ok(webFiles.length > 20);
  const packages =
    /^(react|react-dom\/client|uplot|@tanstack\/react-(query|router)|antd\/es\/[\w-]+(\/\w+)?)$/;
  for (const file of webFiles.filter((name) => !/\.test\.tsx?$/.test(name))) {
    const text = readFileSync(join(web, file), 'utf8');
    const targets = [...text.matchAll(/(?:^import |from |import\()'([^']+)'/gm)].map((m) => m[1]!);
    for (const target of targets.filter((one) => !one.endsWith('.css'))) {
      if (!target.startsWith('.')) assert.match(target, packages, file);
      else assert.ok(!relative(web, join(web, dirname(file), target)).startsWith('..'), file);
    }
  }
});

test('a file is short, and its first line says what it is for', () => {
  for (const file of [...files, ...webFiles.map((name) => relative(src, join(web, name)))]) {
    const lines = readFileSync(join(src, file), 'utf8').split('\n');
    assert.ok(lines.length <= 300, `${file} has ${lines.length} lines`);
    const first = lines[0]!.startsWith('#!') ? lines[1]! : lines[0]!;
    assert.match(first, /^\/\/ .+[.:]?/, `${file} begins without a sentence`);
  }
});
