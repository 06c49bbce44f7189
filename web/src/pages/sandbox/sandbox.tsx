// The sandbox: its clock is moved, calls are forced to fail, scenarios run, and everything begins anew.
import { useQuery } from '@tanstack/react-query';
import App from 'antd/es/app';
import Button from 'antd/es/button';
import { ask } from '../../api/client.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { exactTime, useDuration } from '../../parts/time.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { sandboxTexts } from '../../texts/sandbox.ts';
import { useAct } from '../callbacks/act.ts';
import { Forces } from './forces.tsx';
import { Scenarios } from './scenarios.tsx';

interface Clock {
  readonly now: string;
  readonly offsetSeconds: number;
}

/** How far a button moves the clock, in seconds. */
const STEPS = [
  ['add10', 600],
  ['add100', 6_000],
  ['add24h', 86_400],
] as const;

export function Sandbox() {
  const t = useTexts(sandboxTexts);
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <ClockPanel />
      <Forces />
      <Scenarios />
      <Reset />
    </div>
  );
}

function ClockPanel() {
  const t = useTexts(sandboxTexts);
  const act = useAct();
  const duration = useDuration();
  const may = useMay();
  const clock = useQuery({
    queryKey: ['clock'],
    queryFn: ({ signal }) => ask<Clock>('/clock', { signal }),
    refetchInterval: 1_000,
  });
  const move = (advanceSeconds: number) => () =>
    act(async () => {
      await ask('/clock', { method: 'POST', body: { advanceSeconds } });
      return t.moved;
    });
  const toDeadline = () =>
    act(async () => {
      const { platform, orderId } = await ask<{ platform: string; orderId: string }>(
        '/clock/next-deadline',
        { method: 'POST', body: {} },
      );
      return t.movedTo(`${platform} ${orderId}`);
    });
  return (
    <section aria-labelledby="clock" className="panel">
      <h2 id="clock">{t.clock}</h2>
      <p className="muted">{t.clockHint}</p>
      <Loaded query={clock} rows={1}>
        {({ now, offsetSeconds }) => (
          <p>
            <strong className="clock">{exactTime(now)}</strong>{' '}
            <span className="muted offset">
              {offsetSeconds === 0 ? t.real : t.ahead(duration(offsetSeconds * 1000))}
            </span>
          </p>
        )}
      </Loaded>
      {may('advanceClock') && (
        <p className="bar-actions">
          {STEPS.map(([name, seconds]) => (
            <Button key={name} onClick={move(seconds)}>
              {t[name]}
            </Button>
          ))}
          <Button onClick={toDeadline}>{t.toDeadline}</Button>
        </p>
      )}
    </section>
  );
}

function Reset() {
  const t = useTexts(sandboxTexts);
  const c = useTexts(common);
  const act = useAct();
  const { modal } = App.useApp();
  const may = useMay();
  if (!may('resetSandbox')) return null;
  const reset = () =>
    modal.confirm({
      title: t.resetSure,
      okText: t.resetDo,
      cancelText: c.cancel,
      okButtonProps: { danger: true },
      onOk: () =>
        act(async () => {
          await ask('/sandbox/reset', { method: 'POST', body: {} });
          return t.resetDone;
        }),
    });
  return (
    <section aria-labelledby="reset" className="panel">
      <h2 id="reset">{t.reset}</h2>
      <p className="muted">{t.resetHint}</p>
      <Button danger onClick={reset}>
        {t.resetDo}
      </Button>
    </section>
  );
}
