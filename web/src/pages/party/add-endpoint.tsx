// Registers an endpoint for a party's orders; its secret is shown once.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import Select from 'antd/es/select';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { useMay } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';

export function AddEndpoint({
  platform,
  owners,
}: {
  readonly platform: string;
  readonly owners: readonly string[];
}) {
  const t = useTexts(partyTexts);
  const act = useAct();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const [url, setUrl] = useState('https://');
  const [owner, setOwner] = useState(owners[0]!);
  const [secret, setSecret] = useState<string | null>(null);
  if (!may('createCallbackEndpoint')) return null;
  const save = () =>
    act(async () => {
      const body = { platform, party: owner, url };
      const made = await ask<{ secret: string }>('/callbacks/endpoints', { method: 'POST', body });
      setOpen(false);
      setSecret(made.secret);
      return t.created;
    });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.addEndpoint}</Button>
      <Modal
        open={isOpen}
        title={t.addEndpoint}
        okText={t.save}
        onOk={save}
        onCancel={() => setOpen(false)}
      >
        <div className="form">
          <Field label={t.url}>
            {(id) => <Input id={id} value={url} onChange={(e) => setUrl(e.target.value)} />}
          </Field>
          {owners.length > 1 && (
            <Field label={t.owner}>
              {(id) => (
                <Select
                  id={id}
                  value={owner}
                  options={owners.map((value) => ({ value, label: value }))}
                  onChange={setOwner}
                />
              )}
            </Field>
          )}
        </div>
      </Modal>
      {secret !== null && (
        <SecretDialog title={t.secretTitle} secret={secret} onClose={() => setSecret(null)} />
      )}
    </>
  );
}
