// What the console weighs, gzipped: a first page that can be used soon, and no page that costs much more.
import { ok } from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';

const built = new URL('../../dist/console/', import.meta.url);
const KB = 1000;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
}

const manifestFile = new URL('manifest.json', built);
const skip =
  !existsSync(manifestFile) && 'the console is not built: run "npm ci", or "npm run build:console"';
const manifest: Record<string, Chunk> = skip ? {} : JSON.parse(readFileSync(manifestFile, 'utf8'));

/** The files that a page cannot be shown without: what it imports, and their styles. */
function filesOf(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name]!;
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const css of chunk.css ?? []) found.add(css);
  for (const one of chunk.imports ?? []) filesOf(one, found);
  return found;
}

const weigh = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + statSync(new URL(`${file}.gz`, built)).size, 0);

const kb = (bytes: number): string => `${(bytes / KB).toFixed(1)} KB`;

const HOME = 'src/pages/home/home.tsx';

/** What the overview has loaded when it can be used, and when its chart and lists are there, too. */
function overview(): { readonly first: Set<string>; readonly whole: Set<string> } {
  const first = new Set([...filesOf('index.html'), ...filesOf(HOME)]);
  const whole = new Set(first);
  for (const later of manifest[HOME]!.dynamicImports ?? []) {
    for (const file of filesOf(later)) whole.add(file);
    for (const inner of manifest[later]!.dynamicImports ?? []) filesOf(inner, whole);
  }
  return { first, whole };
}

test('the console is built, its overview can be used after 360 KB and is whole after 460 KB', {
  skip,
}, (t) => {
  const { first, whole } = overview();
  t.diagnostic(`overview: ${kb(weigh(first))}, whole ${kb(weigh(whole))}`);
  ok(
    [...whole].some((file) => file.includes('chart')),
    'the chart is among what comes later',
  );
  ok(![...first].some((file) => file.includes('chart')), 'the chart is not among what comes first');
  ok(weigh(first) <= 360 * KB, kb(weigh(first)));
  ok(weigh(whole) <= 460 * KB, kb(weigh(whole)));
});

test('each further page costs at most 120 KB more than the overview', { skip }, (t) => {
  const { whole } = overview();
  const pages = Object.keys(manifest).filter((name) => /^src\/pages\/.*\.tsx$/.test(name));
  const lazy = pages.filter((name) => manifest['index.html']!.dynamicImports!.includes(name));
  ok(lazy.length > 1, 'there are pages');
  for (const name of lazy) {
    const own = [...filesOf(name)].filter((file) => !whole.has(file));
    t.diagnostic(`${name}: ${kb(weigh(own))}`);
    ok(weigh(own) <= 120 * KB, `${name}: ${kb(weigh(own))}`);
  }
});

test('components come by their path: no page has all of antd', { skip }, () => {
  const sources = ['DatePicker', 'ColorPicker', 'Transfer', 'Cascader'];
  const names = Object.values(manifest).map(({ file }) => file);
  for (const name of names.filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(new URL(name, built), 'utf8');
    const found = sources.filter((source) => text.includes(`.displayName="${source}"`));
    ok(found.length === 0, `${name} has ${found}`);
  }
});
