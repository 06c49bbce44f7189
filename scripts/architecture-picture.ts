// Draws docs/pictures/architecture.svg: the folders of src/ and which of them imports which, read from the sources.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svg, xml } from './svg.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
/** The files of src/ itself: what wires the folders. */
const MAIN = 'main';

const placeOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : MAIN);

/** The folders that each folder imports; what only tests import does not count. */
export function importsOfFolders(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of globSync('**/*.ts', { cwd: src }).sort()) {
    if (file.endsWith('.test.ts')) continue;
    const from = placeOf(file);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    const text = readFileSync(join(src, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:^import |from |import\()'(\.[^']+)'/gm)) {
      const to = placeOf(join(dirname(file), path!));
      if (to !== from) targets.add(to);
    }
  }
  return graph;
}

/** The length of the longest way down from a folder. @throws where folders import each other in a circle */
function levelsOf(graph: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const levels = new Map<string, number>();
  const visit = (name: string, way: readonly string[]): number => {
    if (way.includes(name)) throw new Error(`a circle of imports: ${[...way, name].join(' → ')}`);
    const known = levels.get(name);
    if (known !== undefined) return known;
    const below = [...graph.get(name)!].map((one) => visit(one, [...way, name]));
    const level = Math.max(-1, ...below) + 1;
    levels.set(name, level);
    return level;
  };
  for (const name of graph.keys()) visit(name, []);
  return levels;
}

/** Without the imports that another way implies: `a → c` where there is `a → b → c`. */
function reduced(graph: ReadonlyMap<string, ReadonlySet<string>>): [string, string][] {
  const reaches = (from: string, to: string): boolean =>
    [...graph.get(from)!].some((next) => next === to || reaches(next, to));
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .map((to): [string, string] => [from, to]),
  );
}

/** What ARCHITECTURE.md says that a folder holds, as much as fits into a box. */
function captionOf(name: string): string {
  const row = new RegExp(`^\\| \`src/${name}(?:\\.ts|/[A-Z]*/?)\` \\| ([^|]+) \\|`, 'm');
  const [, holds = ''] = row.exec(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')) ?? [];
  const clause = holds.split(/[;:(]/)[0]!.replaceAll('`', '').trim();
  let caption = '';
  for (const part of clause.split(', ')) {
    const longer = caption === '' ? part : `${caption}, ${part}`;
    if (longer.length > 30 && caption !== '') break;
    caption = longer;
  }
  // A single long part ends with the last word that fits.
  if (caption.length <= 33) return caption;
  const words = caption.slice(0, 33).replace(/ \S*$/, '');
  return words.replace(/( (of|as|and|the|to|a))+$/, '');
}

/** The parts of a folder that a reader looks for. */
function partsOf(name: string): string {
  if (name !== 'platforms' && name !== 'storage') return '';
  const entries = readdirSync(join(src, name), { withFileTypes: true });
  return entries
    .flatMap((one) => (one.isDirectory() ? one.name : []))
    .sort()
    .join(' · ');
}

const [BOX_W, PASS_W, BOX_H, GAP_X, GAP_Y, EDGE] = [196, 4, 56, 16, 52, 24] as const;

const STYLE = `
  .page { fill: #ffffff } .box { fill: #f4f6fa; stroke: #9aa7bd } .core { fill: #dfeaff; stroke: #3f6fd8 }
  .name { font: 600 15px ui-monospace, Menlo, Consolas, monospace; fill: #17223b }
  .text { font: 11.5px system-ui, sans-serif; fill: #52607a }
  .edge { fill: none; stroke: #8b98b0; stroke-width: 1.3 } .apart { stroke-dasharray: 4 4 } .tip { fill: #8b98b0 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #10151f } .box { fill: #1b2332; stroke: #4b5a75 } .core { fill: #1d2f55; stroke: #6f9bff }
    .name { fill: #e8edf7 } .text { fill: #a9b5ca } .edge { stroke: #5f6e8a } .tip { fill: #5f6e8a }
  }`;

/** A box, or a place in a row where a long arrow passes between boxes. */
interface Item {
  readonly key: string;
  /** The folder; absent where an arrow passes. */
  readonly name?: string;
  readonly above: string[];
  readonly below: string[];
}

/** The rows from top to bottom. An arrow over several rows passes each between two boxes. */
function rowsOf(edges: readonly (readonly [string, string])[], rowOf: ReadonlyMap<string, number>) {
  const rows: Item[][] = Array.from({ length: Math.max(...rowOf.values()) + 1 }, () => []);
  const items = new Map<string, Item>();
  const add = (row: number, key: string, name?: string): void => {
    const item = { key, above: [], below: [], ...(name !== undefined && { name }) };
    items.set(key, item);
    rows[row]!.push(item);
  };
  for (const [name, row] of [...rowOf].sort()) add(row, name, name);
  const ways = edges.map(([from, to]) => {
    const way = [from];
    for (let row = rowOf.get(from)! + 1; row < rowOf.get(to)!; row++) {
      const key = `${from} ${to} ${row}`;
      add(row, key);
      way.push(key);
    }
    way.push(to);
    for (let i = 1; i < way.length; i++) {
      items.get(way[i - 1]!)!.below.push(way[i]!);
      items.get(way[i]!)!.above.push(way[i - 1]!);
    }
    return { from, to, way };
  });
  return { rows, ways };
}

const widthOf = ({ name }: Item): number => (name === undefined ? PASS_W : BOX_W);
const widthOfRow = (row: readonly Item[]): number =>
  row.reduce((sum, item) => sum + widthOf(item) + GAP_X, -GAP_X);

/** Where each item stands in a drawing of this width: the middle of its upper edge. */
function placesOf(rows: readonly Item[][], width: number): Map<string, { x: number; y: number }> {
  const places = new Map<string, { x: number; y: number }>();
  for (const [i, row] of rows.entries()) {
    let x = (width - widthOfRow(row)) / 2;
    for (const item of row) {
      places.set(item.key, { x: x + widthOf(item) / 2, y: EDGE + i * (BOX_H + GAP_Y) });
      x += widthOf(item) + GAP_X;
    }
  }
  return places;
}

/** Orders each row by where its neighbours stand, down and up again, so that few arrows cross. */
function untangle(rows: Item[][], width: number): void {
  for (let turn = 0; turn < 12; turn++) {
    const isDown = turn % 2 === 0;
    for (const row of isDown ? rows : [...rows].reverse()) {
      const places = placesOf(rows, width);
      const wish = ({ key, above, below }: Item): number => {
        const near = isDown ? above : below;
        const sum = near.reduce((all, one) => all + places.get(one)!.x, 0);
        return near.length === 0 ? places.get(key)!.x : sum / near.length;
      };
      const wishes = new Map(row.map((item) => [item.key, wish(item)]));
      row.sort((a, b) => wishes.get(a.key)! - wishes.get(b.key)! || (a.key < b.key ? -1 : 1));
    }
  }
}

/** The drawing. The same sources give the same bytes. */
export function architecturePicture(): string {
  const graph = importsOfFolders();
  const levels = levelsOf(graph);
  const top = Math.max(...levels.values());
  const rowOf = new Map([...levels].map(([name, level]) => [name, top - level]));
  // The console is a program of its own: it knows the management API, by HTTP.
  rowOf.set('web', rowOf.get('manage')! - 1);
  const { rows, ways } = rowsOf([...reduced(graph), ['web', 'manage'] as const], rowOf);
  const width = Math.max(...rows.map(widthOfRow)) + 2 * EDGE;
  const height = rows.length * (BOX_H + GAP_Y) - GAP_Y + 2 * EDGE;
  untangle(rows, width);
  const places = placesOf(rows, width);
  const edges = ways.map(({ from, to, way }) => {
    const points = way.map((key) => places.get(key)!);
    let d = `M${points[0]!.x} ${points[0]!.y + BOX_H}`;
    for (const [i, { x, y }] of points.entries()) {
      if (i === 0) continue;
      const [before, end] = [points[i - 1]!, i === points.length - 1 ? y - 5 : y];
      const begin = before.y + BOX_H;
      const middle = (begin + end) / 2;
      d += ` C${before.x} ${middle} ${x} ${middle} ${x} ${end}`;
      if (i < points.length - 1) d += ` V${y + BOX_H}`;
    }
    const apart = from === 'web' ? ' apart' : '';
    return `<path class="edge${apart}" d="${d}" marker-end="url(#tip)"><title>${from} imports ${to}</title></path>`;
  });
  const boxes = [...rowOf.keys()].sort().map((name) => {
    const { x, y } = places.get(name)!;
    const label = name === MAIN ? 'main.ts' : `${name}/`;
    const caption =
      name === 'web' ? 'the console, by HTTP alone' : partsOf(name) || captionOf(name);
    return [
      `<rect class="box${name === 'core' ? ' core' : ''}" x="${x - BOX_W / 2}" y="${y}" width="${BOX_W}" height="${BOX_H}" rx="8"/>`,
      `<text class="name" x="${x}" y="${y + 24}" text-anchor="middle">${xml(label)}</text>`,
      `<text class="text" x="${x}" y="${y + 43}" text-anchor="middle">${xml(caption)}</text>`,
    ].join('\n');
  });
  const label =
    'The folders of src. An arrow leads from a folder to one that it imports; arrows that follow from others are left out.';
  return svg(width, height, label, STYLE, [
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    `<rect class="page" width="${width}" height="${height}" rx="10"/>`,
    ...edges,
    ...boxes,
  ]);
}
