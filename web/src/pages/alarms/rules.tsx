// The rules: each with its state, its threshold, its quiet hours and who hears of it.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import {
  type Alarm,
  type AlarmRule,
  alarmChannelsQuery,
  alarmRulesQuery,
  alarmsQuery,
} from '../../api/alarms.ts';
import { ask, path } from '../../api/client.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { Status } from '../../parts/values.tsx';
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from '../callbacks/act.ts';
import { RuleForm } from './rule-form.tsx';
import { Sure } from './sure.tsx';
import { useWatches, whose } from './words.ts';

export function Rules() {
  const t = useTexts(alarmTexts);
  const may = useMay();
  const rules = useQuery(alarmRulesQuery);
  const { data: alarms } = useQuery(alarmsQuery);
  const [form, setForm] = useState<AlarmRule | 'new' | null>(null);
  const mayAdd = may('createAlarmRule');
  const open = alarms?.items.filter(({ endedAt }) => endedAt === null) ?? [];
  return (
    <section aria-labelledby="alarm-rules" className="panel">
      <div className="panel-head">
        <h2 id="alarm-rules">{t.rules}</h2>
        <span className="grow" />
        {mayAdd && <Button onClick={() => setForm('new')}>{t.addRule}</Button>}
      </div>
      <Loaded query={rules} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t.rulesNone} hint={mayAdd ? t.rulesNoneHint : t.rulesNoneViewer} />
          ) : (
            <ul className="rows">
              {items.map((rule) => (
                <Rule
                  key={rule.ruleId}
                  rule={rule}
                  alarm={open.find(({ ruleId }) => ruleId === rule.ruleId)}
                  onChange={() => setForm(rule)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {form !== null && (
        <RuleForm rule={form === 'new' ? null : form} onClose={() => setForm(null)} />
      )}
    </section>
  );
}

function State({ rule, alarm }: { readonly rule: AlarmRule; readonly alarm: Alarm | undefined }) {
  const t = useTexts(alarmTexts);
  if (alarm?.acknowledgedBy != null) return <Status tone="warning" text={t.acknowledged} />;
  if (alarm) return <Status tone="error" text={t.firing} />;
  if (!rule.enabled) return <Status tone="default" text={t.off} />;
  return <Status tone="success" text={t.quiet} />;
}

function Rule({
  rule,
  alarm,
  onChange,
}: {
  readonly rule: AlarmRule;
  readonly alarm: Alarm | undefined;
  onChange(): void;
}) {
  const t = useTexts(alarmTexts);
  const act = useAct();
  const watches = useWatches();
  const may = useMay();
  const { data: channels } = useQuery(alarmChannelsQuery);
  const [isRemoving, setRemoving] = useState(false);
  const { ruleId, name, threshold, quiet, enabled } = rule;
  const { title, relation, unit } = watches[rule.watches];
  const names = rule.channels.map(
    (id) => channels?.items.find(({ channelId }) => channelId === id)?.name ?? id,
  );
  const turn = () =>
    act(async () => {
      await ask(path('alarm-rules', ruleId), { method: 'PATCH', body: { enabled: !enabled } });
      return t.saved;
    });
  const remove = () =>
    act(async () => {
      await ask(path('alarm-rules', ruleId), { method: 'DELETE' });
      setRemoving(false);
      return t.removed;
    });
  return (
    <li>
      <State rule={rule} alarm={alarm} />
      <strong>{name}</strong>
      <span>{t.figure(title, `${relation} ${unit(String(threshold))}`)}</span>
      {rule.platform !== null && <span className="muted">{whose(rule)}</span>}
      <span className="grow muted">
        {names.length === 0 ? t.toNobody : t.to(names.join(', '))}
        {quiet && ` · ${t.quietOf(quiet.from, quiet.to)}`}
      </span>
      {may('changeAlarmRule') && (
        <>
          <Button aria-label={t.changeOf(name)} onClick={onChange}>
            {t.change}
          </Button>
          <Button aria-label={enabled ? t.switchOffOf(name) : t.switchOnOf(name)} onClick={turn}>
            {enabled ? t.switchOff : t.switchOn}
          </Button>
        </>
      )}
      {may('removeAlarmRule') && (
        <Button danger aria-label={t.removeOf(name)} onClick={() => setRemoving(true)}>
          {t.remove}
        </Button>
      )}
      {isRemoving && (
        <Sure question={t.removeRuleSure(name)} onYes={remove} onNo={() => setRemoving(false)} />
      )}
    </li>
  );
}
