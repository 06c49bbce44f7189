// Writes a page of the reference as HTML: whole without script, nothing from elsewhere, light and dark, wide, narrow and on paper.
import { hash } from 'node:crypto';
import { escapeHtml } from '../protocol/html.ts';
import {
  type Block,
  type Cell,
  type Inline,
  type Language,
  type Line,
  type Page,
  type Table,
  withQuery,
} from './blocks.ts';
import { writeLab } from './lab-html.ts';
import { isFile, markdownPath } from './markdown.ts';
import { scriptPath } from './script.ts';
import { STYLE } from './style.ts';
import { LABELS } from './texts.ts';

const STYLE_SOURCE = `'sha256-${hash('sha256', STYLE, 'base64')}'`;

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; script-src 'self'; connect-src 'self'; style-src ${STYLE_SOURCE}; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-cache',
  vary: 'accept, accept-language',
};

/** @param isChosen whether the address names the language: links then keep it */
export function writeHtml(page: Page, language: Language, isChosen: boolean): string {
  const t = LABELS[language];
  const other = language === 'zh' ? 'en' : 'zh';
  const tag = { zh: 'zh-CN', en: 'en' } as const;
  const write = writer((to) => (isChosen && !isFile(to) ? withQuery(to, `lang=${language}`) : to));
  const above = page.above.map(({ to, text }) => `${write.line([{ to, text }])} / `).join('');
  const asked = page.question === undefined ? '' : `&amp;q=${encodeURIComponent(page.question)}`;
  const inOther = (one: Language): string => `${page.path}?lang=${one}${asked}`;
  const headings = page.blocks.flatMap((one) =>
    one.is === 'heading' && one.level === 2
      ? [`<li><a href="#${escapeHtml(one.id)}">${escapeHtml(one.text)}</a></li>`]
      : [],
  );
  const contents =
    headings.length < 3
      ? ''
      : `<nav class="contents" aria-label="${t.contents}"><ul>${headings.join('')}</ul></nav>`;
  const alternates = (['zh', 'en'] as const)
    .map((one) => `<link rel="alternate" hreflang="${tag[one]}" href="${inOther(one)}">`)
    .join('');
  const markdown =
    page.path === '/'
      ? ''
      : `<a href="${markdownPath(page.path, language)}${asked}" type="text/markdown">Markdown</a>`;
  const file = scriptPath();
  const script = file === null ? '' : `<script type="module" src="${file}"></script>`;
  return `<!doctype html>
<html lang="${tag[language]}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(page.title)}${page.path === '/' ? '' : ' · Ordergate'}</title>
<link rel="icon" href="data:,">${alternates}<style>${STYLE}</style>${script}</head>
<body><header><nav aria-label="${t.where}">${above}<span aria-current="page">${escapeHtml(page.title)}</span></nav>
<p class="tools">${markdown}<a href="${inOther(other)}" hreflang="${tag[other]}" lang="${tag[other]}">${LABELS[other].language}</a></p>
${searchForm(page, language, isChosen)}</header>
<main><h1>${escapeHtml(page.title)}</h1>
${contents}${page.blocks.map(write.block).join('\n')}</main></body></html>
`;
}

function searchForm({ question = '' }: Page, language: Language, isChosen: boolean): string {
  const t = LABELS[language];
  const chosen = isChosen ? `<input type="hidden" name="lang" value="${language}">` : '';
  return `<form class="search" role="search" action="/docs/search"><input type="search" name="q" value="${escapeHtml(question)}" aria-label="${t.search}" placeholder="${t.searchHint}" maxlength="200" autocomplete="off">${chosen}<button type="submit">${t.search}</button><ul class="found" hidden></ul></form>`;
}

function writer(address: (to: string) => string) {
  const inline = (one: Inline): string => {
    if (typeof one === 'string') return escapeHtml(one);
    if ('code' in one) return `<code>${escapeHtml(one.code)}</code>`;
    if ('strong' in one) return `<strong>${escapeHtml(one.strong)}</strong>`;
    if ('soft' in one) return `<span class="soft">${escapeHtml(one.soft)}</span>`;
    const text = escapeHtml(one.text);
    const shown = one.asCode ? `<code>${text}</code>` : text;
    return `<a href="${escapeHtml(address(one.to))}">${shown}</a>`;
  };
  const line = (inlines: Line): string => inlines.map(inline).join('');
  const cell = (lines: Cell): string => lines.map((one) => `<div>${line(one)}</div>`).join('');
  const table = ({ caption, head, rows }: Table): string => {
    const names = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
    const body = rows.map((cells) => {
      const written = cells.map((one, i) => {
        const label = i === 0 ? '' : `<span class="label">${escapeHtml(head[i]!)}</span>`;
        const shown = one.length === 0 ? '' : `${label}${cell(one)}`;
        return i === 0 ? `<th scope="row">${shown}</th>` : `<td>${shown}</td>`;
      });
      return `<tr>${written.join('')}</tr>`;
    });
    return `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${names}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
  };
  const block = (one: Block): string => {
    switch (one.is) {
      case 'heading':
        return `<h${one.level} id="${escapeHtml(one.id)}">${escapeHtml(one.text)}</h${one.level}>`;
      case 'text':
        return `<p>${line(one.line)}</p>`;
      case 'list':
        return `<ul>${one.items.map((item) => `<li>${line(item)}</li>`).join('')}</ul>`;
      case 'code': {
        const label = escapeHtml(one.label);
        const shown = `<pre tabindex="0" role="region" aria-label="${label}"><code>${escapeHtml(one.text)}</code></pre>`;
        if (!one.fold) return shown;
        return `<details${one.fold === 'open' ? ' open' : ''}><summary>${label}</summary>${shown}</details>`;
      }
      case 'table':
        return table(one);
      case 'lab':
        return writeLab(one.lab, one.worked.map(block).join('\n'));
    }
  };
  return { line, block };
}
