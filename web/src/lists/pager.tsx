// Below a list: which page is shown, the ways to the others, how many rows, which columns.
import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import Popover from 'antd/es/popover';
import Select from 'antd/es/select';
import type { ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import type { List } from './use-list.ts';

export interface Asked<T> {
  readonly data: { readonly items: readonly T[]; readonly nextCursor?: string | null } | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  refetch(): unknown;
}

export function Pager<T>({
  list,
  query,
  columns = [],
  tools,
}: {
  readonly list: List;
  readonly query: Asked<T>;
  /** Those that may be chosen; without any, there is no choice. */
  readonly columns?: readonly { readonly key: string; readonly title: string }[];
  readonly tools?: ReactNode;
}) {
  const t = useTexts(common);
  const { state, definition } = list;
  const next = query.data?.nextCursor ?? null;
  return (
    <div className="pager">
      <span className="muted" aria-live="polite">
        {t.page(state.trail.length + 1)} · {t.rows(query.data?.items.length ?? 0)}
      </span>
      <Button
        disabled={state.trail.length === 0}
        icon={<Icon name="left" />}
        aria-label={t.previous}
        onClick={() => list.change({ trail: state.trail.slice(0, -1) })}
      />
      <Button
        disabled={next === null}
        icon={<Icon name="right" />}
        aria-label={t.next}
        onClick={() => next !== null && list.change({ trail: [...state.trail, next] })}
      />
      <Select
        aria-label={t.perPage}
        value={state.limit}
        options={definition.limits
          .toSorted((a, b) => a - b)
          .map((limit) => ({ value: limit, label: `${t.perPage} ${limit}` }))}
        onChange={(limit: number) => list.change({ limit, trail: [] })}
      />
      {columns.length > 0 && (
        <Popover
          trigger="click"
          placement="topLeft"
          content={
            <Checkbox.Group
              className="column-choice"
              value={[...state.columns]}
              options={columns.map(({ key, title }) => ({ value: key, label: title }))}
              onChange={(keys) => {
                const chosen = definition.columns.filter((key) => keys.includes(key));
                if (chosen.length > 0) list.change({ columns: chosen });
              }}
            />
          }
        >
          <Button icon={<Icon name="columns" />}>{t.columns}</Button>
        </Popover>
      )}
      <Button
        icon={<Icon name="refresh" />}
        loading={query.isFetching}
        aria-label={t.refresh}
        onClick={() => query.refetch()}
      />
      {tools}
    </div>
  );
}
