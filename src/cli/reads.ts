// What the commands that read a server share: a query, a list that is printed, one document.
import { columns } from './columns.ts';
import { print, say, visible } from './output.ts';
import { callServer } from './server.ts';
import { type ServerValues, serverOf } from './target.ts';

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor?: string | null;
  /** How far the search in a log came, where its time ended before the page was full. */
  readonly searchedTo?: { readonly at: string } | null;
}

export interface Reader {
  get<Answer>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
}

/** Asks the server that the flags name. */
export function readerOf(values: ServerValues): Reader {
  const { url, config } = serverOf(values);
  return {
    get(path, query = {}) {
      const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
      const text = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
      return callServer(url, 'GET', `${path}${text}`, config, undefined);
    },
    post: (path, body) => callServer(url, 'POST', path, config, body),
  };
}

/** The greatest page that a list answers. */
const WHOLE_PAGE = '1000';

/** All rows of a list, page by page: of those that an operator reads whole, such as parties. */
export async function readWhole<Row>(
  reader: Reader,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Page<Row>> {
  const items: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.get<Page<Row>>(path, { ...query, limit: WHOLE_PAGE, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { items };
}

/** Prints a list: rows in columns, or NDJSON after the line of readiness. */
export function printList<Row extends object>(
  { items, nextCursor = null, searchedTo = null }: Page<Row>,
  json: boolean,
  toCells: (row: Row) => readonly string[],
): number {
  if (json) {
    print({ type: 'ready' });
    for (const item of items) print(item);
    return 0;
  }
  if (items.length === 0) say(searchedTo ? 'nothing found so far' : 'nothing fits');
  else say(columns(items.map(toCells), process.stdout.isTTY));
  if (searchedTo) {
    say(`Searched back to ${shortTime(searchedTo.at)}. Search further: --cursor ${nextCursor}`);
  } else if (nextCursor !== null)
    say(`There is more: --cursor ${nextCursor}, or a greater --limit.`);
  return 0;
}

/** Prints one document, as lines of `name: value` or as JSON. */
export function printOne(document: object, json: boolean): number {
  if (json) return print(document);
  process.stdout.write(`${visible(linesOf(document, '').join('\n'))}\n`);
  return 0;
}

function linesOf(value: object, indent: string): string[] {
  return Object.entries(value).flatMap(([name, one]) => {
    if (one === null || one === undefined || /Shanghai$/.test(name)) return [];
    if (typeof one !== 'object') return [`${indent}${name}: ${one}`];
    if (Object.keys(one).length === 0) return [];
    const isPlain = Array.isArray(one) && one.every((item) => typeof item !== 'object');
    if (isPlain) return [`${indent}${name}: ${one.join(', ')}`];
    if (!Array.isArray(one)) return [`${indent}${name}:`, ...linesOf(one, `${indent}  `)];
    const items = one.flatMap((item) => {
      const [first = '', ...rest] = linesOf(item, `${indent}    `);
      return [`${indent}  - ${first.trimStart()}`, ...rest];
    });
    return [`${indent}${name}:`, ...items];
  });
}

/** The time of day, or the whole time where it is of another day than now. */
export function shortTime(iso: string, now = new Date()): string {
  const local = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = [local.getHours(), local.getMinutes(), local.getSeconds()].map(two).join(':');
  if (local.toDateString() === now.toDateString()) return time;
  const date = [local.getFullYear(), two(local.getMonth() + 1), two(local.getDate())].join('-');
  return `${date} ${time}`;
}
