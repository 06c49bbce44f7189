// The list of callbacks: filtered, selected, and sent again one by one, as a selection, or all that match.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { useIsLive } from '../../api/live.ts';
import { endpointsQuery, platformsQuery } from '../../api/queries.ts';
import type { Delivery, Page } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { DELIVERIES } from '../../lists/definitions.ts';
import { ExportLink } from '../../lists/export-link.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { Fresh, fitsFilters } from '../../lists/fresh.tsx';
import { type Column, ListTable } from '../../lists/list-table.tsx';
import { listQuery, useList } from '../../lists/use-list.ts';
import { Go, places } from '../../parts/go.tsx';
import { Time } from '../../parts/time.tsx';
import { Id, Status, type Tone } from '../../parts/values.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { ReplayDialog, type ReplayFilter } from './replay-dialog.tsx';
import { CallbackTabs } from './tabs.tsx';

export const DELIVERY_TONES: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'processing',
  delivered: 'success',
  dead: 'error',
};

export function Deliveries() {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const list = useList(DELIVERIES, '/callbacks/deliveries');
  const { filters } = list.state;
  const may = useMay();
  const { data: platforms } = useQuery(platformsQuery);
  // As many as a choice can hold; a platform or a party narrows it.
  const { platform, party } = filters;
  const { data: endpoints } = useQuery(endpointsQuery({ platform, party, limit: 1000 }));
  const [selected, setSelected] = useState<string[]>([]);
  const [replay, setReplay] = useState<ReplayFilter | null>(null);
  const hasStream = useIsLive();
  const query = useQuery({
    queryKey: ['deliveries', filters, list.state.limit, list.state.trail.at(-1)],
    queryFn: ({ signal }) =>
      ask<Page<Delivery>>('/callbacks/deliveries', { query: listQuery(list), signal }),
    placeholderData: keepPreviousData,
    refetchInterval: hasStream ? false : 15_000,
  });
  const columns = useColumns();
  const mayReplay = may('startReplayJob');
  // A job takes no order's id: of one order there are few, which can be selected.
  const { orderId, ...jobFilter } = filters;
  // The stream tells of endpoints, and not of which callbacks.
  const { state: _, ...told } = jobFilter;
  return (
    <div className="page wide">
      <CallbackTabs />
      <FilterBar
        list={list}
        fields={[
          {
            name: 'state',
            label: c.state,
            options: (['pending', 'delivered', 'dead'] as const).map((value) => ({
              value,
              label: c[value],
            })),
            width: 110,
          },
          {
            name: 'platform',
            label: c.platform,
            options: (platforms?.items ?? []).map(({ name }) => ({ value: name, label: name })),
            width: 110,
          },
          { name: 'party', label: c.party },
          {
            name: 'endpointId',
            label: t.endpoint,
            options: (endpoints?.items ?? []).map(({ endpointId, url }) => ({
              value: endpointId,
              label: url,
            })),
            width: 240,
          },
          { name: 'orderId', label: t.order },
          { name: 'from', label: c.from, kind: 'time', width: 165 },
          { name: 'to', label: c.to, kind: 'time', width: 165 },
        ]}
      >
        {mayReplay && (
          <span className="bar-actions">
            <Button
              disabled={selected.length === 0}
              onClick={() => setReplay({ deliveryIds: selected.map(Number) })}
            >
              {t.replaySelected(selected.length)}
            </Button>
            <Button
              disabled={orderId !== undefined || filters.state === 'pending'}
              onClick={() => setReplay(jobFilter)}
            >
              {t.replayAll}
            </Button>
          </span>
        )}
      </FilterBar>
      <Fresh
        list={list}
        isUncounted
        keyOf={({ name, data }) =>
          name === 'deliveries' && fitsFilters(told, data) ? data.endpointId : undefined
        }
        readAt={query.dataUpdatedAt}
        onShow={() => query.refetch()}
      />
      <ListTable
        list={list}
        query={query}
        label={t.deliveries}
        columns={columns}
        rowKey={({ deliveryId }) => String(deliveryId)}
        placeOf={({ deliveryId }) => places.delivery(deliveryId)}
        empty={{ title: t.emptyTitle, hint: t.emptyHint }}
        {...(mayReplay && { selection: { keys: selected, onChange: setSelected } })}
        tools={<ExportLink what="deliveries" query={filters} operation="exportDeliveries" />}
      />
      {replay && (
        <ReplayDialog
          filter={replay}
          onClose={() => {
            setReplay(null);
            setSelected([]);
          }}
        />
      )}
    </div>
  );
}

function useColumns(): Column<Delivery>[] {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  return [
    {
      key: 'id',
      title: t.delivery,
      onPhone: true,
      sortBy: ({ deliveryId }) => deliveryId,
      render: ({ deliveryId }) => <Go place={places.delivery(deliveryId)}>{deliveryId}</Go>,
    },
    {
      key: 'state',
      title: c.state,
      onPhone: true,
      sortBy: ({ state }) => state,
      render: ({ state }) => <Status tone={DELIVERY_TONES[state]} text={c[state]} />,
    },
    {
      key: 'event',
      title: t.event,
      onPhone: true,
      sortBy: ({ eventType }) => eventType,
      render: ({ eventType }) => eventType,
    },
    {
      key: 'order',
      title: t.order,
      render: ({ platform, orderId }) => (
        <Go place={places.order(platform, orderId)}>
          <Id id={orderId} />
        </Go>
      ),
    },
    {
      key: 'party',
      title: c.party,
      sortBy: ({ party }) => party,
      render: ({ platform, party }) => (
        <>
          <span className="muted">{platform}</span> <Id id={party} length={16} />
        </>
      ),
    },
    {
      key: 'attempts',
      title: t.attempts,
      align: 'right',
      sortBy: ({ attempts }) => attempts.length,
      render: ({ attempts }) => attempts.length,
    },
    {
      key: 'answer',
      title: t.answer,
      render: ({ attempts }) => {
        const last = attempts.at(-1);
        const text = last ? (last.error ?? `${last.status ?? ''} ${last.answer}`) : '–';
        return (
          <span className="cut" title={text}>
            {text}
          </span>
        );
      },
    },
    {
      key: 'due',
      title: t.due,
      sortBy: ({ dueAt }) => dueAt ?? '',
      render: ({ dueAt }) => <Time at={dueAt} />,
    },
    {
      key: 'created',
      title: c.created,
      sortBy: ({ createdAt }) => createdAt,
      render: ({ createdAt }) => <Time at={createdAt} />,
    },
    { key: 'url', title: t.url, render: ({ url }) => <span className="cut">{url}</span> },
  ];
}
