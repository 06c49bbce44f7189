// `ordergate orders`: lists the orders of a server, and shows one with its history and callbacks.
import { readFlags } from '../config.ts';
import { wordOf, wrongUse } from './flags.ts';
import { type Page, printList, printOne, readerOf, shortTime } from './reads.ts';
import { orders as TEXT } from './texts/operate.ts';

interface Order {
  readonly platform: string;
  readonly orderId: string;
  readonly party: string;
  readonly state: string;
  readonly stateName: string;
  readonly version: number;
  readonly updatedAt: string;
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given = 'list', id, ...more] = positionals;
  const what = wordOf(given, TEXT);
  if (more.length > 0 || (what === 'show') !== (id !== undefined)) wrongUse(TEXT);
  const { platform, party, state, limit, cursor, json } = values;
  const reader = readerOf(values);
  if (what === 'show') {
    const { items } = await reader.get<Page<Order>>(`/orders/${encodeURIComponent(id!)}`);
    const wanted = items.filter((one) => platform === undefined || one.platform === platform);
    if (json) return printList({ items: wanted }, true, cells);
    for (const order of wanted) printOne(order, false);
    return wanted.length === 0 ? 1 : 0;
  }
  const page = await reader.get<Page<Order>>('/orders', { platform, party, state, limit, cursor });
  return printList(page, json, cells);
}

const cells = ({ platform, orderId, party, state, stateName, version, updatedAt }: Order) => [
  shortTime(updatedAt),
  platform,
  orderId,
  `v${version}`,
  state === stateName ? state : `${state} ${stateName}`,
  party,
];
