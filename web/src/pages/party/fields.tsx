// The fields of a party's form, as its platform's contract gives them: methods to grant, users, addresses, settings.
import { useQuery } from '@tanstack/react-query';
import Checkbox from 'antd/es/checkbox';
import Input from 'antd/es/input';
import { ask, path } from '../../api/client.ts';
import type { Two } from '../../api/queries.ts';
import type { Json, Party } from '../../api/types.ts';
import { usePreferences } from '../../app/preferences.tsx';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { partyTexts } from '../../texts/parties.ts';

/** What the form holds: texts as they are typed. */
export interface Draft {
  readonly grants: readonly string[];
  readonly users: string;
  readonly addresses: string;
  readonly attributes: string;
}

export const draftOf = (party: Pick<Party, 'grants' | 'users' | 'addresses' | 'attributes'>) => ({
  grants: party.grants,
  users: party.users.join(', '),
  addresses: party.addresses.join(', '),
  attributes: JSON.stringify(party.attributes, null, 2),
});

export const split = (text: string): string[] =>
  text.split(/[\s,，;；]+/).filter((one) => one !== '');

/** Null where the text is no JSON object. */
export function readAttributes(text: string): Record<string, Json> | null {
  try {
    const value = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

interface Contract {
  readonly title: Two;
  readonly methods: Readonly<Record<string, { readonly title: Two; readonly effect: string }>>;
}

export function PartyFields({
  platform,
  draft,
  onChange,
}: {
  readonly platform: string;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}) {
  const t = useTexts(partyTexts);
  const { language } = usePreferences();
  const contract = useQuery({
    queryKey: ['contract', platform],
    queryFn: ({ signal }) => ask<Contract>(path('platforms', platform), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <div className="form">
      <fieldset className="choices">
        <legend>{t.grants}</legend>
        <Loaded query={contract} rows={2}>
          {({ methods }) => (
            <Checkbox.Group
              className="column-choice"
              value={[...draft.grants]}
              options={Object.entries(methods).map(([name, { title }]) => ({
                value: name,
                label: `${name} · ${title[language]}`,
              }))}
              onChange={(grants) => set({ grants })}
            />
          )}
        </Loaded>
      </fieldset>
      <Field label={`${t.users} · ${t.usersHint}`}>
        {(id) => (
          <Input id={id} value={draft.users} onChange={(e) => set({ users: e.target.value })} />
        )}
      </Field>
      <Field label={`${t.addresses} · ${t.addressesHint}`}>
        {(id) => (
          <Input
            id={id}
            value={draft.addresses}
            onChange={(e) => set({ addresses: e.target.value })}
          />
        )}
      </Field>
      <Field label={`${t.attributes} · ${t.attributesHint}`}>
        {(id) => (
          <Input.TextArea
            id={id}
            className="mono"
            autoSize={{ minRows: 3, maxRows: 16 }}
            status={readAttributes(draft.attributes) === null ? 'error' : ''}
            value={draft.attributes}
            onChange={(e) => set({ attributes: e.target.value })}
          />
        )}
      </Field>
      {readAttributes(draft.attributes) === null && <p role="alert">{t.notJson}</p>}
    </div>
  );
}
