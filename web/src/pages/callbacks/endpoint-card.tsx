// One endpoint: whether it works, its breaker and next attempt, its last day, and what can be done.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { CallbackEndpoint, EndpointHealth } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyId, millis, Status, type Tone } from '../../parts/values.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from './act.ts';
import { HealthBars } from './health.tsx';
import { ReplayDialog, type ReplayFilter } from './replay-dialog.tsx';

interface Pinged {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMicros: number;
}

export function useEndpointState(): (endpoint: CallbackEndpoint) => readonly [Tone, string] {
  const t = useTexts(callbackTexts);
  return ({ enabled, pausedUntil, failures }) => {
    if (!enabled) return ['default', t.off];
    if (pausedUntil !== null) return ['error', t.paused];
    return failures > 0 ? ['warning', t.failing] : ['success', t.working];
  };
}

export function EndpointCard({ endpoint }: { readonly endpoint: CallbackEndpoint }) {
  const t = useTexts(callbackTexts);
  const act = useAct();
  const stateOf = useEndpointState();
  const may = useMay();
  const [replay, setReplay] = useState<ReplayFilter | null>(null);
  const { endpointId, platform, party, url, enabled, off, failures, failingSince, pausedUntil } =
    endpoint;
  const health = useQuery({
    queryKey: ['health', endpointId],
    queryFn: ({ signal }) =>
      ask<EndpointHealth>(path('callbacks', 'endpoints', endpointId, 'health'), { signal }),
    refetchInterval: 60_000,
  });
  const [tone, word] = stateOf(endpoint);
  const test = () =>
    act(async () => {
      const target = path('callbacks', 'endpoints', endpointId, 'ping');
      const { status, error, durationMicros } = await ask<Pinged>(target, {
        method: 'POST',
        body: {},
      });
      return error === null
        ? t.testDone(String(status), millis(durationMicros))
        : t.testFailed(`${status ?? ''} ${error}`);
    });
  const toggle = () =>
    act(async () => {
      const target = path('callbacks', 'endpoints', endpointId);
      await ask(target, { method: 'PATCH', body: { enabled: !enabled } });
      return enabled ? t.off : t.working;
    });
  return (
    <section className="panel" aria-label={url}>
      <div className="panel-head">
        <Status tone={tone} text={word} />
        <h2 className="url">
          <Go place={{ to: `/callbacks/endpoints/${endpointId}` }}>{url}</Go>
        </h2>
        <span className="muted">{platform}</span>
        <CopyId id={party} length={20} />
        <span className="grow" />
        {may('pingCallbackEndpoint') && <Button onClick={test}>{t.test}</Button>}
        {may('changeCallbackEndpoint') && (
          <Button onClick={toggle}>{enabled ? t.switchOff : t.switchOn}</Button>
        )}
      </div>
      {off && (
        <p>
          {t.offBecause(off.reason)} <Time at={off.at} />
        </p>
      )}
      <dl className="facts-line">
        <div>
          <dt>{t.breaker}</dt>
          <dd>
            {pausedUntil === null ? (
              t.breakerClosed
            ) : (
              <>
                {t.pausedUntil} <Time at={pausedUntil} />
              </>
            )}
          </dd>
        </div>
        {failures > 0 && (
          <div>
            <dt>{t.failures(failures)}</dt>
            <dd>
              {t.since} <Time at={failingSince} />
            </dd>
          </div>
        )}
        {health.data && (
          <>
            <div>
              <dt>{t.nextAttempt}</dt>
              <dd>
                <Time at={health.data.nextAttemptAt} />
              </dd>
            </div>
            <div>
              <dt>{t.lastSuccess}</dt>
              <dd>
                {health.data.lastSuccessAt === null ? (
                  t.noSuccess
                ) : (
                  <Time at={health.data.lastSuccessAt} />
                )}
              </dd>
            </div>
            {(['pending', 'dead', 'delivered'] as const).map((state) => (
              <div key={state}>
                <dt>{t[`${state}Count`]}</dt>
                <dd>
                  <Go place={places.deliveries({ endpointId, state })}>{health.data[state]}</Go>
                </dd>
              </div>
            ))}
          </>
        )}
      </dl>
      <Loaded query={health} rows={2}>
        {(data) => (
          <>
            <HealthBars health={data} />
            <p className="links">
              <Go place={places.deliveries({ endpointId })}>{t.show}</Go>
              {may('startReplayJob') && failingSince !== null && (
                <button
                  type="button"
                  className="link"
                  onClick={() => setReplay({ endpointId, from: failingSince })}
                >
                  {t.sinceSuccess}
                </button>
              )}
            </p>
          </>
        )}
      </Loaded>
      {replay && <ReplayDialog filter={replay} onClose={() => setReplay(null)} />}
    </section>
  );
}
