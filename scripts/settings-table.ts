// Writes the table of settings into README.md and README.zh-CN.md, from src/settings.ts: `npm run settings`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ALL_SETTINGS } from '../src/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const HEADS = {
  en: '| Variable | Flag | Default | |',
  zh: '| 变量 | 参数 | 默认值 | |',
} as const;

export const PAGES = { en: `${root}README.md`, zh: `${root}README.zh-CN.md` } as const;

/** The table in one language, as Markdown. */
export function settingsTable(language: 'en' | 'zh'): string {
  const rows = ALL_SETTINGS.map(([, { variable, flag, default: normal, unset, text }]) => {
    const cells = [
      `\`${variable}\``,
      flag === undefined ? '' : `\`--${flag}\``,
      normal ?? unset?.[language] ?? '',
      text[language],
    ];
    return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
  });
  return [HEADS[language], '| --- | --- | --- | --- |', ...rows].join('\n');
}

const PLACE = /(<!-- settings: [^>]+ -->\n)[\s\S]*?(\n?<!-- \/settings -->)/;

/** `page` with the table in its place. */
export function withSettings(page: string, language: 'en' | 'zh'): string {
  if (!PLACE.test(page)) throw new Error('the page has no place for the table of settings');
  return page.replace(
    PLACE,
    (_, before) => `${before}\n${settingsTable(language)}\n\n<!-- /settings -->`,
  );
}

if (import.meta.main) {
  for (const language of ['en', 'zh'] as const) {
    const page = readFileSync(PAGES[language], 'utf8');
    writeFileSync(PAGES[language], withSettings(page, language));
  }
}
