// The three pages of callbacks, side by side.
import { Link } from '@tanstack/react-router';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';

export function CallbackTabs() {
  const t = useTexts(callbackTexts);
  const tabs = [
    ['/callbacks', t.endpoints],
    ['/callbacks/deliveries', t.deliveries],
    ['/callbacks/jobs', t.jobs],
  ] as const;
  return (
    <div className="title">
      <h1>{t.title}</h1>
      <nav className="tabs" aria-label={t.title}>
        {tabs.map(([to, text]) => (
          <Link
            key={to}
            to={to}
            search={{} as never}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ 'aria-current': 'page' }}
          >
            {text}
          </Link>
        ))}
      </nav>
    </div>
  );
}
