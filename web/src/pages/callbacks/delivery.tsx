// One callback: its attempts on their schedule with what was answered, its body, and what can be done by hand.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { ask, path } from '../../api/client.ts';
import type { Delivery, EndpointHealth } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyButton, CopyId, Status } from '../../parts/values.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { pretty } from '../order/wire.tsx';
import { useAct } from './act.ts';
import { DELIVERY_TONES } from './deliveries.tsx';
import { Schedule } from './schedule.tsx';

export function DeliveryPage() {
  const { deliveryId } = useParams({ strict: false }) as { deliveryId: string };
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const target = path('callbacks', 'deliveries', deliveryId);
  const delivery = useQuery({
    queryKey: ['delivery', deliveryId],
    queryFn: ({ signal }) => ask<Delivery>(target, { signal }),
    // The stream tells of counts: a replay that arrives within a second changes none.
    refetchInterval: 5_000,
  });
  const endpointId = delivery.data?.endpointId;
  const health = useQuery({
    queryKey: ['health', endpointId],
    queryFn: ({ signal }) =>
      ask<EndpointHealth>(path('callbacks', 'endpoints', endpointId!, 'health'), { signal }),
    enabled: endpointId !== undefined,
    retry: false,
  });
  return (
    <div className="page">
      <Loaded query={delivery} rows={10}>
        {(one) => (
          <>
            <div className="title">
              <h1>
                {t.delivery} <CopyId id={String(one.deliveryId)} />
              </h1>
              <Status tone={DELIVERY_TONES[one.state]} text={c[one.state]} />
              <Actions delivery={one} target={target} />
            </div>
            <dl className="facts-line">
              <div>
                <dt>{t.event}</dt>
                <dd>{one.eventType}</dd>
              </div>
              <div>
                <dt>{t.order}</dt>
                <dd>
                  <Go place={places.order(one.platform, one.orderId)}>{one.orderId}</Go>
                </dd>
              </div>
              <div>
                <dt>{t.endpoint}</dt>
                <dd>
                  <Go place={{ to: `/callbacks/endpoints/${one.endpointId}` }}>{one.url}</Go>
                </dd>
              </div>
              <div>
                <dt>webhook-id</dt>
                <dd>
                  <CopyId id={one.messageId} />
                </dd>
              </div>
              <div>
                <dt>{c.created}</dt>
                <dd>
                  <Time at={one.createdAt} />
                </dd>
              </div>
              <div>
                <dt>{t.due}</dt>
                <dd>
                  <Time at={one.dueAt} />
                </dd>
              </div>
            </dl>
            <Schedule delivery={one} waits={health.data?.scheduleSeconds ?? []} />
            <section aria-labelledby="body" className="panel">
              <div className="panel-head">
                <h2 id="body">{t.body}</h2>
                <CopyButton text={one.body} what={t.body} />
              </div>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
              <pre className="code" tabIndex={0}>
                {pretty(one.body, one.body.startsWith('<') ? 'xml' : 'json')}
              </pre>
            </section>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Actions({ delivery, target }: { readonly delivery: Delivery; readonly target: string }) {
  const t = useTexts(callbackTexts);
  const act = useAct();
  const may = useMay();
  const post = (what: string, said: string) => () =>
    act(async () => {
      await ask(`${target}/${what}`, { method: 'POST', body: {} });
      return said;
    });
  if (delivery.state !== 'pending') {
    return (
      may('replayDelivery') && <Button onClick={post('replay', t.replayed)}>{t.replay}</Button>
    );
  }
  return (
    <>
      {may('attemptDelivery') && <Button onClick={post('attempt', t.sent)}>{t.sendNow}</Button>}
      {may('giveUpDelivery') && (
        <Button danger title={t.giveUpHint} onClick={post('give-up', t.gaveUp)}>
          {t.giveUp}
        </Button>
      )}
    </>
  );
}
