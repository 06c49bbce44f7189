// One order: what it is, what happened to it, what is still to come, and what an operator may do.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, path } from '../../api/client.ts';
import { untilAsked } from '../../api/live.ts';
import type { GatewayCall, Outlook, Page, WholeOrder } from '../../api/types.ts';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyId, StateTag } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';
import { Assignee } from './desk.tsx';
import { Facts } from './facts.tsx';
import { MoveOrder } from './move-order.tsx';
import { Timeline } from './timeline.tsx';
import { Wire } from './wire.tsx';

const REFRESH_MS = 10_000;
/** As many calls as one page shows; the link leads to all of them. */
const MAX_CALLS = 200;

export function OrderPage() {
  const { platform, orderId } = useParams({ strict: false }) as {
    platform: string;
    orderId: string;
  };
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const key = ['order', platform, orderId];
  const order = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask<WholeOrder>(path('orders', platform, orderId), { signal }),
    refetchInterval: untilAsked(REFRESH_MS),
  });
  const outlook = useQuery({
    queryKey: [...key, 'outlook'],
    queryFn: ({ signal }) => ask<Outlook>(path('orders', platform, orderId, 'outlook'), { signal }),
    refetchInterval: untilAsked(REFRESH_MS),
  });
  const calls = useQuery({
    queryKey: [...key, 'calls'],
    queryFn: ({ signal }) =>
      ask<Page<GatewayCall>>('/requests', {
        query: { platform, orderId, limit: MAX_CALLS },
        signal,
      }),
    refetchInterval: untilAsked(REFRESH_MS),
  });
  return (
    <div className="page">
      <Loaded query={order} rows={12}>
        {(data) => (
          <>
            <div className="title">
              <h1>
                {t.order} <CopyId id={data.orderId} length={40} />
              </h1>
              <StateTag platform={data.platform} state={data.state} name={data.stateName} />
              <span className="muted">{t.version(data.version)}</span>
              {outlook.data && <MoveOrder order={data} outlook={outlook.data} />}
            </div>
            <dl className="facts-line">
              <div>
                <dt>{c.platform}</dt>
                <dd>
                  <Go place={places.orders({ platform })}>{data.platform}</Go>
                </dd>
              </div>
              <div>
                <dt>{t.owner}</dt>
                <dd>
                  <CopyId id={data.party} length={20} />
                </dd>
              </div>
              <div>
                <dt>{t.assignee}</dt>
                <dd>
                  <Assignee order={data} />
                </dd>
              </div>
              <div>
                <dt>{c.created}</dt>
                <dd>
                  <Time at={data.createdAt} />
                </dd>
              </div>
              <div>
                <dt>{c.updated}</dt>
                <dd>
                  <Time at={data.updatedAt} />
                </dd>
              </div>
            </dl>
            <div className="order-columns">
              <Timeline order={data} outlook={outlook.data} calls={calls} />
              <div>
                <Facts order={data} />
                {outlook.data && <Wire outlook={outlook.data} />}
              </div>
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}
