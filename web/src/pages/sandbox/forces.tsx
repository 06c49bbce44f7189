// Rules that force a party's calls: listed, added, and taken away.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import InputNumber from 'antd/es/input-number';
import Select from 'antd/es/select';
import { type FormEvent, useState } from 'react';
import { ask, path } from '../../api/client.ts';
import { platformsQuery } from '../../api/queries.ts';
import { useMay } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { PartyInput } from '../../parts/party-input.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Id } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { sandboxTexts } from '../../texts/sandbox.ts';
import { useAct } from '../callbacks/act.ts';

interface Force {
  readonly forceId: string;
  readonly platform: string;
  readonly party: string;
  readonly method: string | null;
  readonly force: string;
  readonly callsLeft: number | null;
  readonly until: string | null;
  readonly used: number;
}

export function Forces() {
  const t = useTexts(sandboxTexts);
  const act = useAct();
  const may = useMay();
  const forces = useQuery({
    queryKey: ['forces'],
    queryFn: ({ signal }) => ask<{ items: readonly Force[] }>('/sandbox/forces', { signal }),
    refetchInterval: 5_000,
  });
  const remove = (forceId: string) => () =>
    act(async () => {
      await ask(path('sandbox', 'forces', forceId), { method: 'DELETE' });
      return t.removed;
    });
  return (
    <section aria-labelledby="forces" className="panel">
      <h2 id="forces">{t.forces}</h2>
      <p className="muted">{t.forcesHint}</p>
      <Loaded query={forces} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t.forcesNone}</p>
          ) : (
            <ul className="rows forces">
              {items.map((one) => (
                <li key={one.forceId}>
                  <code>{one.force}</code>
                  <span>
                    {one.platform} <Id id={one.party} length={20} />
                  </span>
                  <span className="muted">{one.method ?? t.anyMethod}</span>
                  <span className="grow muted">
                    {t.used(one.used)}
                    {one.callsLeft !== null && ` · ${t.callsLeft(String(one.callsLeft))}`}
                    {one.until !== null && <Time at={one.until} />}
                  </span>
                  {may('removeForce') && (
                    <Button danger onClick={remove(one.forceId)}>
                      {t.remove}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {may('createForce') && <AddForce />}
    </section>
  );
}

function AddForce() {
  const t = useTexts(sandboxTexts);
  const c = useTexts(common);
  const act = useAct();
  const { data: platforms } = useQuery(platformsQuery);
  const [platform, setPlatform] = useState('');
  const [party, setParty] = useState('');
  const [method, setMethod] = useState('');
  const [force, setForce] = useState('');
  const [calls, setCalls] = useState<number | null>(1);
  const methods = platforms?.items.find(({ name }) => name === platform)?.methods ?? [];
  const add = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const body = {
        ...{ platform, party, force: force.trim() },
        ...(method && { method }),
        ...(calls !== null && { calls }),
      };
      await ask('/sandbox/forces', { method: 'POST', body });
      setForce('');
      return t.added;
    });
  };
  return (
    <form className="fields" onSubmit={add}>
      <Field label={c.platform}>
        {(id) => (
          <Select
            id={id}
            value={platform}
            style={{ width: 110 }}
            options={(platforms?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
            onChange={(next: string) => {
              setPlatform(next);
              setParty('');
              setMethod('');
            }}
          />
        )}
      </Field>
      <Field label={c.party}>
        {(id) => (
          <PartyInput id={id} platform={platform} value={party} width={200} onChange={setParty} />
        )}
      </Field>
      <Field label={c.method}>
        {(id) => (
          <Select
            id={id}
            value={method}
            style={{ width: 180 }}
            options={[
              { value: '', label: t.anyMethod },
              ...methods.map((name) => ({ value: name, label: name })),
            ]}
            onChange={setMethod}
          />
        )}
      </Field>
      <Field label={t.force}>
        {(id) => (
          <Input
            id={id}
            value={force}
            placeholder={t.forceHint}
            style={{ width: 280 }}
            onChange={(event) => setForce(event.target.value)}
          />
        )}
      </Field>
      <Field label={t.calls}>
        {(id) => <InputNumber id={id} min={1} value={calls} onChange={setCalls} />}
      </Field>
      <Button htmlType="submit" disabled={!platform || !party || force.trim() === ''}>
        {t.add}
      </Button>
    </form>
  );
}
