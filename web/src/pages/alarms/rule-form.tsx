// The form of a rule: a new one, or what may be changed of one that is there.
import { useQuery } from '@tanstack/react-query';
import Input from 'antd/es/input';
import InputNumber from 'antd/es/input-number';
import Modal from 'antd/es/modal';
import Select from 'antd/es/select';
import { useState } from 'react';
import {
  type AlarmRule,
  alarmChannelsQuery,
  BY_PARTY,
  BY_PLATFORM,
  WATCHES,
  type Watched,
} from '../../api/alarms.ts';
import { ask, path } from '../../api/client.ts';
import { platformsQuery } from '../../api/queries.ts';
import { Field } from '../../parts/field.tsx';
import { PartyInput } from '../../parts/party-input.tsx';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { useAct } from '../callbacks/act.ts';
import { useWatches, whose } from './words.ts';

interface Draft {
  readonly name: string;
  readonly watches: Watched;
  readonly threshold: number | null;
  /** Empty: all. */
  readonly platform: string;
  readonly party: string;
  readonly channels: readonly string[];
  /** Empty: no quiet hours. */
  readonly from: string;
  readonly to: string;
}

const draftOf = (rule: AlarmRule | null): Draft => ({
  name: rule?.name ?? '',
  watches: rule?.watches ?? 'refusals',
  threshold: rule?.threshold ?? 10,
  platform: rule?.platform ?? '',
  party: rule?.party ?? '',
  channels: rule?.channels ?? [],
  from: rule?.quiet?.from ?? '',
  to: rule?.quiet?.to ?? '',
});

export function RuleForm({
  rule,
  onClose,
}: {
  /** Null: a new one. */
  readonly rule: AlarmRule | null;
  onClose(): void;
}) {
  const t = useTexts(alarmTexts);
  const c = useTexts(common);
  const act = useAct();
  const watches = useWatches();
  const [draft, setDraft] = useState(() => draftOf(rule));
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const { data: channels } = useQuery(alarmChannelsQuery);
  const { name, threshold, from, to } = draft;
  const isQuietWhole = (from === '') === (to === '') && (from === '' || from !== to);
  const { title, relation, unit } = watches[draft.watches];
  const save = () =>
    act(async () => {
      const quiet = from === '' ? null : { from, to };
      const changed = { name: name.trim(), threshold, channels: draft.channels, quiet };
      if (rule) {
        await ask(path('alarm-rules', rule.ruleId), { method: 'PATCH', body: changed });
      } else {
        const isOfPlatform = BY_PLATFORM.includes(draft.watches) && draft.platform !== '';
        const isOfParty = isOfPlatform && BY_PARTY.includes(draft.watches);
        const party = draft.party.trim();
        const body = {
          ...changed,
          watches: draft.watches,
          platform: isOfPlatform ? draft.platform : null,
          party: isOfParty && party !== '' ? party : null,
        };
        await ask('/alarm-rules', { method: 'POST', body });
      }
      onClose();
      return t.saved;
    });
  return (
    <Modal
      open
      title={rule ? t.changeRule : t.addRule}
      okText={t.save}
      cancelText={c.cancel}
      okButtonProps={{ disabled: name.trim() === '' || threshold === null || !isQuietWhole }}
      onOk={save}
      onCancel={onClose}
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
        {rule ? (
          <p>
            {title} <span className="muted">{whose(rule) || t.allPlatforms}</span>
          </p>
        ) : (
          <Subject draft={draft} onChange={set} />
        )}
        <Field label={t.thresholdOf(relation)}>
          {(id) => (
            <span className="with-unit">
              <InputNumber
                id={id}
                min={1}
                max={draft.watches === 'disk' ? 100 : 1000}
                value={threshold}
                onChange={(value) => set({ threshold: value })}
              />
              <span className="muted">{unit('').trim()}</span>
            </span>
          )}
        </Field>
        <Field label={t.channels}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              value={[...draft.channels]}
              placeholder={t.channelsHint}
              optionFilterProp="label"
              options={(channels?.items ?? []).map((one) => ({
                value: one.channelId,
                label: `${one.name} (${t[one.type]})`,
              }))}
              onChange={(chosen) => set({ channels: chosen })}
            />
          )}
        </Field>
        <div className="fields">
          <Field label={t.quietFrom}>
            {(id) => (
              <Input
                id={id}
                type="time"
                value={from}
                onChange={(e) => set({ from: e.target.value })}
              />
            )}
          </Field>
          <Field label={t.quietTo}>
            {(id) => (
              <Input id={id} type="time" value={to} onChange={(e) => set({ to: e.target.value })} />
            )}
          </Field>
        </div>
        {!isQuietWhole && <p role="alert">{t.quietBoth}</p>}
      </div>
    </Modal>
  );
}

/** What is watched, and whose: chosen once, because an alarm's time line speaks of it. */
function Subject({
  draft: { watches, platform, party },
  onChange,
}: {
  readonly draft: Draft;
  onChange(change: Partial<Draft>): void;
}) {
  const t = useTexts(alarmTexts);
  const words = useWatches();
  const { data: platforms } = useQuery(platformsQuery);
  return (
    <>
      <Field label={t.watches}>
        {(id) => (
          <Select
            id={id}
            value={watches}
            options={WATCHES.map((value) => ({ value, label: words[value].title }))}
            onChange={(value) => onChange({ watches: value })}
          />
        )}
      </Field>
      {BY_PLATFORM.includes(watches) && (
        <Field label={t.platform}>
          {(id) => (
            <Select
              id={id}
              value={platform}
              options={[
                { value: '', label: t.allPlatforms },
                ...(platforms?.items ?? []).map((one) => ({ value: one.name, label: one.name })),
              ]}
              onChange={(value) => onChange({ platform: value, party: '' })}
            />
          )}
        </Field>
      )}
      {BY_PARTY.includes(watches) && platform !== '' && (
        <Field label={t.party}>
          {(id) => (
            <PartyInput
              id={id}
              platform={platform}
              value={party}
              onChange={(next) => onChange({ party: next })}
            />
          )}
        </Field>
      )}
    </>
  );
}
