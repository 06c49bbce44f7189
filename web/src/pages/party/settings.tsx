// What a party may call, for whom and from where: shown, and changed under the version that was seen.
import Button from 'antd/es/button';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Json, Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';
import { draftOf, PartyFields, readAttributes, split } from './fields.tsx';

export function Settings({ party }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  const act = useAct();
  const may = useMay();
  const [draft, setDraft] = useState<ReturnType<typeof draftOf> | null>(null);
  const { platform, partyId, grants, users, addresses, attributes } = party;
  const save = () =>
    act(async () => {
      const given = readAttributes(draft!.attributes)!;
      // A merge: what was taken out of the text is taken out of the party.
      const gone = Object.keys(attributes).filter((name) => !(name in given));
      const merged: Record<string, Json> = { ...given };
      for (const name of gone) merged[name] = null;
      await ask(path('parties', platform, partyId), {
        method: 'PATCH',
        headers: { 'if-match': `"${party.version}"` },
        body: {
          grants: draft!.grants,
          users: split(draft!.users),
          addresses: split(draft!.addresses),
          attributes: merged,
        },
      });
      setDraft(null);
      return t.saved;
    });
  return (
    <section aria-labelledby="settings" className="panel">
      <div className="panel-head">
        <h2 id="settings">{t.grants}</h2>
        <span className="grow" />
        {may('changeParty') && <Button onClick={() => setDraft(draftOf(party))}>{t.edit}</Button>}
      </div>
      <dl className="attributes">
        <div>
          <dt>{t.grants}</dt>
          <dd>{grants.length === 0 ? t.noGrants : grants.join(', ')}</dd>
        </div>
        <div>
          <dt>{t.users}</dt>
          <dd>{users.length === 0 ? '–' : users.join(', ')}</dd>
        </div>
        <div>
          <dt>{t.addresses}</dt>
          <dd>{addresses.length === 0 ? t.addressesAny : addresses.join(', ')}</dd>
        </div>
      </dl>
      {Object.keys(attributes).length > 0 && (
        <details>
          <summary>{t.attributes}</summary>
          <pre className="code">{JSON.stringify(attributes, null, 2)}</pre>
        </details>
      )}
      <Modal
        open={draft !== null}
        title={`${t.edit} · ${partyId}`}
        width={640}
        okText={t.save}
        cancelText={c.cancel}
        okButtonProps={{ disabled: !draft || readAttributes(draft.attributes) === null }}
        onOk={save}
        onCancel={() => setDraft(null)}
      >
        {draft && (
          <PartyFields platform={platform} draft={draft} onChange={(d) => setDraft({ ...d })} />
        )}
      </Modal>
    </section>
  );
}
