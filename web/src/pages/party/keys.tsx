// A party's keys: when each was used last, rotated with an overlap, and ended.
import Button from 'antd/es/button';
import InputNumber from 'antd/es/input-number';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { Time } from '../../parts/time.tsx';
import { Id } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';

export function Keys({ party: { platform, partyId, keys } }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  const act = useAct();
  const may = useMay();
  const [isRotating, setRotating] = useState(false);
  const [hours, setHours] = useState(24);
  const [ending, setEnding] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const target = path('parties', platform, partyId, 'keys');
  const rotate = () =>
    act(async () => {
      const body = { overlapSeconds: Math.round(hours * 3600) };
      const made = await ask<{ secret: string }>(target, { method: 'POST', body });
      setRotating(false);
      setSecret(made.secret);
      return t.secretTitle;
    });
  const end = () =>
    act(async () => {
      await ask(`${target}/${encodeURIComponent(ending!)}`, { method: 'DELETE' });
      setEnding(null);
      return t.saved;
    });
  return (
    <section aria-labelledby="keys" className="panel">
      <div className="panel-head">
        <h2 id="keys">{t.keys}</h2>
        <span className="muted">{t.keysHint}</span>
        <span className="grow" />
        {may('rotateKey') && <Button onClick={() => setRotating(true)}>{t.rotate}</Button>}
      </div>
      <ul className="rows">
        {keys.map(({ keyId, createdAt, expiresAt, lastUsedAt }) => (
          <li key={keyId}>
            <Id id={keyId} />
            <span>
              {t.keyCreated} <Time at={createdAt} />
            </span>
            <span>
              {expiresAt === null ? (
                t.keyForever
              ) : (
                <>
                  {t.keyExpires} <Time at={expiresAt} />
                </>
              )}
            </span>
            <span>
              {t.lastUsed}{' '}
              {lastUsedAt === null ? (
                <span className="muted">{t.neverUsed}</span>
              ) : (
                <Time at={lastUsedAt} />
              )}
            </span>
            {keys.length > 1 && may('endKey') && (
              <Button danger onClick={() => setEnding(keyId)}>
                {t.endKey}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Modal
        open={isRotating}
        title={t.rotate}
        okText={t.rotate}
        onOk={rotate}
        onCancel={() => setRotating(false)}
      >
        <p>{t.rotateHint}</p>
        <Field label={t.overlap}>
          {(id) => (
            <InputNumber
              id={id}
              min={0}
              max={2160}
              value={hours}
              onChange={(value) => setHours(value ?? 0)}
            />
          )}
        </Field>
      </Modal>
      <Modal
        open={ending !== null}
        title={t.endKey}
        okText={t.endKey}
        cancelText={c.cancel}
        okButtonProps={{ danger: true }}
        onOk={end}
        onCancel={() => setEnding(null)}
      >
        <p>{t.endKeyHint(ending ?? '')}</p>
      </Modal>
      {secret !== null && (
        <SecretDialog title={t.secretTitle} secret={secret} onClose={() => setSecret(null)} />
      )}
    </section>
  );
}
