// The time line of an order: what is still to come above, what happened below, newest first.
import type { UseQueryResult } from '@tanstack/react-query';
import Checkbox from 'antd/es/checkbox';
import type { ReactNode } from 'react';
import type { GatewayCall, Outlook, Page, WholeOrder } from '../../api/types.ts';
import { Go, places, useGo, useQueryText } from '../../parts/go.tsx';
import { Loading, Nothing, Problem } from '../../parts/problem.tsx';
import { exactTime, Time, useServerNow } from '../../parts/time.tsx';
import { millis, Status, type Tone } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';
import { AddNote } from './desk.tsx';
import { eventsOf, isFailure, type OrderEvent } from './events.ts';

export function Timeline({
  order,
  outlook,
  calls,
}: {
  readonly order: WholeOrder;
  readonly outlook: Outlook | undefined;
  readonly calls: UseQueryResult<Page<GatewayCall>>;
}) {
  const t = useTexts(orderTexts);
  const go = useGo();
  const { platform, orderId } = order;
  // In the URL, as all that a page shows.
  const { failures } = useQueryText();
  const onlyFailures = failures === 'true';
  const events = eventsOf(order, calls.data?.items ?? []);
  const shown = onlyFailures ? events.filter(isFailure) : events;
  return (
    <section aria-labelledby="timeline" className="panel">
      <div className="panel-head">
        <h2 id="timeline">{t.timeline}</h2>
        <Checkbox
          checked={onlyFailures}
          onChange={({ target }) =>
            go({
              ...places.order(platform, orderId),
              search: target.checked ? { failures: 'true' } : {},
            })
          }
        >
          {t.failuresOnly}
        </Checkbox>
        <span className="grow" />
        <Go place={places.requests({ platform, orderId })}>{t.showCalls}</Go>
        <Go place={places.deliveries({ platform, orderId })}>{t.showCallbacks}</Go>
      </div>
      <AddNote order={order} />
      {calls.error && <Problem error={calls.error} onRetry={() => calls.refetch()} />}
      {calls.isPending && <Loading rows={2} />}
      <ol className="timeline">
        {!onlyFailures && <Future order={order} outlook={outlook} />}
        {shown.map((event) => (
          <Row key={event.key} event={event} platform={platform} />
        ))}
      </ol>
      {shown.length === 0 && !calls.isPending && <Nothing title={t.nothingFailed} />}
    </section>
  );
}

function Item({
  at,
  tone,
  what,
  children,
}: {
  readonly at: string;
  readonly tone: Tone;
  readonly what: string;
  readonly children: ReactNode;
}) {
  return (
    <li className={`event ${tone}`}>
      <Time at={at} />
      <span className="event-kind">{what}</span>
      <div className="event-body">{children}</div>
    </li>
  );
}

function Future({
  order,
  outlook,
}: {
  readonly order: WholeOrder;
  readonly outlook: Outlook | undefined;
}) {
  const t = useTexts(orderTexts);
  const now = useServerNow();
  const pending = order.callbacks.filter(({ state }) => state === 'pending');
  const coming = [
    ...(outlook?.deadlines ?? []).map(({ kind, line, dueAt }) => ({
      key: `${kind} ${line}`,
      at: dueAt,
      text: t.deadline(line === null ? kind : `${kind} · ${t.line} ${line}`),
      hint: Date.parse(dueAt) < now ? t.overdue : '',
      id: undefined,
    })),
    ...pending.map(({ deliveryId, eventType, dueAt, createdAt }) => ({
      key: String(deliveryId),
      at: dueAt ?? createdAt,
      text: `${eventType} · ${dueAt === null ? t.waitsForEarlier : t.nextAttempt}`,
      hint: '',
      id: deliveryId,
    })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  return coming.map(({ key, at, text, hint, id }) => (
    <Item key={key} at={at} tone="processing" what={t.future}>
      {id === undefined ? text : <Go place={places.delivery(id)}>{text}</Go>}{' '}
      <span className="muted">{hint}</span>
    </Item>
  ));
}

function useActor(): (actor: string) => string {
  const t = useTexts(orderTexts);
  return (actor) => {
    const [kind, name = ''] = actor.split(/:(.*)/s);
    if (kind === 'party') return t.byParty(name);
    if (kind === 'deadline') return t.byDeadline(name);
    if (kind === 'import') return t.byImport;
    return name === '' ? t.byOperator : `${t.byOperator} ${name}`;
  };
}

function Row({ event, platform }: { readonly event: OrderEvent; readonly platform: string }) {
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const actor = useActor();
  if (event.kind === 'change') {
    const { entry } = event;
    const isMove = entry.from !== null && entry.from !== entry.to;
    return (
      <Item at={event.at} tone="success" what={entry.from === null ? t.created : t.change}>
        <strong>{t.action(entry.action)}</strong>
        {entry.line !== null && ` · ${t.line} ${entry.line}`}{' '}
        {isMove && (
          <span>
            {entry.from} {entry.fromName} →{' '}
          </span>
        )}
        {entry.to} {entry.toName} <span className="muted">{actor(entry.actor)}</span>
        {entry.note !== null && <p className="note">{entry.note}</p>}
        {entry.requestId !== null && (
          <p>
            <Go place={places.request(entry.requestId)}>
              {t.call} {entry.requestId}
            </Go>
          </p>
        )}
      </Item>
    );
  }
  if (event.kind === 'call') {
    const { call } = event;
    return (
      <Item at={event.at} tone={call.refused ? 'error' : 'default'} what={t.call}>
        <Go place={places.request(call.id)}>{call.method ?? platform}</Go>{' '}
        <Status tone={call.refused ? 'error' : 'success'} text={call.outcome} />{' '}
        <span className="muted">{call.words}</span>
        {call.detail !== null && <p className="note">{call.detail}</p>}
        {call.refused && <p className="muted">{t.noCallback}</p>}
      </Item>
    );
  }
  if (event.kind === 'note') {
    const { note } = event;
    return (
      <Item at={event.at} tone="default" what={t.note}>
        <span className="muted">{note.actor}</span>
        <p className="note">{note.note}</p>
      </Item>
    );
  }
  const { delivery } = event;
  const { deliveryId, eventType, url, state } = delivery;
  if (event.kind === 'callback') {
    return (
      <Item at={event.at} tone={state === 'dead' ? 'error' : 'default'} what={t.callback}>
        <Go place={places.delivery(deliveryId)}>{eventType}</Go>{' '}
        <Status tone={state === 'dead' ? 'error' : 'processing'} text={c[state]} />{' '}
        <span className="muted">{url}</span>
      </Item>
    );
  }
  const { attempt, number, isLast } = event;
  const failed = attempt.error !== null;
  return (
    <Item at={event.at} tone={failed ? 'error' : 'success'} what={t.callback}>
      <Go place={places.delivery(deliveryId)}>{eventType}</Go> {t.attempt(number)}{' '}
      <Status tone={failed ? 'error' : 'success'} text={failed ? c.failed : c.succeeded} />{' '}
      {isLast && state === 'dead' && <Status tone="error" text={t.whyDead} />}{' '}
      <span className="muted">
        {attempt.status ?? ''} {millis(attempt.durationMicros)} · {url}
      </span>
      {failed && <p className="note">{attempt.error}</p>}
      {attempt.answer !== '' && (
        <p className="said" title={exactTime(attempt.at)}>
          {t.answered}: {attempt.answer.slice(0, 200)}
        </p>
      )}
    </Item>
  );
}
