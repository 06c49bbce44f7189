// `ordergate parties`: lists who may call a gateway, and shows one.
import { readFlags, UsageError } from '../config.ts';
import { wordOf, wrongUse } from './flags.ts';
import { type Page, printList, printOne, readerOf } from './reads.ts';
import { parties as TEXT } from './texts/operate.ts';

interface Party {
  readonly platform: string;
  readonly partyId: string;
  readonly enabled: boolean;
  readonly keys: readonly object[];
  readonly grants: readonly string[];
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given = 'list', id, ...more] = positionals;
  const what = wordOf(given, TEXT);
  if (more.length > 0 || (what === 'show') !== (id !== undefined)) wrongUse(TEXT);
  const { platform, json } = values;
  const reader = readerOf(values);
  const page = await reader.get<Page<Party>>('/parties', { platform });
  if (what === 'list') {
    return printList(page, json, ({ platform: of, partyId, enabled, keys, grants }) => [
      of,
      partyId,
      enabled ? 'on' : 'off',
      `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
      grants.join(' '),
    ]);
  }
  const found = page.items.filter(({ partyId }) => partyId === id);
  if (found.length === 0) {
    const known = page.items.map(({ partyId }) => partyId).join(', ');
    throw new UsageError(`there is no party "${id}"; there are: ${known}`);
  }
  if (json) return printList({ items: found }, true, () => []);
  for (const party of found) printOne(party, false);
  return 0;
}
