// The overview: what needs attention first, then how many calls came, then who is served.
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { alarmsQuery } from '../../api/alarms.ts';
import { approvalsQuery } from '../../api/approvals.ts';
import { overviewQuery } from '../../api/queries.ts';
import type { Overview } from '../../api/types.ts';
import { useMay, useMe } from '../../app/me.tsx';
import { Go, type Place, places } from '../../parts/go.tsx';
import { Loaded, Loading, Nothing } from '../../parts/problem.tsx';
import { Status, type Tone } from '../../parts/values.tsx';
import { approvalTexts } from '../../texts/approvals.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { homeTexts } from '../../texts/home.ts';

/** Charts and tables come after the page can be used. */
const FiguresPanel = lazy(() => import('./figures.tsx').then((m) => ({ default: m.FiguresPanel })));
const CallChart = lazy(() => import('./calls.tsx').then((m) => ({ default: m.Calls })));
const Refused = lazy(() => import('./refused.tsx').then((m) => ({ default: m.Refused })));

const PartnerHome = lazy(() =>
  import('./partner-home.tsx').then((m) => ({ default: m.PartnerHome })),
);

export function Home() {
  const { scope } = useMe();
  if (!scope) return <OperatorHome />;
  return (
    <Suspense fallback={<Loading rows={8} />}>
      <PartnerHome scope={scope} />
    </Suspense>
  );
}

function OperatorHome() {
  const t = useTexts(homeTexts);
  const overview = useQuery(overviewQuery);
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <section aria-labelledby="attention" className="panel">
        <h2 id="attention">{t.attention}</h2>
        <Loaded query={overview} rows={4}>
          {(data) => <Attention overview={data} />}
        </Loaded>
      </section>
      <Suspense fallback={<Loading rows={4} />}>
        <FiguresPanel />
      </Suspense>
      <Suspense fallback={<Loading rows={4} />}>
        <CallChart />
      </Suspense>
      <Suspense fallback={<Loading rows={4} />}>
        <Refused />
      </Suspense>
      <section aria-labelledby="platforms" className="panel">
        <h2 id="platforms">{t.platforms}</h2>
        <Loaded query={overview} rows={2}>
          {({ platforms }) => (
            <ul className="plain-list">
              {platforms.map(({ name, parties }) => (
                <li key={name}>
                  <Go place={places.orders({ platform: name })}>{name}</Go>
                  <span className="muted">{t.partiesCount(parties)}</span>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </section>
    </div>
  );
}

interface Matter {
  readonly key: string;
  readonly tone: Tone;
  readonly word: string;
  readonly text: string;
  readonly hint: string;
  readonly place: Place;
}

function Attention({ overview }: { readonly overview: Overview }) {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  const { refusedLastHour, dueSoon, deadCallbacks, endpointsOff, endpointsFailing } = overview;
  const many = ({ count, isMore }: { count: number; isMore: boolean }) =>
    isMore ? `${count}+` : String(count);
  const a = useTexts(approvalTexts);
  const may = useMay();
  const { data: approvals } = useQuery({ ...approvalsQuery, enabled: may('listApprovals') });
  const waiting = approvals?.items.filter(({ state }) => state === 'waiting').length ?? 0;
  const { data: alarms } = useQuery({ ...alarmsQuery, enabled: may('listAlarms') });
  const firing = alarms?.items.filter(({ endedAt }) => endedAt === null) ?? [];
  const found: (Matter | false)[] = [
    ...firing.map(
      ({ alarmId, name, acknowledgedBy }): Matter => ({
        key: alarmId,
        tone: acknowledgedBy === null ? 'error' : 'warning',
        word: c.alarms,
        text: t.alarm(name),
        hint: acknowledgedBy === null ? t.alarmHint : t.alarmSeen(acknowledgedBy),
        place: { to: '/alarms' },
      }),
    ),
    waiting > 0 && {
      key: 'approvals',
      tone: 'warning',
      word: a.title,
      text: a.matter(waiting),
      hint: a.matterHint,
      place: { to: '/approvals' },
    },
    deadCallbacks > 0 && {
      key: 'dead',
      tone: 'error',
      word: c.callbacks,
      text: t.dead(deadCallbacks),
      hint: t.deadHint,
      place: places.deliveries({ state: 'dead' }),
    },
    refusedLastHour.count > 0 && {
      key: 'refused',
      tone: 'warning',
      word: c.requests,
      text: t.refused(many(refusedLastHour)),
      hint: t.refusedHint,
      place: places.requests({ refused: 'true', from: hourBefore(overview.now) }),
    },
    dueSoon.count > 0 && {
      key: 'due',
      tone: 'warning',
      word: c.orders,
      text: t.due(many(dueSoon)),
      hint: t.dueHint,
      place: places.orders({ preset: 'near-limit' }),
    },
    ...endpointsFailing.map(
      ({ endpointId, url, failures }): Matter => ({
        key: endpointId,
        tone: 'warning',
        word: c.callbacks,
        text: t.failing(url),
        hint: t.failingHint(failures),
        place: { to: `/callbacks/endpoints/${endpointId}` },
      }),
    ),
    endpointsOff > 0 && {
      key: 'off',
      tone: 'default',
      word: c.callbacks,
      text: t.off(endpointsOff),
      hint: t.offHint,
      place: { to: '/callbacks' },
    },
  ];
  const matters = found.filter((one) => one !== false);
  if (matters.length === 0) return <Nothing title={t.allQuiet} hint={t.allQuietHint} />;
  return (
    <>
      <ul className="matters">
        {matters.map(({ key, tone, word, text, hint, place }) => (
          <li key={key}>
            <Status tone={tone} text={word} />
            <Go place={place}>{text}</Go>
            <span className="muted">{hint}</span>
          </li>
        ))}
      </ul>
      <p>
        <Go place={places.orders({ preset: 'needs-attention' })}>{t.ordersLink}</Go>
      </p>
    </>
  );
}

const hourBefore = (now: string): string =>
  new Date(Date.parse(now) - 3_600_000).toISOString().replace(/\.\d+/, '');
