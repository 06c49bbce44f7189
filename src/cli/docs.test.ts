// `ordergate docs` finds every code of every platform, by its whole name and by its end.
import { equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { PROTOCOLS } from '../callers.ts';
import { widthOf } from '../protocol/terminal-columns.ts';
import { answerOf } from './docs.ts';

const contracts = Object.values(PROTOCOLS).map(({ contract }) => contract);
const all = contracts.flatMap(({ name, codes }) =>
  Object.keys(codes).map((code) => ({ name, code })),
);
const isWhole = (text: string): boolean => all.some(({ code }) => code === text);

/** The codes of an answer of `--json`, each as `platform code`. */
async function found(wanted: string, ...flags: string[]): Promise<string[]> {
  const lines = (await answerOf([wanted, '--json', ...flags])).split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { platform: string; code: string });
  return rows.map(({ platform, code }) => `${platform} ${code}`);
}

describe('each code of each platform', () => {
  for (const { name, code } of all) {
    test(`${name} ${code}`, async () => {
      for (const args of [[code], ['--platform', name, code], [code, '--platform', name]]) {
        match(await answerOf([...args, '--lang', 'en']), /^ {2}Cause: /m);
      }
      ok((await found(code)).includes(`${name} ${code}`));
      // A short name begins after a mark; a name that is a whole code means that one.
      for (const [i, mark] of [...code].entries()) {
        const end = code.slice(i + 1);
        if (!'.:-'.includes(mark) || end === '' || isWhole(end)) continue;
        ok((await found(end)).includes(`${name} ${code}`), end);
        ok((await found(end, '--platform', name)).includes(`${name} ${code}`), end);
      }
    });
  }
});

test('each answer that docs/sandbox.md prints for a Suning call has its page', async () => {
  const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
  const answers = [...page.matchAll(/^\| `suning [^|]*\| `(\S+)` \|/gm)].map(([, code]) => code!);
  const short = answers.filter((code) => code.startsWith('invalid-biz:'));
  ok(short.length >= 16, `${short.length} rows`);
  for (const code of short) {
    const whole = `biz.selfmarket.addleaguerstatus.${code}`;
    match(await answerOf([code, '--lang', 'en']), new RegExp(`^suning ${whole}:[^]*Remedy: `));
    equal((await found(code)).join(), `suning ${whole}`);
  }
});

test('several codes with one end are listed, in 80 columns', async () => {
  for (const lang of ['en', 'zh']) {
    const text = await answerOf(['100', '--lang', lang]);
    match(text, /suning biz\.selfmarket\.addleaguerstatus\.invalid-biz:100: /);
    match(text, /ytx -100: /);
    for (const line of text.split('\n')) ok(widthOf(line) <= 80, line);
  }
});

test('a letter of a name is no end of it, and a flag is no code', async () => {
  for (const wanted of ['07', 'iz:107', '-999', '-1']) {
    await rejects(answerOf([wanted]), /: there is no method and no code "/);
  }
  await rejects(answerOf(['-x']), /there is no flag '-x'/);
});
