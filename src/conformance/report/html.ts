// The report as one HTML file, to be sent to another company: no script, and nothing from elsewhere.
import { escapeHtml } from '../../protocol/html.ts';
import {
  countsOf,
  type Fault,
  hasFailed,
  isEmpty,
  type Report,
  type Result,
  VERDICTS,
} from '../verdict.ts';
import { BASIS_WORDS, type Language, meaningOf, placeOf, VERDICT_WORDS, WORDS } from './words.ts';

const STYLE = `
:root{color-scheme:light dark;--bg:#f2f4f7;--card:#fff;--text:#1f2329;--soft:#5c6570;--line:#d5d9e0;--quiet:#eef0f4;--fail:#b3261e;--differs:#8a5a00;--skip:#5c6570;--pass:#1b6e3c}
@media(prefers-color-scheme:dark){:root{--bg:#0f1216;--card:#1a1e24;--text:#e8eaed;--soft:#a4acb8;--line:#363d47;--quiet:#252a32;--fail:#ff9d96;--differs:#f0c060;--skip:#a4acb8;--pass:#7fd6a0}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem 1rem 3rem;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
main{max-width:64rem;margin:0 auto}
h1{font-size:1.6rem;line-height:1.3;margin:0}
h2{font-size:1.2rem;margin:2.25rem 0 .5rem}
h3{font-size:1.05rem;margin:0}
p{margin:.25rem 0}
.soft{color:var(--soft)}
.counts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0;padding:0;list-style:none}
.counts li,article{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem}
.counts strong{display:block;font-size:1.5rem;line-height:1.2}
.counts span{font-size:.875rem;color:var(--soft)}
article{margin:.75rem 0}
.fail{color:var(--fail)}.differs{color:var(--differs)}.skip{color:var(--skip)}.pass{color:var(--pass)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0 0}
dt{color:var(--soft)}
dd{margin:0;min-width:0}
code,pre{font:.8125rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace}
pre{margin:.25rem 0 0;padding:.7rem .9rem;background:var(--quiet);border-radius:8px;white-space:pre-wrap}
mark{background:none;color:var(--fail);font-weight:700;text-decoration:underline}
details{margin:.5rem 0 0}
summary{cursor:pointer}
ul.ids{columns:16rem;margin:.25rem 0 1rem;padding-left:1.1rem;font-size:.875rem}
@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}}
@media print{:root{--bg:#fff;--card:#fff;--text:#000}details{display:block}article{break-inside:avoid}}
`;

export function htmlReport(report: Report, language: Language): string {
  const word = (name: keyof typeof WORDS): string => escapeHtml(WORDS[name][language]);
  const { results, stale, target, at, platform } = report;
  const counts = countsOf(report);
  const title = `${word(report.kind)} · ${escapeHtml(platform)}`;
  const cards = VERDICTS.map(
    (verdict) =>
      `<li><strong class="${verdict}">${counts[verdict]}</strong>${escapeHtml(VERDICT_WORDS[verdict][language])}<br><span>${escapeHtml(meaningOf(verdict, report.kind)[language])}</span></li>`,
  );
  const bad = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'differs');
  const end = hasFailed(report)
    ? `<span class="fail">${word('bad')}</span>`
    : word(isEmpty(report) ? 'empty' : 'good');
  const old = stale.length > 0 ? `<h2>${word('stale')}</h2>${ids(stale)}` : '';
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main>
<h1>${title}</h1>
<p class="soft">${escapeHtml(target)} · <time datetime="${at}">${at}</time>${report.readOnly ? ` · ${word('readOnly')}` : ''}</p>
<p>${word('result')}${word('colon')}${end}</p>
<ul class="counts">${cards.join('')}</ul>
${bad.map((one) => article(one, language)).join('\n')}
${old}${skipped(results, language)}${passed(results, language)}
</main></body>
</html>
`;
}

function article(result: Result, language: Language): string {
  const word = (name: keyof typeof WORDS): string => escapeHtml(WORDS[name][language]);
  const { id, verdict, where, basis, text, faults, isKnown, reason, bytesSent, bytesGot } = result;
  const known = isKnown ? ` · ${word('known')}` : '';
  const bytes = (name: 'sent' | 'came', its: string | null): string =>
    its === null
      ? ''
      : `<details open><summary>${word(name)}</summary><pre>${escapeHtml(its)}</pre></details>`;
  const rows = [
    `<dt>${word('source')}</dt><dd>${escapeHtml(where)} <span class="soft">(${escapeHtml(BASIS_WORDS[basis][language])})</span>${text[language] === '' ? '' : `<br>${escapeHtml(text[language])}`}</dd>`,
    ...(reason ? [`<dt>${word('note')}</dt><dd>${escapeHtml(reason[language])}</dd>`] : []),
    ...faults.map((one) => faultRows(one, language)),
    `<dt>${word('again')}</dt><dd><code>${escapeHtml(result.repeat)}</code></dd>`,
  ];
  return `<article id="${escapeHtml(id)}"><h3><span class="${verdict}">${escapeHtml(VERDICT_WORDS[verdict][language])}</span> ${escapeHtml(id)}${known}</h3><dl>${rows.join('')}</dl>${bytes('sent', bytesSent)}${bytes('came', bytesGot)}</article>`;
}

function faultRows(fault: Fault, language: Language): string {
  const { what, expected, got, differsAt } = fault;
  const place = placeOf(fault, language);
  const shown =
    got === null
      ? escapeHtml(WORDS.absent[language])
      : `${escapeHtml(got.slice(0, differsAt ?? 0))}<mark>${escapeHtml(got.slice(differsAt ?? 0))}</mark>`;
  return `<dt>${escapeHtml(WORDS.expected[language])}</dt><dd><code>${escapeHtml(`${what} = ${expected}`)}</code></dd><dt>${escapeHtml(WORDS.got[language])}</dt><dd><code>${escapeHtml(`${what} = `)}${shown}</code>${place === null ? '' : `<br><span class="soft">${escapeHtml(place)}</span>`}</dd>`;
}

const ids = (names: readonly string[]): string =>
  `<ul class="ids">${names.map((name) => `<li>${escapeHtml(name)}</li>`).join('')}</ul>`;

function skipped(results: readonly Result[], language: Language): string {
  const byReason = Map.groupBy(
    results.filter(({ verdict }) => verdict === 'skip'),
    ({ reason }) => reason?.[language] ?? '',
  );
  if (byReason.size === 0) return '';
  const parts = [...byReason].map(
    ([reason, its]) =>
      `<p>${escapeHtml(reason)} (${its.length})</p>${ids(its.map(({ id }) => id))}`,
  );
  return `<h2>${escapeHtml(WORDS.skipped[language])}</h2>${parts.join('')}`;
}

function passed(results: readonly Result[], language: Language): string {
  const its = results.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
  if (its.length === 0) return '';
  return `<h2>${escapeHtml(WORDS.passed[language])}</h2><details><summary>${its.length}</summary>${ids(its)}</details>`;
}
