// What a call was answered, in one line of a list.
import { usePreferences } from '../app/preferences.tsx';

/**
 * The platform's own words for a reader of Chinese, then what the check found; another reader gets the latter
 * alone. What was found is enough where it quotes the words, as of a refusal by HTTP or OAuth.
 */
export function Said({
  call: { words: told, detail },
}: {
  readonly call: { readonly words: string | null; readonly detail: string | null };
}) {
  const { language } = usePreferences();
  const words = told !== null && detail?.includes(told) ? null : told;
  const first = language === 'zh' ? (words ?? detail) : (detail ?? words);
  const more = first === words && detail !== null;
  return (
    <span className="cut" title={[words, detail].filter((text) => text !== null).join(' · ')}>
      {first}
      {more && <span className="muted"> {detail}</span>}
    </span>
  );
}
