// The frame of every page: navigation, search, language, appearance, and the keys that work everywhere.
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { lazy, Suspense, useEffect, useState } from 'react';
import { places } from '../parts/go.tsx';
import { Icon } from '../parts/icon.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import { AccountMenu } from './account-menu.tsx';
import { useMe } from './me.tsx';
import { usePreferences } from './preferences.tsx';
import { isTyping } from './typing.ts';

/** Loaded with the first search, not with the first page. */
const SearchDialog = lazy(() =>
  import('./search-dialog.tsx').then((module) => ({ default: module.SearchDialog })),
);

const PAGES = [
  ['/', 'home', null],
  ['/orders', 'orders', 'listOrders'],
  ['/requests', 'requests', 'listRequests'],
  ['/callbacks', 'callbacks', 'listCallbackEndpoints'],
  ['/parties', 'parties', 'listParties'],
  ['/alarms', 'alarms', 'listAlarms'],
  ['/sandbox', 'sandboxPage', 'listForces'],
  ['/people', 'people', 'listMySessions'],
  ['/audit', 'audit', 'listAudit'],
] as const;

export function Shell() {
  const t = useTexts(common);
  const { language, change } = usePreferences();
  const [isSearching, setSearching] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const me = useMe();
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const opens = (event.key === '/' && !isTyping(event)) || isCtrlK(event);
      if (!opens) return;
      event.preventDefault();
      setSearching(true);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the phone's menu.
  useEffect(() => setMenuOpen(false), [path]);

  const allowed = PAGES.filter(
    ([, name, needs]) =>
      (needs === null || me.may.includes(needs)) &&
      (name !== 'sandboxPage' || me.environment === 'sandbox'),
  );
  const pages = allowed.map(([to, name]) =>
    // A partner's list of parties has one row.
    name === 'parties' && me.scope
      ? { to: places.party(me.scope.platform, me.scope.partyId).to, text: t.myParty }
      : { to, text: t[name] },
  );
  return (
    <>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <header className={isMenuOpen ? 'top open' : 'top'}>
        <Link to="/" className="brand" aria-label="Ordergate">
          <img src="/console/icon.svg" alt="" width={20} height={20} />
          <span>Ordergate</span>
        </Link>
        <nav aria-label={t.menu} id="menu">
          {pages.map(({ to, text }) => (
            <Link
              key={to}
              to={to}
              search={{} as never}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
            >
              {text}
            </Link>
          ))}
        </nav>
        <button type="button" className="search-field" onClick={() => setSearching(true)}>
          <Icon name="search" />
          <span>{t.search}</span>
          <kbd>/</kbd>
        </button>
        <span className={`environment ${me.environment}`}>
          {me.environment === 'sandbox' ? t.sandbox : t.production}
        </span>
        <Button
          type="text"
          title={t.languageLabel}
          lang={language === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => change({ language: language === 'zh' ? 'en' : 'zh' })}
        >
          {t.language}
        </Button>
        <AccountMenu me={me} />
        <Button
          type="text"
          className="menu-button"
          aria-label={t.menu}
          aria-expanded={isMenuOpen}
          aria-controls="menu"
          icon={<Icon name="menu" />}
          onClick={() => setMenuOpen(!isMenuOpen)}
        />
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      {isSearching && (
        <Suspense fallback={null}>
          <SearchDialog onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </>
  );
}

const isCtrlK = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey);
