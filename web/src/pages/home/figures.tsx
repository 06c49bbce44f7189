// The figures of the overview, live: calls, callbacks and orders near a limit, each leading to its rows.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Segmented from 'antd/es/segmented';
import type { ReactNode } from 'react';
import type { Figures } from '../../api/figures.ts';
import { useIsLive } from '../../api/live.ts';
import { figuresQuery, platformsQuery } from '../../api/queries.ts';
import { FIGURES } from '../../lists/definitions.ts';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { type List, useList } from '../../lists/use-list.ts';
import { Go, type Place, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { many, Status, share, took, yuan } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { homeTexts } from '../../texts/home.ts';
import { FiguresTable } from './figures-table.tsx';

/** Minutes that the calls are counted over; the event stream pushes the first. */
const SPANS = ['5', '15', '60'] as const;

/** @param isOwn - whether the reader is a partner: there is one party, and nothing to choose */
export function FiguresPanel({ isOwn = false }: { readonly isOwn?: boolean }) {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  const list = useList(FIGURES, '/');
  const isLive = useIsLive();
  const { data: platforms } = useQuery(platformsQuery);
  const figures = useQuery({
    ...figuresQuery(list.state.filters),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-labelledby="figures" className="panel">
      <div className="panel-head">
        <h2 id="figures">{t.figures}</h2>
        {isLive && <Status tone="success" text={t.live} />}
        <Segmented
          aria-label={t.span}
          value={list.state.filters.minutes ?? SPANS[0]}
          onChange={(minutes: string) =>
            list.filter({ minutes: minutes === SPANS[0] ? '' : minutes })
          }
          options={SPANS.map((value) => ({ value, label: t.lastMinutes(Number(value)) }))}
        />
      </div>
      {!isOwn && (
        <FilterBar
          list={list}
          fields={[
            {
              name: 'platform',
              label: c.platform,
              options: (platforms?.items ?? []).map(({ name }) => ({ value: name, label: name })),
              width: 110,
            },
            { name: 'party', label: c.party },
          ]}
        />
      )}
      <Loaded query={figures} rows={6}>
        {(data) => (
          <>
            <Tiles figures={data} list={list} isOwn={isOwn} />
            <Refusals figures={data} list={list} />
            {!isOwn && (
              <>
                <h3>{t.byParty}</h3>
                <FiguresTable list={list} query={{ ...figures, data }} />
              </>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

/** What the rows of a figure are asked for: its span, or as it is now. */
function scopeOf(list: List) {
  const { platform, party } = list.state.filters;
  return { ...(platform && { platform }), ...(party && { party }) };
}

const from = ({ now, minutes }: Figures): string =>
  new Date(Date.parse(now) - minutes * 60_000).toISOString().replace(/\.\d+/, '');

function Tiles({
  figures,
  list,
  isOwn,
}: {
  readonly figures: Figures;
  readonly list: List;
  readonly isOwn: boolean;
}) {
  const t = useTexts(homeTexts);
  const { calls, callbacks, deadlines } = figures;
  const scope = scopeOf(list);
  const near = places.orders({
    preset: 'near-limit',
    ...(scope.platform && { platform: scope.platform }),
  });
  const refused = { ...scope, refused: 'true', from: from(figures) };
  const pending = places.deliveries({ ...scope, state: 'pending' });
  return (
    <dl className="tiles">
      <Tile
        name={t.perSecond}
        value={calls.perSecond.toFixed(calls.perSecond < 100 ? 1 : 0)}
        note={t.callsIn(many(calls.count), figures.minutes)}
        place={places.requests({ ...scope, from: from(figures) })}
      />
      <Tile
        name={t.successShare}
        value={share(calls.successShare)}
        note={t.refusedCount(many(calls.refused))}
        place={places.requests(refused)}
      />
      <Tile
        name={t.duration}
        value={took(calls.p95Micros)}
        note={t.durations(took(calls.p50Micros), took(calls.p99Micros))}
        place={places.requests({ ...scope, from: from(figures) })}
      />
      <Tile
        name={t.callbacksPending}
        value={many(callbacks.pending)}
        note={
          callbacks.oldestPendingAt === null ? (
            t.noneWait
          ) : (
            <>
              {t.oldest} <Time at={callbacks.oldestPendingAt} />
            </>
          )
        }
        place={pending}
      />
      <Tile
        name={t.callbacksFailing}
        value={many(callbacks.failing)}
        note={t.failingNote}
        place={pending}
        isBad={callbacks.failing > 0}
      />
      <Tile
        name={t.callbacksDead}
        value={many(callbacks.dead)}
        note={t.deadNote}
        place={places.deliveries({ ...scope, state: 'dead' })}
        isBad={callbacks.dead > 0}
      />
      {!isOwn && (
        <>
          <Tile
            name={t.nearLimit}
            value={many(deadlines.orders)}
            note={
              deadlines.overdue > 0 ? t.overdue(deadlines.overdue) : t.nearNote(figures.nearMinutes)
            }
            place={near}
            isBad={deadlines.overdue > 0}
          />
          <Tile
            name={t.money}
            value={yuan(deadlines.amountFen)}
            note={
              deadlines.withoutAmount > 0 ? t.withoutAmount(deadlines.withoutAmount) : t.allKnown
            }
            place={near}
          />
        </>
      )}
    </dl>
  );
}

function Tile({
  name,
  value,
  note,
  place,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: ReactNode;
  readonly place: Place;
  readonly isBad?: boolean;
}) {
  return (
    <div className={isBad ? 'bad' : undefined}>
      <dt>{name}</dt>
      <dd>
        <Go place={place}>{value}</Go>
        <div className="muted">{note}</div>
      </dd>
    </div>
  );
}

/** Which codes refused, most first; each leads to its calls. */
function Refusals({ figures, list }: { readonly figures: Figures; readonly list: List }) {
  const t = useTexts(homeTexts);
  const { refusals } = figures.calls;
  return (
    <>
      <h3>{t.byCode}</h3>
      {refusals.length === 0 ? (
        <p className="muted">{t.noRefusals}</p>
      ) : (
        <ul className="plain-list codes">
          {refusals.map(({ platform, outcome, count }) => (
            <li key={`${platform} ${outcome}`}>
              <Go
                place={places.requests({
                  ...scopeOf(list),
                  platform,
                  outcome,
                  from: from(figures),
                })}
              >
                <code>{outcome}</code>
              </Go>
              <span className="muted">
                {platform} · {many(count)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
