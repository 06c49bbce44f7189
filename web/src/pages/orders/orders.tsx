// The list of orders: presets, filters, pasted ids; all of it stands in the URL.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Alert from 'antd/es/alert';
import Segmented from 'antd/es/segmented';
import type { LiveEvents } from '../../api/live.ts';
import { overviewQuery } from '../../api/queries.ts';
import { ORDERS } from '../../lists/definitions.ts';
import { ExportLink } from '../../lists/export-link.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { Fresh, fitsFilters } from '../../lists/fresh.tsx';
import { ListTable } from '../../lists/list-table.tsx';
import { useList } from '../../lists/use-list.ts';
import { places } from '../../parts/go.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';
import { askOrders } from './ask-orders.ts';
import { useOrderColumns } from './columns.tsx';

export function Orders() {
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const list = useList(ORDERS, '/orders');
  const { filters } = list.state;
  const { data: overview } = useQuery(overviewQuery);
  const query = useQuery({
    queryKey: ['orders', list.state.filters, list.state.limit, list.state.trail.at(-1)],
    queryFn: ({ signal }) => askOrders(list, signal),
    placeholderData: keepPreviousData,
  });
  const platforms = overview?.platforms ?? [];
  const asked = platforms.filter(({ name }) => !filters.platform || name === filters.platform);
  const states = asked.flatMap(({ name, states }) =>
    Object.entries(states).map(([value, meaning]) => ({
      value,
      label: asked.length === 1 ? `${value} ${meaning}` : `${name} ${value} ${meaning}`,
    })),
  );
  const columns = useOrderColumns(filters.preset !== undefined);
  const preset = filters.ids ? 'ids' : (filters.preset ?? 'all');
  const isList = preset === 'all';
  // An order may come to a state or leave it: either way the list is another one.
  const { state: _, ...told } = filters;
  const isShown = ({ platform, orderId, version }: LiveEvents['order']): boolean =>
    query.data?.items.some(
      ({ order }) =>
        order.platform === platform && order.orderId === orderId && order.version >= version,
    ) ?? false;
  return (
    <div className="page wide">
      <h1>{t.title}</h1>
      <div className="presets">
        <Segmented
          aria-label={t.preset}
          value={preset}
          onChange={(next) =>
            list.change({
              filters: next === 'all' ? {} : { preset: next },
              trail: [],
            })
          }
          options={[
            { value: 'all', label: t.presetAll },
            { value: 'needs-attention', label: t.needsAttention },
            { value: 'near-limit', label: t.nearLimit },
            { value: 'refused-last-hour', label: t.refusedLastHour },
            ...(filters.ids
              ? [{ value: 'ids', label: t.pasted(filters.ids.split(' ').length) }]
              : []),
          ]}
        />
      </div>
      <FilterBar
        list={list}
        fields={[
          {
            name: 'platform',
            label: c.platform,
            options: platforms.map(({ name }) => ({ value: name, label: name })),
            width: 110,
          },
          ...(isList
            ? ([
                { name: 'state', label: c.state, options: unique(states), width: 180 },
                { name: 'party', label: c.party },
                { name: 'assignee', label: t.assignee, width: 120 },
                { name: 'q', label: t.q },
                { name: 'from', label: c.from, kind: 'time', width: 165 },
                { name: 'to', label: c.to, kind: 'time', width: 165 },
              ] as const)
            : []),
        ]}
      />
      {query.data?.unknown && query.data.unknown.length > 0 && (
        <Alert type="warning" showIcon title={t.notFound(query.data.unknown.join(', '))} />
      )}
      {query.data?.isMore && <Alert type="info" showIcon title={t.more} />}
      {isList && (
        <Fresh
          list={list}
          keyOf={({ name, data }) =>
            name === 'order' && fitsFilters(told, data) && !isShown(data)
              ? `${data.platform} ${data.orderId}`
              : undefined
          }
          readAt={query.dataUpdatedAt}
          onShow={() => query.refetch()}
        />
      )}
      <ListTable
        list={list}
        query={query}
        label={t.title}
        columns={columns}
        rowKey={({ order }) => `${order.platform} ${order.orderId}`}
        placeOf={({ order }) => places.order(order.platform, order.orderId)}
        tools={isList && <ExportLink what="orders" query={filters} operation="exportOrders" />}
        empty={isList ? { title: t.emptyTitle, hint: t.emptyHint } : { title: t.quietTitle }}
      />
    </div>
  );
}

/** Platforms share no states, but may share their letters. */
function unique<T extends { readonly value: string }>(options: readonly T[]): T[] {
  return [...new Map(options.map((option) => [option.value, option])).values()];
}
