// The log of gateway calls, live or by its filters; all of it stands in the URL.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import { ask } from '../../api/client.ts';
import { type LiveEvent, useIsLive, useLive } from '../../api/live.ts';
import { platformsQuery } from '../../api/queries.ts';
import type { CallsPage, GatewayCall } from '../../api/types.ts';
import { REQUESTS } from '../../lists/definitions.ts';
import { ExportLink } from '../../lists/export-link.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { Fresh, fitsFilters } from '../../lists/fresh.tsx';
import { type Column, ListTable } from '../../lists/list-table.tsx';
import { listQuery, useList } from '../../lists/use-list.ts';
import { Go, places } from '../../parts/go.tsx';
import { Said } from '../../parts/said.tsx';
import { exactTime, Time } from '../../parts/time.tsx';
import { Id, millis, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { requestTexts } from '../../texts/requests.ts';

const LIVE_MS = 2_000;

export function Requests() {
  const t = useTexts(requestTexts);
  const c = useTexts(common);
  const list = useList(REQUESTS, '/requests');
  const { filters, trail } = list.state;
  const { live, ...asked } = filters;
  // A page further down the log stands still.
  const isLive = live === 'true' && trail.length === 0;
  const hasStream = useIsLive();
  const query = useQuery({
    queryKey: ['requests', asked, list.state.limit, trail.at(-1)],
    queryFn: ({ signal }) => {
      const { live: _, ...rest } = listQuery(list);
      return ask<CallsPage>('/requests', { query: rest, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: isLive && !hasStream ? LIVE_MS : false,
  });
  const fresh = (event: LiveEvent): string | undefined =>
    event.name === 'call' &&
    fitsFilters(asked, event.data) &&
    !query.data?.items.some(({ id }) => id === event.data.id)
      ? String(event.data.id)
      : undefined;
  useLive((event) => {
    if (isLive && fresh(event) !== undefined && !query.isFetching) void query.refetch();
  });
  const { data: platforms } = useQuery(platformsQuery);
  const methods = (platforms?.items ?? [])
    .filter(({ name }) => !filters.platform || name === filters.platform)
    .flatMap(({ methods: names }) => names);
  const columns = useColumns();
  const { items = [], nextCursor = null, searchedTo = null } = query.data ?? {};
  return (
    <div className="page wide">
      <div className="title">
        <h1>{t.title}</h1>
        <Checkbox
          checked={live === 'true'}
          onChange={({ target }) =>
            list.change({
              filters: target.checked ? { ...asked, live: 'true' } : asked,
              trail: [],
            })
          }
        >
          {t.live} {isLive && <span className="muted">{t.liveHint}</span>}
        </Checkbox>
      </div>
      <FilterBar
        list={list}
        fields={[
          {
            name: 'platform',
            label: c.platform,
            options: (platforms?.items ?? []).map(({ name }) => ({ value: name, label: name })),
            width: 110,
          },
          {
            name: 'refused',
            label: t.refused,
            options: [
              { value: 'true', label: t.onlyRefused },
              { value: 'false', label: t.onlyAccepted },
            ],
            width: 130,
          },
          {
            name: 'method',
            label: c.method,
            options: [...new Set(methods)].map((name) => ({ value: name, label: name })),
            width: 180,
          },
          { name: 'outcome', label: t.code, width: 120 },
          { name: 'party', label: c.party, width: 130 },
          { name: 'orderId', label: t.orderId },
          { name: 'address', label: t.address, width: 120 },
          { name: 'text', label: t.text },
          { name: 'from', label: c.from, kind: 'time', width: 165 },
          { name: 'to', label: c.to, kind: 'time', width: 165 },
        ]}
      />
      {!isLive && (
        <Fresh
          list={list}
          keyOf={fresh}
          readAt={query.dataUpdatedAt}
          onShow={() => query.refetch()}
        />
      )}
      {searchedTo && nextCursor && (
        <div className="panel" role="status">
          <p>{(items.length === 0 ? t.searchedNone : t.searchedTo)(exactTime(searchedTo.at))}</p>
          <Button
            loading={query.isFetching}
            onClick={() => list.change({ trail: [...trail, nextCursor] })}
          >
            {t.searchOn}
          </Button>
        </div>
      )}
      {(items.length > 0 || !searchedTo) && (
        <ListTable
          list={list}
          query={query}
          label={t.title}
          columns={columns}
          rowKey={({ id }) => String(id)}
          placeOf={({ id }) => places.request(id)}
          empty={{ title: t.emptyTitle, hint: t.emptyHint }}
          tools={<ExportLink what="requests" query={asked} operation="exportRequests" />}
        />
      )}
    </div>
  );
}

function useColumns(): Column<GatewayCall>[] {
  const t = useTexts(requestTexts);
  const c = useTexts(common);
  return [
    {
      key: 'time',
      title: c.time,
      onPhone: true,
      sortBy: ({ at }) => at,
      render: ({ id, at }) => (
        <Go place={places.request(id)}>
          <Time at={at} />
        </Go>
      ),
    },
    {
      key: 'outcome',
      title: c.outcome,
      onPhone: true,
      sortBy: ({ outcome }) => outcome,
      render: ({ outcome, refused }) => (
        <Status
          tone={refused ? 'error' : 'success'}
          text={`${refused ? c.refused : c.accepted} ${outcome}`}
        />
      ),
    },
    {
      key: 'method',
      title: c.method,
      onPhone: true,
      sortBy: ({ method }) => method ?? '',
      render: ({ method }) => method ?? <span className="muted">–</span>,
    },
    {
      key: 'order',
      title: c.orderId,
      sortBy: ({ orderId }) => orderId ?? '',
      render: ({ platform, orderId }) =>
        orderId === null ? (
          <span className="muted">–</span>
        ) : (
          <Go place={places.order(platform, orderId)}>
            <Id id={orderId} />
          </Go>
        ),
    },
    { key: 'platform', title: c.platform, render: ({ platform }) => platform },
    {
      key: 'party',
      title: c.party,
      sortBy: ({ party }) => party ?? '',
      render: ({ party }) =>
        party === null ? <span className="muted">–</span> : <Id id={party} length={16} />,
    },
    {
      key: 'detail',
      title: c.detail,
      render: (call) => <Said call={call} />,
    },
    { key: 'address', title: t.address, render: ({ address }) => address },
    {
      key: 'took',
      title: t.took,
      align: 'right',
      sortBy: ({ durationMicros }) => durationMicros,
      render: ({ durationMicros }) => millis(durationMicros),
    },
  ];
}
