// An endpoint's attempts of the last day by hour: bars, and the numbers as a table.
import type { EndpointHealth } from '../../api/types.ts';
import { exactTime } from '../../parts/time.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';

const HEIGHT = 40;
const STEP = 10;

export function HealthBars({ health }: { readonly health: EndpointHealth }) {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const most = Math.max(...health.hours.map(({ succeeded, failed }) => succeeded + failed));
  if (most === 0) return <p className="muted">{t.noAttempts}</p>;
  const scale = (HEIGHT - 2) / most;
  const sum = (of: 'succeeded' | 'failed') => health.hours.reduce((all, one) => all + one[of], 0);
  const label = `${t.health}: ${c.succeeded} ${sum('succeeded')}, ${c.failed} ${sum('failed')}`;
  return (
    <>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${health.hours.length * STEP} ${HEIGHT}`}
        className="bars"
        preserveAspectRatio="xMinYMid"
      >
        {health.hours.map(({ at, succeeded, failed }, i) => {
          const [good, bad] = [succeeded * scale, failed * scale];
          return (
            <g key={at}>
              <title>{`${exactTime(at).slice(5, 16)} · ${c.succeeded} ${succeeded} · ${c.failed} ${failed}`}</title>
              <rect className="base" x={i * STEP} y={HEIGHT - 1} width={STEP - 2} height={1} />
              <rect
                className="good"
                x={i * STEP}
                y={HEIGHT - good}
                width={STEP - 2}
                height={good}
              />
              <rect
                className="bad"
                x={i * STEP}
                y={HEIGHT - good - bad}
                width={STEP - 2}
                height={bad}
              />
            </g>
          );
        })}
      </svg>
      <p className="muted">{label}</p>
      <details>
        <summary>{t.healthTable}</summary>
        <table className="numbers">
          <thead>
            <tr>
              <th scope="col">{t.hour}</th>
              <th scope="col">{c.succeeded}</th>
              <th scope="col">{c.failed}</th>
            </tr>
          </thead>
          <tbody>
            {health.hours
              .filter(({ succeeded, failed }) => succeeded + failed > 0)
              .map(({ at, succeeded, failed }) => (
                <tr key={at}>
                  <td>{exactTime(at).slice(5, 16)}</td>
                  <td>{succeeded}</td>
                  <td>{failed}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
      {!health.isWhole && <p className="muted">{t.healthPart}</p>}
    </>
  );
}
