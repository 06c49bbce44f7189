// What is firing and has fired, newest first, each with its time line and who acknowledged it.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { type ReactNode, useState } from 'react';
import { type Alarm, type AlarmEvent, alarmsQuery } from '../../api/alarms.ts';
import { ask, path } from '../../api/client.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Status, type Tone } from '../../parts/values.tsx';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from '../callbacks/act.ts';
import { useWatches, whose } from './words.ts';

/** So many alarms are shown at once. */
const STEP = 20;

export function Happened() {
  const t = useTexts(alarmTexts);
  const [shown, setShown] = useState(STEP);
  const alarms = useQuery(alarmsQuery);
  return (
    <section aria-labelledby="happened" className="panel">
      <div className="panel-head">
        <h2 id="happened">{t.alarms}</h2>
      </div>
      <Loaded query={alarms} rows={3}>
        {({ items }) => {
          if (items.length === 0) return <Nothing title={t.alarmsNone} hint={t.alarmsNoneHint} />;
          // What is firing comes first, however old it is.
          const sorted = [...items].sort((a, b) => Number(isOver(a)) - Number(isOver(b)));
          const left = Math.min(STEP, sorted.length - shown);
          return (
            <>
              <ul className="alarms">
                {sorted.slice(0, shown).map((one) => (
                  <OneAlarm key={one.alarmId} alarm={one} />
                ))}
              </ul>
              {left > 0 && <Button onClick={() => setShown(shown + STEP)}>{t.more(left)}</Button>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

const isOver = ({ endedAt }: Alarm): boolean => endedAt !== null;

function OneAlarm({ alarm }: { readonly alarm: Alarm }) {
  const t = useTexts(alarmTexts);
  const act = useAct();
  const watches = useWatches();
  const may = useMay();
  const { alarmId, name, value, threshold, startedAt, endedAt, acknowledgedBy, waiting } = alarm;
  const { title, relation, unit } = watches[alarm.watches];
  const acknowledge = () =>
    act(async () => {
      await ask(path('alarms', alarmId, 'acknowledge'), { method: 'POST', body: {} });
      return t.acknowledged;
    });
  const isSeen = acknowledgedBy !== null;
  return (
    <li>
      <div className="alarm">
        {endedAt !== null ? (
          <Status tone="success" text={t.ended} />
        ) : (
          <Status tone={isSeen ? 'warning' : 'error'} text={isSeen ? t.acknowledged : t.firing} />
        )}
        <strong>{name}</strong>
        <span>
          {t.figure(title, unit(String(value)))}{' '}
          <span className="muted">{t.limit(relation, unit(String(threshold)))}</span>
        </span>
        {alarm.platform !== null && <span className="muted">{whose(alarm)}</span>}
        <span className="grow" />
        {isSeen && <span className="muted">{t.by(acknowledgedBy)}</span>}
        <Time at={startedAt} />
        {!isSeen && endedAt === null && may('acknowledgeAlarm') && (
          <Button
            type="primary"
            size="small"
            aria-label={t.acknowledgeOf(name)}
            title={t.acknowledgeHint}
            onClick={acknowledge}
          >
            {t.acknowledge}
          </Button>
        )}
      </div>
      {waiting > 0 && <p className="muted">{t.waiting(waiting)}</p>}
      <details open={endedAt === null}>
        <summary>{t.timeline}</summary>
        <ol className="timeline" aria-label={t.timelineOf(name)}>
          {alarm.timeline.map((event, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are only added at the end.
            <Event key={i} event={event} unit={unit} />
          ))}
        </ol>
      </details>
    </li>
  );
}

const TONES: Readonly<Record<AlarmEvent['what'], Tone>> = {
  fired: 'error',
  sent: 'success',
  'not-sent': 'error',
  'given-up': 'error',
  quiet: 'default',
  acknowledged: 'default',
  ended: 'success',
};

function Event({
  event: { at, what, detail },
  unit,
}: {
  readonly event: AlarmEvent;
  unit(value: string): string;
}) {
  const t = useTexts(alarmTexts);
  const said = detail !== null && <span className="said">{detail}</span>;
  const words: Readonly<Record<AlarmEvent['what'], ReactNode>> = {
    fired: t.eventFired(unit(detail ?? '')),
    sent: (
      <>
        {t.eventSent} <span className="muted">{detail}</span>
      </>
    ),
    'not-sent': (
      <>
        {t.eventNotSent} {said}
      </>
    ),
    'given-up': (
      <>
        {t.eventGivenUp} {said}
      </>
    ),
    quiet: (
      <>
        {t.eventQuiet} <Time at={detail} />
      </>
    ),
    acknowledged: (
      <>
        {t.eventAcknowledged} <span className="muted">{detail}</span>
      </>
    ),
    ended: detail === null ? t.eventEnded : t.eventEndedAt(unit(detail)),
  };
  return (
    <li className={`event alarm-event ${TONES[what]}`}>
      <Time at={at} />
      <span className="event-body">{words[what]}</span>
    </li>
  );
}
