// The completion scripts in the real shells: what a person gets who presses the Tab key.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { run } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const missing = (shell: string): string | false =>
  spawnSync(shell, ['-c', 'exit 0']).status === 0 ? false : `there is no ${shell} here; CI has one`;

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await run(['completion', shell]);
  deepEqual([code, stderr], [0, '']);
  const file = join(temporaryDirectory(), 'ordergate-completion');
  writeFileSync(file, stdout);
  return file;
}

const [bash, zsh, fish] = await Promise.all(['bash', 'zsh', 'fish'].map(scriptOf));
const SCRIPTS = { bash: bash!, zsh: zsh!, fish: fish! };

const shellOut = (shell: string, args: readonly string[]): string =>
  execFileSync(shell, args, { encoding: 'utf8', timeout: 30_000 });

describe('bash', { skip: missing('bash') }, () => {
  const file = SCRIPTS.bash;
  const offers = (...typed: string[]): string[] => {
    const line = `source ${file}; COMP_WORDS=(ordergate ${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length}; _ordergate; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return shellOut('bash', ['--norc', '-c', line]).trim().split('\n');
  };

  test('commands, their words, their flags, and values of a flag', () => {
    deepEqual(offers('mo'), ['move']);
    deepEqual(offers('users', 'res'), ['reset-password']);
    deepEqual(offers('move', '--pl').sort(), ['--platform', '--platforms']);
    deepEqual(offers('move', '--platform', ''), ['jintong', 'suning', 'ytx']);
    deepEqual(offers('help', 'back'), ['backup']);
    deepEqual(offers('serve', '--env', 'p'), ['production']);
  });

  test('files where a file is meant', () => {
    ok(offers('import', file.slice(0, -3)).includes(file));
    ok(offers('debug', 'signature', '--raw', file.slice(0, -3)).includes(file));
  });
});

describe('fish', { skip: missing('fish') }, () => {
  const file = SCRIPTS.fish;
  const offers = (typed: string): string[] =>
    shellOut('fish', ['--no-config', '-c', `source ${file}; complete -C '${typed}'`])
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]!);

  test('commands, their words, their flags, and values of a flag', () => {
    deepEqual(offers('ordergate mo'), ['move']);
    deepEqual(offers('ordergate users res'), ['reset-password']);
    deepEqual(offers('ordergate move --pl').sort(), ['--platform', '--platforms']);
    deepEqual(offers('ordergate move --platform '), ['jintong', 'suning', 'ytx']);
    deepEqual(offers('ordergate help back'), ['backup']);
    deepEqual(offers('ordergate serve --env p'), ['production']);
  });

  test('files where a file is meant', () => {
    ok(offers(`ordergate import ${file.slice(0, -3)}`).includes(file));
  });
});

describe('zsh', { skip: missing('zsh') }, () => {
  const file = SCRIPTS.zsh;
  // A line is typed with Tab keys into an interactive zsh on a terminal of its own. Then `print -r --`
  // is put before it, so that the shell prints what stands in the line. The prompt says READY: zsh shows it
  // once it reads keys, and drops what was typed before. The keys are those of Emacs: without `bindkey -e`
  // zsh takes those of vi where EDITOR is vi, as npm sets it.
  const driver = join(temporaryDirectory(), 'driver.zsh');
  writeFileSync(
    driver,
    `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1= PS2=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source $1; bindkey -e; bindkey '^I' expand-or-complete; PS1=REA''DY"
zpty -r z out '*READY*'
zpty -w -n z "$2"$'\\x01print -r -- "<" \\x05 ">" DO""NE\\n'
zpty -r z out '*DONE*'
print -r -- "$out"
zpty -d z
`,
  );
  const completed = (typed: string): string => {
    const text = shellOut('zsh', ['-f', driver, file, typed]);
    const shown = text.split(/[\r\n]+/).filter((line) => /^< .* > DONE$/.test(line));
    ok(shown.length > 0, JSON.stringify(text));
    return shown.at(-1)!.slice(2, -7).trim().replaceAll(/ +/g, ' ');
  };

  test('commands, their words, their flags, and values of a flag', () => {
    equal(completed('ordergate mo\t'), 'ordergate move');
    equal(completed('ordergate users res\t'), 'ordergate users reset-password');
    equal(completed('ordergate move --ord\t'), 'ordergate move --order');
    equal(completed('ordergate move --platform sun\t'), 'ordergate move --platform suning');
    equal(completed('ordergate help back\t'), 'ordergate help backup');
    equal(completed('ordergate serve --env p\t'), 'ordergate serve --env production');
  });

  test('files where a file is meant', () => {
    match(completed(`ordergate import ${file.slice(0, -3)}\t`), new RegExp(`import ${file}$`));
  });
});
