// One's second factor: set up with an authenticator, confirmed by its first code, and removed by another.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { CopyButton, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { peopleTexts } from '../../texts/people.ts';
import { useAct } from '../callbacks/act.ts';

interface Begun {
  readonly secret: string;
  readonly uri: string;
}

type Step = 'closed' | 'password' | 'confirm' | 'codes' | 'remove';

export function Totp({ me }: { readonly me: Me }) {
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  const act = useAct();
  const [step, setStep] = useState<Step>('closed');
  const [text, setText] = useState('');
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const go = (next: Step) => {
    setStep(next);
    setText('');
  };
  const post = <T,>(target: string, body: object) => ask<T>(target, { method: 'POST', body });
  const submit = () =>
    act(async () => {
      if (step === 'password') {
        setBegun(await post<Begun>('/me/totp', { password: text }));
        go('confirm');
      } else if (step === 'confirm') {
        const body = { code: text.trim() };
        setCodes((await post<{ recoveryCodes: string[] }>('/me/totp/confirm', body)).recoveryCodes);
        go('codes');
      } else if (step === 'remove') {
        await post('/me/totp/remove', { code: text.trim() });
        go('closed');
      }
      return t.done;
    });
  return (
    <div className="panel-head">
      <h3>{t.totp}</h3>
      <Status tone={me.totp ? 'success' : 'default'} text={me.totp ? t.totpOn : t.totpOff} />
      <Button onClick={() => go(me.totp ? 'remove' : 'password')}>
        {me.totp ? t.totpRemove : t.totpBegin}
      </Button>
      <Modal
        open={step !== 'closed'}
        title={t.totp}
        onCancel={() => go('closed')}
        footer={
          step === 'codes' ? (
            <Button type="primary" onClick={() => go('closed')}>
              {t.totpKept}
            </Button>
          ) : (
            <>
              <Button onClick={() => go('closed')}>{c.cancel}</Button>
              <Button type="primary" disabled={text === ''} onClick={submit}>
                {c.confirm}
              </Button>
            </>
          )
        }
      >
        {step === 'confirm' && begun && (
          <>
            <p>{t.totpScan}</p>
            <p className="secret">
              <code>{begun.secret}</code>
              <CopyButton text={begun.secret} what={t.totp} />
            </p>
            <p>
              <a href={begun.uri}>{t.totpOpen}</a>
            </p>
          </>
        )}
        {step === 'codes' ? (
          <>
            <p>{t.totpCodes}</p>
            <pre className="code">{codes.join('\n')}</pre>
            <CopyButton text={codes.join('\n')} what={t.totpCodesName} />
          </>
        ) : (
          <Field label={step === 'password' ? t.current : t.totpCode}>
            {(id) =>
              step === 'password' ? (
                <Input.Password
                  id={id}
                  autoComplete="current-password"
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              ) : (
                <Input
                  id={id}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              )
            }
          </Field>
        )}
      </Modal>
    </div>
  );
}
