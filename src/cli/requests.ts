// `ordergate requests`: lists the gateway calls of a server, follows them, and shows one.
import { readFlags, UsageError } from '../config.ts';
import { columns } from './columns.ts';
import { NetworkError } from './errors.ts';
import { wrongUse } from './flags.ts';
import { complain, inOneLine, print, say } from './output.ts';
import { type Page, printList, printOne, type Reader, readerOf, shortTime } from './reads.ts';
import { signatureText } from './signature-text.ts';
import { serverOf } from './target.ts';
import { requests as TEXT } from './texts/develop.ts';
import { askDetective } from './why.ts';
import { wrapped } from './wrapped.ts';

interface Row {
  readonly id: number;
  readonly at: string;
  readonly platform: string;
  readonly party: string | null;
  readonly method: string | null;
  readonly outcome: string;
  readonly orderId: string | null;
  readonly refused: boolean;
  readonly refusedBy: string | null;
  readonly detail: string | null;
  readonly why: { readonly ok: boolean | null; readonly causes: readonly string[] } | null;
}

/** How often `tail` asks for new calls. */
const EVERY_MS = 1000;
const PAGE = '100';
/** Pages of one question of `tail`; beyond them a busy server would hold it up for good. */
const MAX_PAGES = 50;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [what = 'list', id, ...more] = positionals;
  if (!['list', 'tail', 'show'].includes(what)) {
    throw new UsageError(`ordergate requests has no "${what}"; it has: list, tail, show`);
  }
  if (more.length > 0 || (what === 'show') !== (id !== undefined)) wrongUse(TEXT);
  const reader = readerOf(values);
  const { platform, party, outcome, order: orderId, method, limit, cursor, json, why } = values;
  const query = {
    ...{ platform, party, outcome, orderId, method },
    refused: values.refused ? 'true' : undefined,
  };
  if (what === 'show') return show(reader, id!, values);
  if (what === 'tail') return tail(reader, query, json, why);
  const page = await reader.get<Page<Row>>('/requests', { ...query, limit, cursor });
  if (json || !why) return printList(page, json, cells);
  for (const row of page.items) say(textOf(row, true));
  return 0;
}

/** What matters most comes first, because a terminal cuts what comes last. */
const cells = ({ id, at, platform, party, method, outcome, orderId }: Row): string[] => [
  shortTime(at),
  String(id),
  outcome,
  method ?? '-',
  orderId ?? '-',
  party ?? '-',
  platform,
];

function textOf(row: Row, withWhy: boolean): string {
  const line = columns([cells(row)], process.stdout.isTTY);
  if (!withWhy || !row.refused) return line;
  const causes = row.why?.causes.join(', ') ?? '';
  const by = row.refusedBy === null ? '' : `${row.refusedBy}: `;
  const reasons = [row.detail && by + row.detail, causes && `signature: ${causes}`].filter(Boolean);
  return [line, ...reasons.map((reason) => wrapped(inOneLine(String(reason)), '    '))].join('\n');
}

async function show(
  reader: Reader,
  id: string,
  values: Parameters<typeof serverOf>[0] & { readonly json: boolean },
): Promise<number> {
  const row = await reader.get<Row & { readonly body: string }>(
    `/requests/${encodeURIComponent(id)}`,
  );
  const isWrong = row.why?.ok === false;
  const answer = isWrong ? await askDetective(serverOf(values), row.platform, id) : null;
  if (values.json) return print({ ...row, signature: answer });
  const { body: _, ...shown } = row;
  printOne(shown, false);
  if (answer) say(`\n${signatureText(answer)}`);
  return 0;
}

/** Prints the calls that come from now on, until it is ended. */
async function tail(
  reader: Reader,
  query: Readonly<Record<string, string | undefined>>,
  json: boolean,
  why: boolean,
): Promise<number> {
  const newest = await reader.get<Page<Row>>('/requests', { ...query, limit: '1' });
  let last = newest.items[0]?.id ?? 0;
  let isStopped = false;
  let wake = (): void => {};
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopped = true;
      wake();
    });
  }
  if (json) print({ type: 'ready' });
  else complain('Waiting for calls. Ctrl-C ends it.');
  while (!isStopped) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    try {
      const fresh = await since(reader, query, last);
      for (const row of fresh) {
        if (json) print(row);
        else say(textOf(row, why));
      }
      last = fresh.at(-1)?.id ?? last;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      complain(`${error.message}; tried again`);
    }
  }
  return 0;
}

/** The calls after `last`, oldest first. */
async function since(
  reader: Reader,
  query: Readonly<Record<string, string | undefined>>,
  last: number,
): Promise<Row[]> {
  const found: Row[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await reader.get<Page<Row>>('/requests', { ...query, limit: PAGE, cursor });
    const fresh = page.items.filter(({ id }) => id > last);
    found.push(...fresh);
    if (fresh.length < page.items.length || !page.nextCursor || last === 0) break;
    cursor = page.nextCursor;
  }
  return found.sort((a, b) => a.id - b.id);
}
