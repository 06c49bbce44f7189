// `ordergate callbacks`: lists callbacks, shows one, sends one again, sends a body of one's own.
import { readFlags, UsageError } from '../config.ts';
import { sendOwn } from './callback-send.ts';
import { wordOf, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import {
  type Page,
  printList,
  printOne,
  type Reader,
  readerOf,
  readWhole,
  shortTime,
} from './reads.ts';
import { callbacks as TEXT } from './texts/callbacks.ts';

interface Delivery {
  readonly deliveryId: number;
  readonly createdAt: string;
  readonly platform: string;
  readonly party: string;
  readonly orderId: string;
  readonly version: number;
  readonly eventType: string;
  readonly state: string;
  readonly url: string;
  readonly attempts: readonly { readonly status: number | null; readonly error: string | null }[];
}

interface Endpoint {
  readonly endpointId: string;
  readonly platform: string;
  readonly party: string;
  readonly enabled: boolean;
  readonly pausedUntil: string | null;
  readonly url: string;
}

/** What is done to one callback: the path, and the words for it. */
const ACTIONS: Readonly<Record<string, string>> = {
  replay: 'is sent again',
  attempt: 'was sent now',
  'give-up': 'is given up',
};

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given = 'list', id, ...more] = positionals;
  const what = wordOf(given, TEXT);
  const needsId = what === 'show' || Object.hasOwn(ACTIONS, what);
  if (more.length > 0 || needsId !== (id !== undefined)) wrongUse(TEXT);
  if (needsId && !/^\d{1,16}$/.test(id!)) {
    throw new UsageError(`"${id}" is no number of a callback; ordergate callbacks list shows them`);
  }
  const { platform, party, order: orderId, endpoint: endpointId, state, limit, cursor } = values;
  const { json, note } = values;
  if (what === 'send') return sendOwn(values);
  const reader = readerOf(values);
  if (what === 'endpoints') return endpoints(reader, { platform, party }, json);
  if (what === 'show') return printOne(await reader.get(`/callbacks/deliveries/${id}`), json);
  if (what !== 'list') {
    const body = what === 'give-up' ? { note } : {};
    const done = await reader.post<Delivery & { readonly replayed?: number }>(
      `/callbacks/deliveries/${id}/${what}`,
      body,
    );
    if (json) return print(done);
    const last = what === 'attempt' ? done.attempts.at(-1) : undefined;
    const told = last === undefined ? '' : `: ${last.error ?? `status ${last.status}`}`;
    say(`callback ${id} ${ACTIONS[what]}${told}`);
    return last?.error ? 1 : 0;
  }
  const query = { platform, party, orderId, endpointId, state, limit, cursor };
  return printList(await reader.get<Page<Delivery>>('/callbacks/deliveries', query), json, cells);
}

const cells = ({ deliveryId, createdAt, orderId, version, eventType, ...rest }: Delivery) => {
  const { state, attempts, url } = rest;
  const last = attempts.at(-1);
  return [
    shortTime(createdAt),
    String(deliveryId),
    eventType,
    `${orderId} v${version}`,
    state,
    last === undefined ? '-' : (last.error ?? `status ${last.status}`),
    url,
  ];
};

async function endpoints(
  reader: Reader,
  query: Readonly<Record<string, string | undefined>>,
  json: boolean,
): Promise<number> {
  const page = await readWhole<Endpoint>(reader, '/callbacks/endpoints', query);
  return printList(page, json, ({ endpointId, platform, party, enabled, pausedUntil, url }) => [
    endpointId,
    platform,
    party,
    !enabled ? 'off' : pausedUntil === null ? 'on' : 'paused',
    url,
  ]);
}
