// Alarms: what is firing and has fired, the rules, and the channels that hear of it.
import { alarmTexts } from '../../texts/alarms.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Channels } from './channels.tsx';
import { Happened } from './happened.tsx';
import { Rules } from './rules.tsx';

export function Alarms() {
  const t = useTexts(alarmTexts);
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <p className="muted">{t.hint}</p>
      <Happened />
      <Rules />
      <Channels />
    </div>
  );
}
