// Writes a page of the reference as Markdown: the same text as the HTML page, for editors, diffs and programs.
import {
  type Block,
  type Cell,
  type Inline,
  type Language,
  type Line,
  type Page,
  withQuery,
} from './blocks.ts';

export function writeMarkdown(page: Page, language: Language): string {
  const line = (inlines: Line): string => inlines.map((one) => inlineText(one, language)).join('');
  const cell = (lines: Cell): string =>
    lines.map((one) => line(one).replaceAll('|', '\\|').replaceAll('\n', ' ')).join('<br>');
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const block = (one: Block): string => {
    switch (one.is) {
      case 'heading':
        return `${'#'.repeat(one.level)} ${plain(one.text)}`;
      case 'text':
        return line(one.line);
      case 'list':
        return one.items.map((item) => `- ${line(item)}`).join('\n');
      case 'code': {
        const label = one.fold ? `### ${plain(one.label)}\n\n` : '';
        return `${label}${fenceOf(one.text)}\n${one.text.replace(/\n$/, '')}\n${fenceOf(one.text)}`;
      }
      case 'lab':
        return one.worked.map(block).join('\n\n');
      case 'table':
        return [
          row(one.head.map(plain)),
          row(one.head.map(() => '---')),
          ...one.rows.map((cells) => row(cells.map(cell))),
        ].join('\n');
    }
  };
  const above = page.above.map(({ to, text }) => inlineText({ to, text }, language));
  const trail = above.length === 0 ? [] : [above.join(' / ')];
  return `${[`# ${plain(page.title)}`, ...trail, ...page.blocks.map(block)].join('\n\n')}\n`;
}

/** The address of the same page as Markdown. The front page has none. */
export function markdownPath(address: string, language: Language): string {
  const [path, place] = address.split('#');
  return withQuery(`${path}.md${place === undefined ? '' : `#${place}`}`, `lang=${language}`);
}

function inlineText(inline: Inline, language: Language): string {
  if (typeof inline === 'string') return plain(inline);
  if ('code' in inline) return codeText(inline.code);
  if ('strong' in inline) return `**${plain(inline.strong)}**`;
  if ('soft' in inline) return plain(inline.soft);
  const text = inline.asCode ? codeText(inline.text) : plain(inline.text);
  const isPage = /^\/docs(\/|$)/.test(inline.to) && !isFile(inline.to);
  return `[${text}](${isPage ? markdownPath(inline.to, language) : inline.to})`;
}

/** Whether an address of the reference is that of a file, which has one form and one language. */
export const isFile = (path: string): boolean => /\.(md|json)$/.test(path);

/** Characters that Markdown would take for its own, in words that a contract gives. */
const plain = (text: string): string => text.replace(/[\\`*_<>[\]]/g, '\\$&');

/** A longer fence than any that stands in the text. */
function codeText(text: string): string {
  if (text === '') return '""';
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

const fenceOf = (text: string): string => '`'.repeat(Math.max(3, longestRun(text) + 1));

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
