// `ordergate parties`: lists who may call a gateway, and shows one.
import { readFlags, UsageError } from '../config.ts';
import { wordOf, wrongUse } from './flags.ts';
import { printList, printOne, readerOf, readWhole } from './reads.ts';
import { ServerRefusal } from './server.ts';
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
  const page = await readWhole<Party>(reader, '/parties', { platform, party: id }).catch(refused);
  if (what === 'list') {
    return printList(page, json, ({ platform: of, partyId, enabled, keys, grants }) => [
      of,
      partyId,
      enabled ? 'on' : 'off',
      `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
      grants.join(' '),
    ]);
  }
  if (json) return printList(page, true, () => []);
  for (const party of page.items) printOne(party, false);
  return 0;
}

/** A party or a platform that there is not is a wrong use of the command; the server lists those that there are. */
function refused(error: unknown): never {
  if (error instanceof ServerRefusal && error.status === 400) throw new UsageError(error.message);
  throw error;
}
