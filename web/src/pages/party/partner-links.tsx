// One-time links that show a party its own data: made, shown once, and ended.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import InputNumber from 'antd/es/input-number';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { type Token, TokenRow } from '../../parts/token-row.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';

/** The management API's default; it takes 1 to 90. */
const DAYS = 30;

export function PartnerLinks({ party: { platform, partyId } }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  const act = useAct();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [days, setDays] = useState(DAYS);
  const [link, setLink] = useState<string | null>(null);
  const links = useQuery({
    queryKey: ['partner-links', platform, partyId],
    queryFn: ({ signal }) =>
      ask<{ items: readonly Token[] }>('/partner-links', {
        query: { platform, party: partyId },
        signal,
      }),
  });
  const make = () =>
    act(async () => {
      const body = { platform, partyId, days, ...(name.trim() && { name: name.trim() }) };
      const made = await ask<{ link: string }>('/partner-links', { method: 'POST', body });
      setOpen(false);
      setName('');
      setLink(`${location.origin}${made.link}`);
      return t.saved;
    });
  const end = (tokenId: string) => () =>
    act(async () => {
      await ask(path('partner-links', tokenId), { method: 'DELETE' });
      return t.saved;
    });
  return (
    <section aria-labelledby="partner-links" className="panel">
      <div className="panel-head">
        <h2 id="partner-links">{t.partnerLinks}</h2>
        <span className="muted">{t.partnerLinksHint}</span>
        <span className="grow" />
        {may('createPartnerLink') && (
          <Button onClick={() => setOpen(true)}>{t.newPartnerLink}</Button>
        )}
      </div>
      <Loaded query={links} rows={1}>
        {({ items: own }) =>
          own.length === 0 ? (
            <p className="muted">{t.partnerLinksNone}</p>
          ) : (
            <ul className="rows">
              {own.map((one) => (
                <TokenRow
                  key={one.tokenId}
                  token={one}
                  endText={t.endPartnerLink}
                  onEnd={may('endPartnerLink') ? end(one.tokenId) : undefined}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Modal
        open={isOpen}
        title={t.newPartnerLink}
        okText={t.newPartnerLink}
        cancelText={c.cancel}
        onOk={make}
        onCancel={() => setOpen(false)}
      >
        <div className="form">
          <Field label={t.partnerName}>
            {(id) => <Input id={id} value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <Field label={t.partnerDays}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={90}
                value={days}
                onChange={(value) => setDays(value ?? DAYS)}
              />
            )}
          </Field>
        </div>
      </Modal>
      {link !== null && (
        <SecretDialog title={t.partnerLink} secret={link} onClose={() => setLink(null)} />
      )}
    </section>
  );
}
