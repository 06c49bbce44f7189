// A run of a scenario: each step with its outcome as it comes, and links to what it was about.
import { useQuery } from '@tanstack/react-query';
import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import { type RunStep, runQuery, type ScenarioRun, stopRun } from '../../api/scenarios.ts';
import { useMay } from '../../app/me.tsx';
import { usePreferences } from '../../app/preferences.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Status, type Tone } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sandboxTexts } from '../../texts/sandbox.ts';
import { useAct } from '../callbacks/act.ts';

const TONES: Readonly<Record<ScenarioRun['state'] | RunStep['state'], Tone>> = {
  ...{ running: 'processing', passed: 'success', failed: 'error', broken: 'error' },
  ...{ stopped: 'warning', waiting: 'default', left: 'default' },
};

export function RunState({ state }: { readonly state: ScenarioRun['state'] | RunStep['state'] }) {
  const t = useTexts(sandboxTexts);
  return <Status tone={TONES[state]} text={state === 'stopped' ? t.stoppedRun : t[state]} />;
}

export function Run({ runId }: { readonly runId: string }) {
  const t = useTexts(sandboxTexts);
  const { language } = usePreferences();
  const act = useAct();
  const may = useMay();
  const run = useQuery(runQuery(runId));
  const stop = () =>
    act(async () => {
      await stopRun(runId);
      return t.stopped;
    });
  return (
    <section aria-labelledby="run" className="run">
      <Loaded query={run} rows={3}>
        {({ title, state, problem, steps }) => (
          <>
            <div className="panel-head">
              <h3 id="run">{title[language]}</h3>
              <span role="status">
                <RunState state={state} />
              </span>
              {state === 'running' && may('stopScenarioRun') && (
                <Button danger onClick={stop}>
                  {t.stop}
                </Button>
              )}
            </div>
            {problem && <Alert type="error" showIcon title={problem[language]} />}
            <ol className="run-steps">
              {steps.map((step) => (
                <Step key={step.number} step={step} />
              ))}
            </ol>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Step({ step }: { readonly step: RunStep }) {
  const t = useTexts(sandboxTexts);
  const { language } = usePreferences();
  const { number, what, state, result, milliseconds, requestId, orders } = step;
  return (
    <li className={state}>
      <span className="muted number">{number}</span>
      <RunState state={state} />
      <div className="grow">
        <div>{what[language]}</div>
        {result && <div className={state === 'failed' ? 'why' : 'muted'}>{result[language]}</div>}
        {(requestId !== null || orders.length > 0) && (
          <div className="links">
            {requestId !== null && <Go place={places.request(requestId)}>{t.request}</Go>}
            {orders.map(({ platform, orderId }) => (
              <Go key={`${platform}/${orderId}`} place={places.order(platform, orderId)}>
                {platform} {orderId}
              </Go>
            ))}
          </div>
        )}
      </div>
      {milliseconds !== null && <span className="muted took">{milliseconds} ms</span>}
    </li>
  );
}
