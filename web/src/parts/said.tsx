// What a call was answered, in one line of a list.
import { usePreferences } from '../app/preferences.tsx';

/** The platform's own words for a reader of Chinese, then what the check found; another reader gets the latter alone. */
export function Said({
  call: { words, detail },
}: {
  readonly call: { readonly words: string | null; readonly detail: string | null };
}) {
  const { language } = usePreferences();
  const first = language === 'zh' ? (words ?? detail) : (detail ?? words);
  const more = first === words && detail !== null && detail !== words;
  return (
    <span className="cut" title={[words, detail].filter((text) => text !== null).join(' · ')}>
      {first}
      {more && <span className="muted"> {detail}</span>}
    </span>
  );
}
