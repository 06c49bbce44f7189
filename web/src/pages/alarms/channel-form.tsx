// The form of a new channel: its address and secret are sealed, and a secret that the server makes is shown once.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import Select from 'antd/es/select';
import { useState } from 'react';
import { CHANNEL_TYPES, type ChannelType } from '../../api/alarms.ts';
import { ask } from '../../api/client.ts';
import { Field } from '../../parts/field.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { useAct } from '../callbacks/act.ts';

const EXAMPLES: Readonly<Record<ChannelType, string>> = {
  wecom: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…',
  dingtalk: 'https://oapi.dingtalk.com/robot/send?access_token=…',
  feishu: 'https://open.feishu.cn/open-apis/bot/v2/hook/…',
  webhook: 'https://shop.example.cn/hooks/ordergate',
};

const EMPTY = { name: '', type: 'wecom' as ChannelType, url: '', secret: '' };

export function ChannelForm() {
  const t = useTexts(alarmTexts);
  const c = useTexts(common);
  const act = useAct();
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState(EMPTY);
  const [made, setMade] = useState<string | null>(null);
  const { name, type, url, secret } = draft;
  const set = (change: Partial<typeof EMPTY>) => setDraft({ ...draft, ...change });
  const secretLabels: Readonly<Record<ChannelType, string | null>> = {
    wecom: null, // The key in its URL is all.
    dingtalk: t.secretDingtalk,
    feishu: t.secretFeishu,
    webhook: t.secretWebhook,
  };
  const secretLabel = secretLabels[type];
  const add = () =>
    act(async () => {
      const given = secretLabel === null ? '' : secret.trim();
      const body = {
        ...{ name: name.trim(), type, url: url.trim() },
        ...(given !== '' && { secret: given }),
      };
      const answer = await ask<{ secret: string | null }>('/alarm-channels', {
        method: 'POST',
        body,
      });
      setOpen(false);
      setDraft(EMPTY);
      setMade(answer.secret);
      return t.saved;
    });
  const close = () => {
    setOpen(false);
    setDraft(EMPTY);
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.addChannel}</Button>
      {/* Unmounted when it is closed: a closed Modal would keep the address in the page. */}
      {isOpen && (
        <Modal
          open
          title={t.addChannel}
          okText={t.save}
          cancelText={c.cancel}
          okButtonProps={{ disabled: name.trim() === '' || url.trim() === '' }}
          onOk={add}
          onCancel={close}
        >
          <div className="form">
            <Field label={t.name}>
              {(id) => (
                <Input
                  id={id}
                  maxLength={80}
                  value={name}
                  onChange={(e) => set({ name: e.target.value })}
                />
              )}
            </Field>
            <Field label={t.type}>
              {(id) => (
                <Select
                  id={id}
                  value={type}
                  options={CHANNEL_TYPES.map((value) => ({ value, label: t[value] }))}
                  onChange={(value) => set({ type: value, secret: '' })}
                />
              )}
            </Field>
            <Field label={t.url}>
              {(id) => (
                <Input
                  id={id}
                  value={url}
                  autoComplete="off"
                  placeholder={EXAMPLES[type]}
                  onChange={(e) => set({ url: e.target.value })}
                />
              )}
            </Field>
            {secretLabel !== null && (
              <Field label={secretLabel}>
                {(id) => (
                  <Input
                    id={id}
                    value={secret}
                    autoComplete="off"
                    onChange={(e) => set({ secret: e.target.value })}
                  />
                )}
              </Field>
            )}
            <p className="muted">{t.urlHint}</p>
          </div>
        </Modal>
      )}
      {made !== null && (
        <SecretDialog title={t.secretTitle} secret={made} onClose={() => setMade(null)} />
      )}
    </>
  );
}
