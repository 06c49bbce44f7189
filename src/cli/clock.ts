// `ordergate clock`: shows the clock of a sandbox, and moves it forward.
import { readFlags } from '../config.ts';
import { readDuration } from './duration.ts';
import { wordOf, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { readerOf } from './reads.ts';
import { clock as TEXT } from './texts/develop.ts';

interface Clock {
  readonly now: string;
  readonly offsetSeconds: number;
}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given = 'show', by, ...more] = positionals;
  const what = wordOf(given, TEXT);
  if (more.length > 0 || (what === 'move') !== (by !== undefined)) wrongUse(TEXT);
  const advanceSeconds = by === undefined ? 0 : readDuration(by, 'clock move');
  const reader = readerOf(values);
  const clock = await (what === 'show'
    ? reader.get<Clock>('/clock')
    : reader.post<Clock>('/clock', { advanceSeconds }));
  if (values.json) return print(clock);
  const { now, offsetSeconds } = clock;
  say(`${now} (${offsetSeconds === 0 ? "the world's time" : `${offsetSeconds} s ahead`})`);
  return 0;
}
