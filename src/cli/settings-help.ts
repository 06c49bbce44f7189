// Prints the settings on a terminal: short in the list of commands, complete in `ordergate help
// settings`.
import { ALL_SETTINGS } from '../settings.ts';
import { wrapped } from './wrapped.ts';

/** Settings with a flag in columns, the others by name. */
export function settingsInShort(): string {
  const settings = ALL_SETTINGS.map(([, setting]) => setting);
  const flags = settings
    .filter(({ flag }) => flag !== undefined)
    .map(({ flag, placeholder, variable, default: normal }) => {
      const usage = `--${flag} ${placeholder}`.padEnd(20);
      return `  ${usage} ${variable.padEnd(15)} ${normal ?? ''}`.trimEnd();
    });
  const others = settings.filter(({ flag }) => flag === undefined);
  const more = `More variables: ${others.map(({ variable }) => variable).join(', ')}. \`ordergate help settings\` says what each does.`;
  return ['Settings, as flags or variables:', ...flags, wrapped(more, '')].join('\n');
}

/** Every setting with its default and text. */
export function settingsInFull(): string {
  const entries = ALL_SETTINGS.map(([, { variable, flag, default: normal, unset, text }]) => {
    const names = flag === undefined ? variable : `${variable}, --${flag}`;
    const title = `${names} (default: ${plain(normal ?? unset?.en ?? 'none')})`;
    return `${wrapped(title, '  ')}\n${wrapped(plain(text.en), '      ')}`;
  });
  return ['Settings: a flag wins over its variable.', '', ...entries].join('\n');
}

/** Removes Markdown: keeps the text of a link, and the text between back quotes. */
const plain = (markdown: string): string =>
  markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
