// Prints every setting on a terminal, for `ordergate help settings`.
import { ALL_SETTINGS } from '../settings.ts';
import { wrapped } from './wrapped.ts';

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
