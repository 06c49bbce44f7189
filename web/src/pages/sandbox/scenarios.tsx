// Scenarios of the sandbox: those that come with Ordergate, a file of one's own, and the last runs.
import { useQuery } from '@tanstack/react-query';
import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import { useState } from 'react';
import { queryClient } from '../../api/queries.ts';
import {
  runQuery,
  runsQuery,
  type Scenario,
  scenariosQuery,
  startRun,
} from '../../api/scenarios.ts';
import { useMay } from '../../app/me.tsx';
import { usePreferences } from '../../app/preferences.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time, useDuration } from '../../parts/time.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sandboxTexts } from '../../texts/sandbox.ts';
import { useAct } from '../callbacks/act.ts';
import { OwnScenario } from './own-scenario.tsx';
import { Run, RunState } from './run.tsx';

export function Scenarios() {
  const t = useTexts(sandboxTexts);
  const act = useAct();
  const may = useMay();
  const mayReset = may('resetSandbox');
  const scenarios = useQuery(scenariosQuery);
  const runs = useQuery(runsQuery);
  const [chosen, setChosen] = useState<string>();
  const [isReset, setReset] = useState(true);
  const [own, setOwn] = useState('');
  const underWay = runs.data?.items.find(({ state }) => state === 'running');
  // Without a choice it is the newest, also somebody else's, because it moves the same clock.
  const shown = chosen ?? runs.data?.items[0]?.runId;
  const start = (what: { readonly name: string } | { readonly text: string }) =>
    void act(async () => {
      const run = await startRun({ ...what, reset: mayReset && isReset });
      queryClient.setQueryData(runQuery(run.runId).queryKey, run);
      setChosen(run.runId);
      return t.running;
    });
  return (
    <section aria-labelledby="scenarios" className="panel scenarios">
      <h2 id="scenarios">{t.scenarios}</h2>
      <p className="muted">{t.scenariosHint}</p>
      <Alert type="warning" showIcon title={t.scenariosWarning} />
      {may('startScenarioRun') &&
        (mayReset ? (
          <Checkbox checked={isReset} onChange={({ target }) => setReset(target.checked)}>
            {t.resetFirst}
          </Checkbox>
        ) : (
          <p className="muted">{t.notReset}</p>
        ))}
      {shown !== undefined && <Run key={shown} runId={shown} />}
      <Loaded query={scenarios} rows={6}>
        {({ items }) => (
          <ul className="rows">
            {items.map((one) => (
              <Row
                key={one.name}
                scenario={one}
                isBusy={underWay !== undefined}
                onRun={() => start({ name: one.name })}
                onEdit={() => setOwn(one.text)}
              />
            ))}
          </ul>
        )}
      </Loaded>
      {may('startScenarioRun') && (
        <OwnScenario
          text={own}
          isBusy={underWay !== undefined}
          onChange={setOwn}
          onRun={() => start({ text: own })}
        />
      )}
      <LastRuns onShow={setChosen} />
    </section>
  );
}

function Row({
  scenario: { title, steps, advanceSeconds },
  isBusy,
  onRun,
  onEdit,
}: {
  readonly scenario: Scenario;
  readonly isBusy: boolean;
  onRun(): void;
  onEdit(): void;
}) {
  const t = useTexts(sandboxTexts);
  const { language } = usePreferences();
  const duration = useDuration();
  const may = useMay();
  const name = title[language];
  return (
    <li>
      <span className="grow">
        {name}{' '}
        <span className="muted">
          {t.steps(steps.length)}
          {advanceSeconds > 0 && ` · ${t.moves(duration(advanceSeconds * 1000))}`}
        </span>
      </span>
      {may('startScenarioRun') && (
        <>
          <Button type="text" aria-label={t.editOf(name)} onClick={onEdit}>
            {t.edit}
          </Button>
          <Button aria-label={t.runOf(name)} disabled={isBusy} onClick={onRun}>
            {t.run}
          </Button>
        </>
      )}
    </li>
  );
}

function LastRuns({ onShow }: { onShow(runId: string): void }) {
  const t = useTexts(sandboxTexts);
  const { language } = usePreferences();
  const { data } = useQuery(runsQuery);
  if (!data || data.items.length === 0) return null;
  return (
    <>
      <h3>{t.lastRuns}</h3>
      <p className="muted">{t.lastRunsHint}</p>
      <ul className="rows last-runs">
        {data.items.map(({ runId, title, state, startedAt, by }) => (
          <li key={runId}>
            <RunState state={state} />
            <span className="grow">
              {title[language]}{' '}
              <span className="muted">
                {by} · <Time at={startedAt} />
              </span>
            </span>
            <Button
              type="text"
              aria-label={t.showOf(title[language])}
              onClick={() => onShow(runId)}
            >
              {t.show}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
