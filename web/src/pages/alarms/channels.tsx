// The channels: added, removed, and tried with a message whose answer is shown.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import {
  type AlarmChannel,
  alarmChannelsQuery,
  alarmRulesQuery,
  type ChannelTest,
} from '../../api/alarms.ts';
import { ask, path } from '../../api/client.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { millis, Status } from '../../parts/values.tsx';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from '../callbacks/act.ts';
import { ChannelForm } from './channel-form.tsx';
import { Sure } from './sure.tsx';

export function Channels() {
  const t = useTexts(alarmTexts);
  const may = useMay();
  const channels = useQuery(alarmChannelsQuery);
  return (
    <section aria-labelledby="alarm-channels" className="panel">
      <div className="panel-head">
        <h2 id="alarm-channels">{t.channels}</h2>
        <span className="grow" />
        {may('createAlarmChannel') && <ChannelForm />}
      </div>
      <Loaded query={channels} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t.channelsNone} hint={t.channelsNoneHint} />
          ) : (
            <ul className="rows">
              {items.map((one) => (
                <Channel key={one.channelId} channel={one} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function Channel({ channel }: { readonly channel: AlarmChannel }) {
  const t = useTexts(alarmTexts);
  const act = useAct();
  const may = useMay();
  const { data: rules } = useQuery(alarmRulesQuery);
  const [isRemoving, setRemoving] = useState(false);
  const [isTesting, setTesting] = useState(false);
  const [tried, setTried] = useState<ChannelTest | null>(null);
  const { channelId, name, type, host, hasSecret } = channel;
  const isUsed = rules?.items.some((rule) => rule.channels.includes(channelId)) ?? true;
  const test = async () => {
    setTesting(true);
    setTried(null);
    await act(async () => {
      const target = path('alarm-channels', channelId, 'test');
      const outcome = await ask<ChannelTest>(target, { method: 'POST', body: {} });
      setTried(outcome);
      return t.tested;
    });
    setTesting(false);
  };
  const remove = () =>
    act(async () => {
      await ask(path('alarm-channels', channelId), { method: 'DELETE' });
      setRemoving(false);
      return t.removed;
    });
  return (
    <li className="channel">
      <div className="alarm">
        <Status tone="default" text={t[type]} />
        <strong>{name}</strong>
        <span className="muted url">{host}</span>
        {hasSecret && <span className="muted">{t.signed}</span>}
        <span className="grow" />
        {may('testAlarmChannel') && (
          <Button aria-label={t.testOf(name)} disabled={isTesting} onClick={test}>
            {isTesting ? t.testing : t.test}
          </Button>
        )}
        {may('removeAlarmChannel') && (
          <Button
            danger
            aria-label={t.removeOf(name)}
            disabled={isUsed}
            {...(isUsed && { title: t.usedBy })}
            onClick={() => setRemoving(true)}
          >
            {t.remove}
          </Button>
        )}
      </div>
      <div role="status">{tried && <Tried outcome={tried} />}</div>
      {isRemoving && (
        <Sure question={t.removeChannelSure(name)} onYes={remove} onNo={() => setRemoving(false)} />
      )}
    </li>
  );
}

function Tried({ outcome }: { readonly outcome: ChannelTest }) {
  const t = useTexts(alarmTexts);
  const { status, error, answer, durationMicros } = outcome;
  return (
    <div className="tried">
      <Status
        tone={error === null ? 'success' : 'error'}
        text={error === null ? t.testSent : t.testNotSent}
      />{' '}
      {status === null ? (
        t.noAnswer
      ) : (
        <>
          HTTP {status} <span className="muted">{millis(durationMicros)}</span>
        </>
      )}
      {error !== null && <p className="note">{error}</p>}
      {answer !== '' && (
        <>
          <p className="muted">{t.answered}</p>
          <pre className="code">{answer}</pre>
        </>
      )}
    </div>
  );
}
