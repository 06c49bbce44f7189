// The page of search results, which works without script: a form asks by GET.
import { type Language, type Page, table, text } from './blocks.ts';
import type { Results } from './search.ts';
import { LABELS } from './texts.ts';

export const SEARCH = '/docs/search';

export function searchPage(question: string, { found, total }: Results, language: Language): Page {
  const t = LABELS[language];
  const rows = found.map(({ kind, name, about, within, path }) => [
    [[{ to: path, text: name, asCode: true } as const], [{ soft: within }]],
    [[t.kinds[kind]]],
    [[about]],
  ]);
  return {
    title: question === '' ? t.search : t.searchFor(question),
    path: SEARCH,
    ...(question !== '' && { question }),
    above: [
      { to: '/', text: t.home },
      { to: '/docs', text: t.reference },
    ],
    blocks:
      question === ''
        ? [text(t.searchAbout)]
        : [
            text(t.hits(total, found.length)),
            table(t.search, [t.name, t.kind, t.meaningOnly], rows, t.noHits),
          ],
  };
}
