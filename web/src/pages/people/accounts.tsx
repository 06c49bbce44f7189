// The accounts: made with a one-time link, given a role, disabled, and their passwords reset.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import Select from 'antd/es/select';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyButton, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { peopleTexts } from '../../texts/people.ts';
import { useAct } from '../callbacks/act.ts';

type Role = Me['role'];

interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  readonly passwordSet: boolean;
  readonly totp: boolean;
  readonly lastSignInAt: string | null;
}

export const useRoles = () => {
  const t = useTexts(peopleTexts);
  return (['viewer', 'operator', 'admin'] as const).map((value) => ({ value, label: t[value] }));
};

/** The server names its host only where it has been told it: else it is the one that this page came from. */
const absolute = (link: string): string => new URL(link, location.origin).href;

export function Accounts() {
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  const act = useAct();
  const roles = useRoles();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [link, setLink] = useState<string | null>(null);
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => ask<{ items: readonly Account[] }>('/accounts', { signal }),
  });
  const create = () =>
    act(async () => {
      const body = { name: name.trim(), role };
      const made = await ask<{ link: string }>('/accounts', { method: 'POST', body });
      setOpen(false);
      setName('');
      setLink(absolute(made.link));
      return t.done;
    });
  const change = (accountId: string, body: object) =>
    act(async () => {
      await ask(path('accounts', accountId), { method: 'PATCH', body });
      return t.done;
    });
  const reset = (accountId: string) =>
    act(async () => {
      const target = path('accounts', accountId, 'reset-password');
      setLink(absolute((await ask<{ link: string }>(target, { method: 'POST', body: {} })).link));
      return t.done;
    });
  return (
    <section aria-labelledby="accounts" className="panel">
      <div className="panel-head">
        <h2 id="accounts">{t.accounts}</h2>
        <span className="grow" />
        <Button onClick={() => setOpen(true)}>{t.newAccount}</Button>
      </div>
      <Loaded query={accounts} rows={3}>
        {({ items }) => (
          <ul className="rows">
            {items.map((account) => (
              <li key={account.accountId}>
                <strong>{account.name}</strong>
                <Select
                  aria-label={`${t.role} ${account.name}`}
                  value={account.role}
                  options={roles}
                  style={{ width: 110 }}
                  onChange={(next: Role) => change(account.accountId, { role: next })}
                />
                <Status
                  tone={account.enabled ? (account.passwordSet ? 'success' : 'warning') : 'default'}
                  text={account.enabled ? (account.passwordSet ? t.active : t.waiting) : t.disabled}
                />
                {account.totp && <Status tone="success" text={t.totp} />}
                <span className="grow">
                  {t.lastSignIn}{' '}
                  {account.lastSignInAt === null ? (
                    <span className="muted">{t.never}</span>
                  ) : (
                    <Time at={account.lastSignInAt} />
                  )}
                </span>
                <Button title={t.resetHint} onClick={() => reset(account.accountId)}>
                  {t.reset}
                </Button>
                <Button
                  danger={account.enabled}
                  onClick={() => change(account.accountId, { enabled: !account.enabled })}
                >
                  {account.enabled ? t.disable : t.enable}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Modal
        open={isOpen}
        title={t.newAccount}
        okText={t.newAccount}
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
        </div>
      </Modal>
      <Modal
        open={link !== null}
        title={t.link}
        footer={<Button onClick={() => setLink(null)}>{c.close}</Button>}
        onCancel={() => setLink(null)}
      >
        <p>{t.linkHint}</p>
        <p className="secret">
          <code>{link}</code>
          <CopyButton text={link ?? ''} what={t.link} />
        </p>
      </Modal>
    </section>
  );
}
