// A page of the reference as data: the HTML and the Markdown of a page are written from the same blocks.
import type { Text } from '../protocol/contract.ts';
import type { Lab } from './lab.ts';

export type Language = keyof Text;

export type Inline =
  | string
  | { readonly code: string }
  | { readonly strong: string }
  | { readonly soft: string }
  /** A link to an address of this server, without a language. */
  | { readonly to: string; readonly text: string; readonly asCode?: true };

/** What stands in one line. */
export type Line = readonly Inline[];

/** A cell of a table holds one line below the other. */
export type Cell = readonly Line[];

export interface Table {
  readonly is: 'table';
  /** What the table shows, for people who cannot see it. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Block =
  | { readonly is: 'heading'; readonly level: 2 | 3; readonly id: string; readonly text: string }
  | { readonly is: 'text'; readonly line: Line }
  | { readonly is: 'list'; readonly items: readonly Line[] }
  | {
      readonly is: 'code';
      readonly text: string;
      readonly label: string;
      /** The label stands above the text, and a click on it shows and hides the text. */
      readonly fold?: 'open' | 'closed';
    }
  | Table
  /** A worked example, which the page's script turns into a form. */
  | { readonly is: 'lab'; readonly lab: Lab; readonly worked: readonly Block[] };

export interface Page {
  readonly title: string;
  /** The pages above this one, the outermost first. */
  readonly above: readonly { readonly to: string; readonly text: string }[];
  /** The page's own address, without a language. */
  readonly path: string;
  /** What was searched for: the page's other language and form keep it. */
  readonly question?: string;
  readonly blocks: readonly Block[];
}

/** An address with a query, which stands before the place within the page. */
export function withQuery(address: string, query: string): string {
  const [path, place] = address.split('#');
  return `${path}?${query}${place === undefined ? '' : `#${place}`}`;
}

export const heading = (id: string, text: string, level: 2 | 3 = 2): Block => ({
  is: 'heading',
  level,
  id,
  text,
});

export const text = (...line: Line): Block => ({ is: 'text', line });

export const list = (items: readonly Line[]): Block => ({ is: 'list', items });

export const code = (label: string, content: string, fold?: 'open' | 'closed'): Block => ({
  is: 'code',
  label,
  text: content,
  ...(fold && { fold }),
});

/** A table, or one sentence where there is no row. */
export const table = (
  caption: string,
  head: readonly string[],
  rows: Table['rows'],
  none: string,
): Block => (rows.length === 0 ? text({ soft: none }) : { is: 'table', caption, head, rows });

/** A path whose segments are names of a contract: some hold `*`, `:` or letters that a path must not. */
export const pathOf = (...segments: readonly string[]): string =>
  `/docs${segments.map((segment) => `/${encodeURIComponent(segment)}`).join('')}`;
