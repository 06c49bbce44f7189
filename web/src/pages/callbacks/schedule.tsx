// A callback's attempts as steps of its schedule: those that were made with their answers, and those to come.
import type { Delivery } from '../../api/types.ts';
import { Time } from '../../parts/time.tsx';
import { millis, Status } from '../../parts/values.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';

function useWait(): (seconds: number) => string {
  const c = useTexts(common);
  return (seconds) => {
    if (seconds < 60) return c.seconds(seconds);
    return seconds < 3600
      ? c.minutes(Math.round(seconds / 60))
      : c.hours(Math.round(seconds / 3600));
  };
}

export function Schedule({
  delivery: { attempts, state },
  waits,
}: {
  readonly delivery: Delivery;
  readonly waits: readonly number[];
}) {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const wait = useWait();
  // A replay begins the schedule anew, so that more attempts may be made than it has steps.
  const planned = state === 'pending' ? waits.slice(attempts.length) : [];
  return (
    <section aria-labelledby="schedule" className="panel">
      <div className="panel-head">
        <h2 id="schedule">
          {t.attempts} <span className="muted">{t.schedule}</span>
        </h2>
        <span className="muted">
          {t.attemptsOf(attempts.length, Math.max(attempts.length, waits.length))} ·{' '}
          {t.scheduleHint}
        </span>
      </div>
      <ol className="steps">
        {attempts.map(({ at, status, error, durationMicros, answer }, i) => (
          <li key={at} className={error === null ? 'step success' : 'step error'}>
            <strong>{i + 1}</strong> <Time at={at} />{' '}
            <Status
              tone={error === null ? 'success' : 'error'}
              text={error === null ? c.succeeded : c.failed}
            />{' '}
            <span className="muted">
              {status ?? ''} {millis(durationMicros)}
            </span>
            {error !== null && <p className="note">{error}</p>}
            {answer !== '' && <p className="said">{answer}</p>}
          </li>
        ))}
        {planned.map((seconds, i) => {
          const number = attempts.length + i + 1;
          return (
            <li key={number} className="step">
              <strong>{number}</strong> <span className="muted">{t.planned}</span> (+{wait(seconds)}
              )
            </li>
          );
        })}
      </ol>
    </section>
  );
}
