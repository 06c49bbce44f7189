// Lines over time, drawn by uPlot; a page that shows one offers its numbers as a table, too.
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { usePreferences } from '../app/preferences.tsx';

interface Line {
  readonly name: string;
  readonly values: readonly number[];
  readonly isBad?: boolean;
}

const HEIGHT = 180;

export function Chart({
  label,
  times,
  lines,
  timeLabel,
}: {
  readonly label: string;
  /** In seconds. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly timeLabel: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { isDark } = usePreferences();
  useEffect(() => {
    const element = box.current!;
    const ink = isDark ? '#aab2bf' : '#525866';
    const grid = { stroke: isDark ? '#2a303a' : '#e6e8ec', width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: '11px system-ui' };
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'Asia/Shanghai'),
        scales: { y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] } },
        axes: [
          { ...axis, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 0]] },
          {
            ...axis,
            size: 44,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
          },
        ],
        series: [
          { value: '{MM}-{DD} {HH}:{mm}', label: timeLabel },
          ...lines.map(({ name, isBad = false }) => {
            const stroke = isBad ? '#d4542f' : isDark ? '#6ea4ff' : '#1457c2';
            return {
              label: name,
              stroke,
              fill: `${stroke}22`,
              width: 1.5,
              // A line that is told apart without its colour.
              ...(isBad && { dash: [5, 3] }),
              points: { show: false },
            };
          }),
        ],
      },
      [[...times], ...lines.map(({ values }) => [...values])],
      element,
    );
    const resize = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [times, lines, isDark, timeLabel]);
  return <div ref={box} role="img" aria-label={label} className="chart" />;
}
