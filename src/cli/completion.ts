// `ordergate completion`: prints the completion script of a shell, made from the tables of commands.
import { readFlags } from '../config.ts';
import { platforms } from '../main.ts';
import type { CommandText, Flag } from './command.ts';
import { textsOfAll } from './commands.ts';
import { wordOf, wrongUse } from './flags.ts';
import { completion as TEXT } from './texts/tool.ts';

const WRITERS = { bash, zsh, fish };

export async function run(args: readonly string[]): Promise<number> {
  const { positionals } = readFlags(args, TEXT.flags);
  if (positionals.length > 1) wrongUse(TEXT);
  const shell = wordOf(positionals[0], TEXT);
  const offers = (await textsOfAll()).map(offerOf);
  process.stdout.write(`${WRITERS[shell](offers)}\n`);
  return 0;
}

type Described = CommandText & { readonly summary: string };

interface Offer {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
  readonly flags: readonly (Flag & { readonly name: string })[];
}

const SETTING_FLAGS: readonly Offer['flags'][number][] = [
  { name: 'data', type: 'string', value: 'DIRECTORY', text: 'the data directory' },
  { name: 'port', type: 'string', value: 'PORT', text: 'the port of the server' },
  { name: 'host', type: 'string', value: 'HOST', text: 'the address of the server' },
  {
    name: 'env',
    type: 'string',
    value: 'ENVIRONMENT',
    text: 'sandbox or production',
    choices: ['sandbox', 'production'],
  },
  { name: 'platforms', type: 'string', value: 'FILE', text: 'a module with more platforms' },
];

function offerOf({ name, summary, words, flags, takesSettings }: Described): Offer {
  const own = Object.entries(flags).map(([flag, description]) => ({
    ...description,
    name: flag,
    ...(flag === 'platform' && { choices: platforms.map((platform) => platform.name) }),
  }));
  const help: Offer['flags'][number] = {
    name: 'help',
    type: 'boolean',
    text: 'flags and examples',
  };
  const known = takesSettings ? [...own, ...SETTING_FLAGS, help] : [...own, help];
  return { name, summary, words: words ?? [], flags: known };
}

const isFile = ({ value = '' }: Flag): boolean => /FILE|DIRECTORY|@/.test(value);
/** In single quotation marks of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const names = (offers: readonly Offer[]): string => offers.map(({ name }) => name).join(' ');

function bash(offers: readonly Offer[]): string {
  const cases = offers.map(({ name, words, flags }) => {
    const values = flags
      .filter(({ type }) => type === 'string')
      .map((flag) => `${name}/--${flag.name}) ${bashValue(flag)} ;;`);
    return {
      values,
      words: `${name}) words=${quoted(words.join(' '))}; flags=${quoted(flags.map((f) => `--${f.name}`).join(' '))} ;;`,
    };
  });
  return `# ordergate completion bash
_ordergate() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} words= flags=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(`${names(offers)} help --help --version`)} -- "$current"))
    return
  fi
  if [ "$command" = help ]; then
    COMPREPLY=($(compgen -W ${quoted(`${names(offers)} settings`)} -- "$current"))
    return
  fi
  case "$command/$before" in
    ${cases.flatMap(({ values }) => values).join('\n    ')}
  esac
  case $command in
    ${cases.map(({ words }) => words).join('\n    ')}
  esac
  if [ "\${current#-}" != "$current" ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _ordergate ordergate`;
}

function bashValue(flag: Flag): string {
  if (flag.choices)
    return `COMPREPLY=($(compgen -W ${quoted(flag.choices.join(' '))} -- "$current")); return`;
  if (isFile(flag))
    return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return`;
  return 'return';
}

function zsh(offers: readonly Offer[]): string {
  const described = offers.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ');
  const cases = offers.map(({ name, words, flags }) => {
    const specs = flags.map((flag) => quoted(zshFlag(flag)));
    const first = words.length === 0 ? "'1:file:_files'" : quoted(`1:word:(${words.join(' ')})`);
    return `${name}) _arguments ${[first, "'*:file:_files'", ...specs].join(' ')} ;;`;
  });
  return `#compdef ordergate
# ordergate completion zsh
_ordergate() {
  local -a commands
  commands=(${described} 'help:flags and examples of a command')
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    help) _describe command commands ;;
    ${cases.join('\n    ')}
  esac
}
if [ "$funcstack[1]" = _ordergate ]; then _ordergate "$@"; else compdef _ordergate ordergate; fi`;
}

function zshFlag({ name, type, value = 'VALUE', text, choices, multiple }: Offer['flags'][number]) {
  const words = text.replaceAll(/[[\]:]/g, ' ');
  const repeat = multiple ? '*' : '';
  const takes = choices ? `(${choices.join(' ')})` : isFile({ type, value, text }) ? '_files' : ' ';
  return `${repeat}--${name}[${words}]${type === 'string' ? `:${value.replaceAll(':', ' ')}:${takes}` : ''}`;
}

function fish(offers: readonly Offer[]): string {
  const lines = ['# ordergate completion fish', 'complete -c ordergate -f'];
  const add = (condition: string, rest: string) =>
    lines.push(`complete -c ordergate -n ${quoted(condition)} ${rest}`);
  const first = '__fish_is_nth_token 1';
  for (const { name, summary } of offers) add(first, `-a ${name} -d ${quoted(summary)}`);
  add(first, `-a help -d ${quoted('flags and examples of a command')}`);
  add('__fish_seen_subcommand_from help', `-a ${quoted(names(offers))}`);
  for (const { name, words, flags } of offers) {
    const within = `__fish_seen_subcommand_from ${name}`;
    if (words.length === 0) add(within, '-F');
    else add(`__fish_is_nth_token 2; and ${within}`, `-a ${quoted(words.join(' '))}`);
    for (const flag of flags) {
      const choices = flag.choices
        ? ` -x -a ${quoted(flag.choices.join(' '))}`
        : isFile(flag)
          ? ' -r -F'
          : ' -x';
      const takes = flag.type === 'string' ? choices : '';
      add(within, `-l ${flag.name}${takes} -d ${quoted(flag.text)}`);
    }
  }
  return lines.join('\n');
}
