// The newest refused calls, as the overview lists them.
import { useQuery } from '@tanstack/react-query';
import Table from 'antd/es/table';
import { ask } from '../../api/client.ts';
import { untilAsked } from '../../api/live.ts';
import type { GatewayCall, Page } from '../../api/types.ts';
import { Go, places } from '../../parts/go.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { Said } from '../../parts/said.tsx';
import { Time } from '../../parts/time.tsx';
import { Id, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { homeTexts } from '../../texts/home.ts';

export function Refused() {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  const calls = useQuery({
    queryKey: ['refused-lately'],
    queryFn: ({ signal }) =>
      ask<Page<GatewayCall>>('/requests', { query: { refused: true, limit: 8 }, signal }),
    refetchInterval: untilAsked(15_000),
  });
  return (
    <section aria-labelledby="refused" className="panel">
      <div className="panel-head">
        <h2 id="refused">{t.recent}</h2>
        <Go place={places.requests({ refused: 'true' })}>{t.showAll}</Go>
      </div>
      <Loaded query={calls}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t.recentNone} />
          ) : (
            <Table<GatewayCall>
              size="small"
              pagination={false}
              scroll={{ x: 'max-content' }}
              rowKey="id"
              dataSource={items as GatewayCall[]}
              columns={[
                { key: 'time', title: c.time, render: (_, { at }) => <Time at={at} /> },
                {
                  key: 'outcome',
                  title: c.outcome,
                  render: (_, { outcome }) => <Status tone="warning" text={outcome} />,
                },
                {
                  key: 'method',
                  title: c.method,
                  render: (_, { id, method, platform }) => (
                    <Go place={places.request(id)}>{method ?? platform}</Go>
                  ),
                },
                {
                  key: 'order',
                  title: c.orderId,
                  render: (_, { platform, orderId }) =>
                    orderId !== null && (
                      <Go place={places.order(platform, orderId)}>
                        <Id id={orderId} />
                      </Go>
                    ),
                },
                {
                  key: 'detail',
                  title: c.detail,
                  render: (_, call) => <Said call={call} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  );
}
