// API tokens: made for scripts with a name, a role and an end; shown once, and ended.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import InputNumber from 'antd/es/input-number';
import Modal from 'antd/es/modal';
import Select from 'antd/es/select';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { type Token, TokenRow } from '../../parts/token-row.tsx';
import { Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { peopleTexts } from '../../texts/people.ts';
import { useAct } from '../callbacks/act.ts';
import { useRoles } from './accounts.tsx';

interface ApiToken extends Token {
  readonly role: Me['role'];
  readonly platform: string | null;
  readonly partyId: string | null;
  readonly createdBy: string;
}

export function ApiTokens() {
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  const act = useAct();
  const roles = useRoles();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Me['role']>('viewer');
  const [days, setDays] = useState(90);
  const [token, setToken] = useState<string | null>(null);
  const tokens = useQuery({
    queryKey: ['api-tokens'],
    queryFn: ({ signal }) => ask<{ items: readonly ApiToken[] }>('/api-tokens', { signal }),
  });
  const create = () =>
    act(async () => {
      const body = { name: name.trim(), role, days };
      const made = await ask<{ token: string }>('/api-tokens', { method: 'POST', body });
      setOpen(false);
      setName('');
      setToken(made.token);
      return t.done;
    });
  const end = (tokenId: string) => () =>
    act(async () => {
      await ask(path('api-tokens', tokenId), { method: 'DELETE' });
      return t.done;
    });
  return (
    <section aria-labelledby="api-tokens" className="panel">
      <div className="panel-head">
        <h2 id="api-tokens">{t.tokens}</h2>
        <span className="muted">{t.tokensHint}</span>
        <span className="grow" />
        <Button onClick={() => setOpen(true)}>{t.newToken}</Button>
      </div>
      <Loaded query={tokens} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t.tokensNone}</p>
          ) : (
            <ul className="rows">
              {items.map((one) => (
                <TokenRow
                  key={one.tokenId}
                  token={one}
                  endText={t.endToken}
                  onEnd={end(one.tokenId)}
                >
                  <Status tone="default" text={t[one.role]} />
                  {one.partyId !== null && (
                    <span className="muted">
                      {one.platform} {one.partyId}
                    </span>
                  )}
                  <span className="muted">{t.by(one.createdBy)}</span>
                </TokenRow>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Modal
        open={isOpen}
        title={t.newToken}
        okText={t.newToken}
        cancelText={c.cancel}
        okButtonProps={{ disabled: name.trim() === '' }}
        onOk={create}
        onCancel={() => setOpen(false)}
      >
        <div className="form">
          <Field label={t.name}>
            {(id) => <Input id={id} value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <Field label={t.role}>
            {(id) => <Select id={id} value={role} options={roles} onChange={setRole} />}
          </Field>
          <Field label={t.days}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={366}
                value={days}
                onChange={(value) => setDays(value ?? 1)}
              />
            )}
          </Field>
        </div>
      </Modal>
      {token !== null && (
        <SecretDialog title={t.token} secret={token} onClose={() => setToken(null)} />
      )}
    </section>
  );
}
