// The whole state of a list, and how it stands in the URL: reload, back and a shared link show the same.

/** What a list can be asked; the rest of its page comes from this. */
export interface ListDefinition {
  /** By the name of the query parameter, which is also the server's. */
  readonly filters: readonly string[];
  /** Keys of all columns, in their order; those that are shown at first. */
  readonly columns: readonly string[];
  readonly shown: readonly string[];
  readonly limits: readonly number[];
  /** The columns by which the server sorts all rows; absent where the browser sorts those of a page. */
  readonly sorts?: readonly string[];
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface ListState {
  /** Only those that are set. */
  readonly filters: Readonly<Record<string, string>>;
  /** The cursors from the first page to this one; empty on the first page. */
  readonly trail: readonly string[];
  /** Null: as the server orders them. */
  readonly sort: Sort | null;
  readonly columns: readonly string[];
  readonly limit: number;
}

export type Search = Readonly<Record<string, string>>;

/** Names that no filter has. */
const [PAGE, SORT, COLUMNS, LIMIT] = ['page', 'sort', 'columns', 'limit'] as const;
/** Stands in no cursor: those are digits, letters, `.`, `:`, `_` and `-`. */
const SEPARATOR = '~';

export function emptyState(definition: ListDefinition): ListState {
  const { shown, limits } = definition;
  return { filters: {}, trail: [], sort: null, columns: shown, limit: limits[0]! };
}

/** What is not in the URL, or is not understood, is as at first. */
export function readState(definition: ListDefinition, search: Search): ListState {
  const initial = emptyState(definition);
  const filters = Object.fromEntries(
    definition.filters.flatMap((name) => (search[name] ? [[name, search[name]]] : [])),
  );
  const [, column = '', direction] = /^(.+)\.(asc|desc)$/.exec(search[SORT] ?? '') ?? [];
  const columns = search[COLUMNS]
    ?.split(SEPARATOR)
    .filter((key) => definition.columns.includes(key));
  const limit = Number(search[LIMIT]);
  return {
    filters,
    trail: search[PAGE] ? search[PAGE].split(SEPARATOR) : [],
    sort: (definition.sorts ?? definition.columns).includes(column)
      ? { column, descending: direction === 'desc' }
      : null,
    columns: columns && columns.length > 0 ? columns : initial.columns,
    limit: definition.limits.includes(limit) ? limit : initial.limit,
  };
}

/** Only what is not as at first, so that a link is short. */
export function writeState(definition: ListDefinition, state: ListState): Search {
  const initial = emptyState(definition);
  const { filters, trail, sort, columns, limit } = state;
  return {
    ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== '')),
    ...(trail.length > 0 && { [PAGE]: trail.join(SEPARATOR) }),
    ...(sort && { [SORT]: sortText(sort) }),
    ...(columns.join() !== initial.columns.join() && { [COLUMNS]: columns.join(SEPARATOR) }),
    ...(limit !== initial.limit && { [LIMIT]: String(limit) }),
  };
}

/** As the URL has it, and as the server is asked. */
export const sortText = ({ column, descending }: Sort): string =>
  `${column}.${descending ? 'desc' : 'asc'}`;

/** A URL's query as text: plain names and values, which people can read and edit. */
export function writeSearch(search: Search): string {
  const text = new URLSearchParams(Object.entries(search).filter(([, v]) => v !== undefined));
  return text.size === 0 ? '' : `?${text}`;
}

export function readSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}
