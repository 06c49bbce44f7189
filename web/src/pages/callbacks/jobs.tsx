// Jobs that send many callbacks again: how far each is, and a stop.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { ask, path } from '../../api/client.ts';
import type { ReplayJob } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Status, type Tone } from '../../parts/values.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from './act.ts';
import { CallbackTabs } from './tabs.tsx';

const TONES: Readonly<Record<ReplayJob['state'], Tone>> = {
  counted: 'default',
  running: 'processing',
  done: 'success',
  stopped: 'warning',
  failed: 'error',
};

export function Jobs() {
  const t = useTexts(callbackTexts);
  const jobs = useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) =>
      ask<{ items: readonly ReplayJob[] }>('/callbacks/replay-jobs', { signal }),
    refetchInterval: 5_000,
  });
  return (
    <div className="page">
      <CallbackTabs />
      <Loaded query={jobs}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t.jobsNone} hint={t.jobsNoneHint} />
          ) : (
            items.map(({ jobId }) => (
              <section key={jobId} className="panel" aria-label={jobId}>
                <JobProgress jobId={jobId} />
              </section>
            ))
          )
        }
      </Loaded>
    </div>
  );
}

export function JobProgress({ jobId }: { readonly jobId: string }) {
  const t = useTexts(callbackTexts);
  const act = useAct();
  const may = useMay();
  const target = path('callbacks', 'replay-jobs', jobId);
  const job = useQuery({
    queryKey: ['jobs', jobId],
    queryFn: ({ signal }) => ask<ReplayJob>(target, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1_000 : false),
  });
  const words: Record<ReplayJob['state'], string> = {
    counted: t.counting,
    running: t.running,
    done: t.done,
    stopped: t.stopped,
    failed: t.failedJob,
  };
  return (
    <Loaded query={job} rows={1}>
      {({ state, total, replayed, skipped, startedAt, problem }) => (
        <div className="job">
          <Status tone={TONES[state]} text={words[state]} />
          <progress max={total} value={replayed + skipped} aria-label={jobId} />
          <span role="status">{t.progress(replayed, total)}</span>
          {skipped > 0 && <span className="muted">{t.skipped(skipped)}</span>}
          <Time at={startedAt} />
          {problem !== null && <code className="said">{problem}</code>}
          {state === 'running' && may('stopReplayJob') && (
            <Button
              danger
              onClick={() =>
                act(async () => {
                  await ask(`${target}/stop`, { method: 'POST', body: {} });
                  return t.stopped;
                })
              }
            >
              {t.stop}
            </Button>
          )}
        </div>
      )}
    </Loaded>
  );
}
