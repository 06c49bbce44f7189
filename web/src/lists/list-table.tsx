// A list as a table: keys j and k move, Enter opens, columns are chosen, pages follow the server's cursors.
import Button from 'antd/es/button';
import Table from 'antd/es/table';
import { type Key, type ReactNode, useEffect, useRef, useState } from 'react';
import { usePhone } from '../app/preferences.tsx';
import { isTyping } from '../app/typing.ts';
import { type Place, useGo } from '../parts/go.tsx';
import { Loading, Nothing, Problem } from '../parts/problem.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import { type Asked, Pager } from './pager.tsx';
import type { List } from './use-list.ts';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly render: (row: T) => ReactNode;
  /**
   * What the rows of a page are sorted by; without, the column is not. A list that the server sorts names
   * its columns in its definition.
   */
  readonly sortBy?: (row: T) => string | number;
  readonly width?: number;
  /** Shown on a phone, too. */
  readonly onPhone?: true;
  readonly align?: 'right';
}

export function ListTable<T extends object>({
  list,
  query,
  columns,
  rowKey,
  placeOf,
  label,
  tools,
  empty,
  selection,
}: {
  readonly list: List;
  readonly query: Asked<T>;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly placeOf: (row: T) => Place;
  readonly label: string;
  readonly tools?: ReactNode;
  readonly empty?: { readonly title: string; readonly hint?: string };
  readonly selection?: { readonly keys: readonly string[]; onChange(keys: string[]): void };
}) {
  const t = useTexts(common);
  const go = useGo();
  const isPhone = usePhone();
  const { state } = list;
  const { sorts } = list.definition;
  const rows = sorted(query.data?.items ?? [], columns, sorts ? null : state.sort);
  const [at, setAt] = useRowKeys(rows, (row) => go(placeOf(row)));
  const shown = columns.filter(({ key, onPhone }) =>
    isPhone ? onPhone : state.columns.includes(key),
  );
  if (query.error && !query.data) {
    return <Problem error={query.error} onRetry={() => query.refetch()} />;
  }
  if (!query.data) return <Loading rows={10} />;
  const isFiltered = Object.keys(state.filters).length > 0;
  return (
    <section aria-label={label} className="list">
      {query.error !== null && query.error !== undefined && (
        <Problem error={query.error} onRetry={() => query.refetch()} />
      )}
      {rows.length === 0 ? (
        <Nothing
          title={isFiltered ? t.emptyFiltered : (empty?.title ?? t.empty)}
          hint={isFiltered ? t.emptyHint : empty?.hint}
        >
          {isFiltered && (
            <Button onClick={() => list.change({ filters: {}, trail: [] })}>{t.clear}</Button>
          )}
        </Nothing>
      ) : (
        <Table<T>
          size="small"
          pagination={false}
          // With check boxes, antd's hidden row that measures widths would hold one that takes the focus.
          {...(!selection && { scroll: { x: 'max-content' } })}
          rowKey={rowKey}
          dataSource={rows as T[]}
          sortDirections={['descend', 'ascend']}
          columns={shown.map(({ key, title, render, sortBy, width, align }) => ({
            key,
            title,
            ...(width !== undefined && { width }),
            ...(align && { align }),
            ...((sorts ? sorts.includes(key) : sortBy) && {
              sorter: true,
              sortOrder:
                state.sort?.column === key
                  ? state.sort.descending
                    ? ('descend' as const)
                    : ('ascend' as const)
                  : null,
            }),
            render: (_: unknown, row: T) => render(row),
          }))}
          onChange={(_, __, sorter) => {
            const one = Array.isArray(sorter) ? sorter[0] : sorter;
            const column = String(one?.columnKey ?? '');
            list.change({
              sort: one?.order ? { column, descending: one.order === 'descend' } : null,
              // The page that is shown has no place in another order of all rows.
              ...(sorts && { trail: [] }),
            });
          }}
          rowClassName={(_, i) => (i === at ? 'row current' : 'row')}
          onRow={(row, i = 0) => ({
            'data-row': i,
            onClick: (event) => {
              setAt(i);
              const isControl = (event.target as HTMLElement).closest('a, button, input, label');
              if (!isControl && !getSelection()?.toString()) go(placeOf(row));
            },
          })}
          {...(selection && {
            rowSelection: {
              selectedRowKeys: [...selection.keys],
              onChange: (keys: Key[]) => selection.onChange(keys.map(String)),
            },
          })}
        />
      )}
      <Pager list={list} query={query} columns={isPhone ? [] : columns} tools={tools} />
    </section>
  );
}

/** Rows by a column's value; those that are equal stay as the server gave them. */
function sorted<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: List['state']['sort'],
): readonly T[] {
  const by = columns.find(({ key }) => key === sort?.column)?.sortBy;
  if (!sort || !by) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    return x === y ? 0 : x < y ? -sign : sign;
  });
}

/** j and k go down and up, Enter opens; the row is scrolled to. */
function useRowKeys<T>(rows: readonly T[], open: (row: T) => void) {
  const [at, setAt] = useState(-1);
  const latest = useRef({ rows, open, at });
  latest.current = { rows, open, at };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('[role=dialog]')) return;
      const { rows: all, open: go, at: now } = latest.current;
      const step = { j: 1, k: -1 }[event.key];
      if (step !== undefined && all.length > 0) {
        const next = Math.max(0, Math.min(all.length - 1, now + step));
        setAt(next);
        document.querySelector(`[data-row="${next}"]`)?.scrollIntoView({ block: 'nearest' });
      }
      const isElsewhere = (event.target as HTMLElement).closest('a, button, summary');
      if (event.key === 'Enter' && !isElsewhere && now >= 0 && all[now]) go(all[now]);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return [at, setAt] as const;
}
