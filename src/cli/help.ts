// The texts of `ordergate help`: one screen of commands by groups, and a page for each command.

import { COLUMNS } from '../protocol/terminal-columns.ts';
import { VERSION } from '../version.ts';
import type { CommandText, Flag } from './command.ts';
import { GROUPS, type Group, SUMMARIES } from './texts.ts';
import { wrapped, wrappedUsage } from './wrapped.ts';

const NAME_WIDTH = 12;

/** Every command with its summary, by groups. */
export function overview(): string {
  const lines = [
    `Ordergate ${VERSION}: an order open platform in one process`,
    '',
    'ordergate COMMAND [flags]        ordergate help COMMAND    flags and examples',
    '                                 ordergate help settings   what serve reads',
  ];
  for (const group of Object.keys(GROUPS) as Group[]) {
    lines.push('', GROUPS[group]);
    for (const [name, summary] of Object.entries(SUMMARIES[group])) {
      lines.push(`  ${name.padEnd(NAME_WIDTH)}${summary}`);
    }
  }
  lines.push(
    '',
    'Exit codes: 0 done, 1 refused by the platform or failed, 2 a mistake in the',
    'command line, 3 no answer from the network, 4 conformance failed.',
  );
  return lines.join('\n');
}

/** Everything about one command. */
export function page(summary: string, text: CommandText): string {
  const { usage, about, flags, takesSettings, examples } = text;
  const lines = [...usage.map((form) => wrappedUsage(`ordergate ${form}`, '')), '', `  ${summary}`];
  if (about !== undefined) lines.push('', wrapped(about, '  '));
  const entries = Object.entries(flags);
  if (entries.length > 0) lines.push('', 'Flags');
  for (const [name, flag] of entries) lines.push(flagLine(name, flag));
  if (takesSettings) {
    lines.push(
      '',
      wrapped(
        'The settings --data, --port, --host, --env and --platforms, or their variables: ordergate help settings.',
        '',
      ),
    );
  }
  if (examples.length > 0) lines.push('', 'Examples');
  for (const [line, does] of examples) {
    lines.push(wrapped(`# ${does}`, '  '), example(`ordergate ${line}`));
  }
  return lines.join('\n');
}

const FLAG_WIDTH = 22;

/** The flag and its text in two columns; a long flag stands on a line of its own. */
function flagLine(name: string, { type, value = 'VALUE', text, default: normal }: Flag): string {
  const shown = `  --${name}${type === 'string' ? ` ${value}` : ''}`;
  const stated = typeof normal === 'string' ? `${text} (default: ${normal})` : text;
  const indent = ' '.repeat(FLAG_WIDTH + 2);
  const described = wrapped(stated, indent);
  return shown.length < FLAG_WIDTH + 1
    ? shown.padEnd(indent.length) + described.slice(indent.length)
    : `${shown}\n${described}`;
}

/** A command line that continues with a backslash, so that it can be pasted as it stands. */
function example(line: string): string {
  const lines: string[] = [];
  let rest = `    ${line}`;
  while (rest.length > COLUMNS) {
    const cut = rest.lastIndexOf(' ', COLUMNS - 2);
    lines.push(`${rest.slice(0, cut)} \\`);
    rest = `      ${rest.slice(cut + 1)}`;
  }
  return [...lines, rest].join('\n');
}
