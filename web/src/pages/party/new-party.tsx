// A new party, by a form made from its platform's contract; its key is shown once.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Select from 'antd/es/select';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { platformsQuery } from '../../api/queries.ts';
import { usePreferences } from '../../app/preferences.tsx';
import { Field } from '../../parts/field.tsx';
import { places, useGo } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';
import { type Draft, PartyFields, readAttributes, split } from './fields.tsx';

const EMPTY: Draft = { grants: [], users: '', addresses: '', attributes: '{}' };

export function NewParty() {
  const t = useTexts(partyTexts);
  const { language } = usePreferences();
  const go = useGo();
  const act = useAct();
  const platforms = useQuery(platformsQuery);
  const [platform, setPlatform] = useState('');
  const [partyId, setPartyId] = useState('');
  const [secret, setSecret] = useState('');
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [made, setMade] = useState<string | null>(null);
  const create = () =>
    act(async () => {
      const answer = await ask<{ secret: string }>('/parties', {
        method: 'POST',
        body: {
          platform,
          partyId: partyId.trim(),
          ...(secret.trim() !== '' && { secret: secret.trim() }),
          grants: draft.grants,
          users: split(draft.users),
          addresses: split(draft.addresses),
          attributes: readAttributes(draft.attributes) ?? {},
        },
      });
      setMade(answer.secret);
      return t.created;
    });
  return (
    <div className="page">
      <h1>{t.create}</h1>
      <p className="muted">{t.newHint}</p>
      <Loaded query={platforms}>
        {({ items }) => (
          <form
            className="panel form"
            onSubmit={(event) => {
              event.preventDefault();
              void create();
            }}
          >
            <Field label={t.platform}>
              {(id) => (
                <Select
                  id={id}
                  value={platform}
                  style={{ maxWidth: 320 }}
                  options={items.map(({ name, title }) => ({
                    value: name,
                    label: `${name} · ${title[language]}`,
                  }))}
                  onChange={(name: string) => {
                    setPlatform(name);
                    setDraft(EMPTY);
                  }}
                />
              )}
            </Field>
            {platform !== '' && (
              <>
                <Field label={t.name}>
                  {(id) => (
                    <Input
                      id={id}
                      value={partyId}
                      onChange={(event) => setPartyId(event.target.value)}
                    />
                  )}
                </Field>
                <Field label={t.secretGiven}>
                  {(id) => (
                    <Input.Password
                      id={id}
                      autoComplete="off"
                      value={secret}
                      onChange={(event) => setSecret(event.target.value)}
                    />
                  )}
                </Field>
                <PartyFields platform={platform} draft={draft} onChange={setDraft} />
              </>
            )}
            <div>
              <Button
                type="primary"
                htmlType="submit"
                disabled={
                  platform === '' ||
                  partyId.trim() === '' ||
                  readAttributes(draft.attributes) === null
                }
              >
                {t.create}
              </Button>
            </div>
          </form>
        )}
      </Loaded>
      {made !== null && (
        <SecretDialog
          title={`${t.secretTitle} · ${partyId}`}
          secret={made}
          onClose={() => go(places.party(platform, partyId.trim()))}
        />
      )}
    </div>
  );
}
