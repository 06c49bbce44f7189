// One's own account: where one is signed in, out everywhere, and the password.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { peopleTexts } from '../../texts/people.ts';
import { useAct } from '../callbacks/act.ts';
import { Totp } from './totp.tsx';

interface Session {
  readonly sessionId: string;
  readonly lastSeenAt: string;
  readonly endsAt: string;
  readonly address: string;
  readonly userAgent: string;
  readonly current: boolean;
}

export function MyAccount({ me }: { readonly me: Me }) {
  const t = useTexts(peopleTexts);
  const act = useAct();
  const sessions = useQuery({
    queryKey: ['my-sessions'],
    queryFn: ({ signal }) => ask<{ items: readonly Session[] }>('/me/sessions', { signal }),
    enabled: me.kind === 'account',
  });
  const end = (target: string) => () =>
    act(async () => {
      await ask(target, { method: 'DELETE' });
      return t.done;
    });
  return (
    <section aria-labelledby="me" className="panel">
      <div className="panel-head">
        <h2 id="me">{t.me}</h2>
        <strong>{me.name}</strong>
        <Status tone="default" text={t[me.role]} />
      </div>
      {me.kind !== 'account' ? (
        <p className="muted">{t.noAccount}</p>
      ) : (
        <>
          <div className="panel-head">
            <h3>{t.sessions}</h3>
            <Button danger onClick={end('/me/sessions')}>
              {t.endAll}
            </Button>
          </div>
          <Loaded query={sessions} rows={2}>
            {({ items }) => (
              <ul className="rows">
                {items.map(({ sessionId, lastSeenAt, endsAt, address, userAgent, current }) => (
                  <li key={sessionId}>
                    {current && <Status tone="success" text={t.thisSession} />}
                    <span>
                      {t.lastSeen} <Time at={lastSeenAt} />
                    </span>
                    <span>
                      {t.endsAt} <Time at={endsAt} />
                    </span>
                    <span>{address}</span>
                    <span className="muted grow" title={userAgent}>
                      {userAgent}
                    </span>
                    {!current && (
                      <Button onClick={end(path('me', 'sessions', sessionId))}>{t.end}</Button>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </Loaded>
          {me.passwordSet && me.may.includes('beginTotp') && <Totp me={me} />}
          {me.passwordSet ? <Password /> : <p className="muted">{t.noPassword}</p>}
        </>
      )}
    </section>
  );
}

function Password() {
  const t = useTexts(peopleTexts);
  const act = useAct();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  return (
    <form
      className="fields"
      onSubmit={async (event) => {
        event.preventDefault();
        const isDone = await act(async () => {
          await ask('/me/password', { method: 'POST', body: { current, password: next } });
          return t.changed;
        });
        if (!isDone) return;
        setCurrent('');
        setNext('');
      }}
    >
      <Field label={t.current}>
        {(id) => (
          <Input.Password
            id={id}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
      </Field>
      <Field label={t.next}>
        {(id) => (
          <Input.Password
            id={id}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        )}
      </Field>
      <Button htmlType="submit" disabled={current === '' || next.length < 12}>
        {t.password}
      </Button>
    </form>
  );
}
