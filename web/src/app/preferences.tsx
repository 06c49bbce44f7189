// What a person has chosen for this browser: language, appearance and density; kept over visits.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';

export type Language = 'zh' | 'en';
export type Appearance = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'roomy';

interface Chosen {
  readonly language: Language;
  readonly appearance: Appearance;
  readonly density: Density;
}

export interface Preferences extends Chosen {
  readonly isDark: boolean;
  change(choice: Partial<Chosen>): void;
}

const KEY = 'ordergate-console';
const DEFAULTS: Chosen = { language: 'zh', appearance: 'system', density: 'compact' };

const Context = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const preferences = use(Context);
  if (!preferences) throw new Error('preferences are used outside of their provider');
  return preferences;
}

function read(): Chosen {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Chosen>) };
  } catch {
    return DEFAULTS; // Another program's value under our name, or storage that is switched off.
  }
}

export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setChosen] = useState(read);
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const isDark = chosen.appearance === 'system' ? systemIsDark : chosen.appearance === 'dark';
  useEffect(() => {
    const page = document.documentElement;
    page.lang = chosen.language === 'zh' ? 'zh-CN' : 'en';
    page.dataset.theme = isDark ? 'dark' : 'light';
    page.style.colorScheme = isDark ? 'dark' : 'light';
  }, [chosen.language, isDark]);
  const preferences = useMemo(
    (): Preferences => ({
      ...chosen,
      isDark,
      change(choice) {
        const next = { ...chosen, ...choice };
        setChosen(next);
        try {
          localStorage.setItem(KEY, JSON.stringify(next));
        } catch {
          // The choice holds for this visit.
        }
      },
    }),
    [chosen, isDark],
  );
  return <Context value={preferences}>{children}</Context>;
}

/** Whether a media query holds now, and from now on. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const listen = () => setHolds(list.matches);
    listen();
    list.addEventListener('change', listen);
    return () => list.removeEventListener('change', listen);
  }, [query]);
  return holds;
}

/** A phone: too narrow for more than the columns that matter. */
export const usePhone = (): boolean => useMedia('(max-width: 720px)');
