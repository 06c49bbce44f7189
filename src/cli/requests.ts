// `ordergate requests`: lists the gateway calls of a server, follows them, and shows one.
import { setTimeout } from 'node:timers/promises';
import { readFlags, UsageError } from '../config.ts';
import { columns } from './columns.ts';
import { NetworkError } from './errors.ts';
import { eventParts } from './event-stream.ts';
import { wrongUse } from './flags.ts';
import { FreshCalls } from './fresh-calls.ts';
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

/** How long `tail` waits before it opens an event stream that has ended. */
const RETRY_MS = 1000;

type TailValues = Parameters<typeof serverOf>[0] & {
  readonly json: boolean;
  readonly why: boolean;
};

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
  if (what === 'tail') return tail(reader, query, values);
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

/**
 * Prints the calls that come from now on, until it is ended. The event stream says when to look at the list,
 * and the list says what is new: so a stream that breaks, or that begins anew, leaves no call out and
 * brings none twice. While there is no stream, the list is asked once a second.
 */
async function tail(
  reader: Reader,
  query: Readonly<Record<string, string | undefined>>,
  { json, why, ...values }: TailValues,
): Promise<number> {
  const { url, config } = serverOf(values);
  const calls = new FreshCalls<Row>(reader, query);
  await calls.start();
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  const { signal } = ended;
  if (json) print({ type: 'ready' });
  else complain('Waiting for calls. Ctrl-C ends it.');
  const look = async (): Promise<void> => {
    for (const row of await calls.look()) {
      if (json) print(row);
      else say(textOf(row, why));
    }
  };
  const { platform, party } = query;
  while (!signal.aborted) {
    try {
      await look();
      for await (const _ of eventParts(url, config, { topics: 'calls', platform, party }, signal)) {
        await look();
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      complain(`${error.message}; tried again`);
    }
    await sleep(RETRY_MS, signal);
  }
  return 0;
}

/** Resolves early when the signal aborts. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {});
