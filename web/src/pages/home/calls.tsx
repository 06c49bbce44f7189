// How many calls were answered and refused over time: a chart, and its numbers as a table.
import { useQuery } from '@tanstack/react-query';
import Segmented from 'antd/es/segmented';
import { lazy, Suspense, useState } from 'react';
import { seriesQuery } from '../../api/queries.ts';
import type { CallSeries } from '../../api/types.ts';
import { Loaded, Loading, Nothing } from '../../parts/problem.tsx';
import { exactTime } from '../../parts/time.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { homeTexts } from '../../texts/home.ts';

const Chart = lazy(() => import('../../parts/chart.tsx').then((m) => ({ default: m.Chart })));

const SPANS = { hour: [60, 1], day: [1440, 15] } as const;
type Span = keyof typeof SPANS;

export function Calls() {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  const [span, setSpan] = useState<Span>('hour');
  const [isTable, setTable] = useState(false);
  const [minutes, step] = SPANS[span];
  const series = useQuery(seriesQuery(minutes, step));
  return (
    <section aria-labelledby="calls" className="panel">
      <div className="panel-head">
        <h2 id="calls">{t.calls}</h2>
        <Segmented<Span>
          aria-label={t.calls}
          value={span}
          onChange={setSpan}
          options={[
            { value: 'hour', label: t.lastHour },
            { value: 'day', label: t.lastDay },
          ]}
        />
        <button type="button" className="link" onClick={() => setTable(!isTable)}>
          {isTable ? c.asChart : c.asTable}
        </button>
      </div>
      <Loaded query={series} rows={4}>
        {(data) => {
          const some = data.items.filter(({ answered }) => answered > 0);
          return (
            <>
              {some.length === 0 ? (
                <Nothing title={t.noCalls} />
              ) : isTable ? (
                <Numbers items={some} />
              ) : (
                <Suspense fallback={<Loading rows={4} />}>
                  <Chart
                    timeLabel={c.time}
                    label={t.callsOf(minutes / 60)}
                    times={data.items.map(({ at }) => Date.parse(at) / 1000)}
                    lines={[
                      { name: t.answered, values: data.items.map(({ answered }) => answered) },
                      {
                        name: t.refusedLine,
                        values: data.items.map(({ refused }) => refused),
                        isBad: true,
                      },
                    ]}
                  />
                </Suspense>
              )}
              <p className="muted">{t.since(exactTime(data.since))}</p>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Numbers({ items }: { readonly items: CallSeries['items'] }) {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section className="scroll" aria-label={t.calls} tabIndex={0}>
      <table className="numbers">
        <thead>
          <tr>
            <th scope="col">{c.time}</th>
            <th scope="col">{t.answered}</th>
            <th scope="col">{t.refusedLine}</th>
          </tr>
        </thead>
        <tbody>
          {items.toReversed().map(({ at, answered, refused }) => (
            <tr key={at}>
              <td>{exactTime(at).slice(5, 16)}</td>
              <td>{answered}</td>
              <td>{refused}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
