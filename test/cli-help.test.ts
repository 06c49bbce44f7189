// What `ordergate help` prints: no line is wider than a terminal, and every command has an example.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { help, textsOfAll } from '../src/cli/commands.ts';
import { readFlags } from '../src/config.ts';
import { run } from './cli-process.ts';

const COLUMNS = 80;
const commands = await textsOfAll();

function fits(text: string): void {
  for (const line of text.split('\n')) ok(line.length <= COLUMNS, `${line.length}: ${line}`);
}

test('ordergate --help fits one screen of 80 columns and 48 lines, and names every command', async () => {
  const { code, stdout, stderr } = await run(['--help']);
  deepEqual([code, stderr], [0, '']);
  fits(stdout);
  ok(stdout.split('\n').length <= 48, `${stdout.split('\n').length} lines`);
  for (const { name, summary } of commands)
    ok(stdout.includes(`  ${name.padEnd(12)}${summary}`), name);
  equal((await run(['help'])).stdout, stdout);
  equal((await run([])).stdout, stdout);
});

describe('ordergate help COMMAND', () => {
  for (const command of commands) {
    test(`${command.name}: at most 80 columns, with each flag and an example that has no mistake`, async () => {
      const text = await help(command.name);
      fits(text);
      for (const flag of Object.keys(command.flags))
        match(text, new RegExp(`^  --${flag}\\b`, 'm'));
      ok(command.examples.length > 0);
      for (const [line] of command.examples) {
        const [name, ...args] = words(line);
        equal(name, command.name);
        readFlags(args, command.flags);
      }
      for (const word of command.words ?? []) {
        ok(
          command.usage.some((form) => form.includes(word)),
          `no usage shows ${word}`,
        );
      }
    });
  }

  test('settings', async () => fits(await help('settings')));

  test('--help after a command is the same page', async () => {
    equal((await run(['move', '--help'])).stdout, `${await help('move')}\n`);
    equal((await run(['help', 'move'])).stdout, `${await help('move')}\n`);
  });
});

test('docs/cli.md names every command and every exit code', () => {
  for (const page of ['docs/cli.md', 'docs/zh/cli.md']) {
    const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
    for (const { name } of commands) match(text, new RegExp(`\`${name}[ \`]`), `${page}: ${name}`);
    for (const code of [0, 1, 2, 3, 4]) match(text, new RegExp(`^\\| ${code} \\|`, 'm'));
  }
});

test('an error with --json is one line of JSON', async () => {
  const { code, stdout, stderr } = await run(['move', '--json', '--ordr', '1']);
  deepEqual([code, stdout], [2, '']);
  const { error } = JSON.parse(stderr);
  equal(error.code, 'usage');
  match(error.message, /no flag '--ordr'; the nearest is --order/);
});

/** The words of a command line up to a redirection, as a shell reads them. */
function words(line: string): string[] {
  const [command = ''] = line.split(/ [<>|]/);
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}
