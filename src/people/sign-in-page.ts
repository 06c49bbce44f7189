// The pages on which people sign in or choose a password: plain HTML, no script, nothing from elsewhere.
import { hash } from 'node:crypto';
import { escapeHtml } from '../protocol/html.ts';
import { type Language, type Problem, TEXTS } from './sign-in-texts.ts';

const STYLE = `
:root{color-scheme:light dark;--bg:#f2f4f7;--card:#fff;--text:#1f2329;--soft:#5c6570;--line:#d5d9e0;--edge:#858d98;--brand:#0958d9;--on-brand:#fff;--bad:#b3261e;--bad-bg:#fdecea}
@media(prefers-color-scheme:dark){:root{--bg:#0f1216;--card:#1a1e24;--text:#e8eaed;--soft:#a4acb8;--line:#363d47;--edge:#79838f;--brand:#7fb0ff;--on-brand:#0b1526;--bad:#ffb4ab;--bad-bg:#3b1a18}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:1rem;background:var(--bg);color:var(--text);font:16px/1.55 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{width:100%;max-width:25rem;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{font-size:1.4rem;line-height:1.3;margin:0}
.about{margin:.2rem 0 1.6rem;color:var(--soft)}
label{display:block;margin:1.1rem 0 .35rem;font-weight:600}
input{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--edge);border-radius:8px;padding:.6rem .75rem}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
button,.button{display:block;width:100%;margin-top:1.6rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;border:1px solid var(--brand);border-radius:8px;padding:.65rem 1rem;background:var(--brand);color:var(--on-brand);cursor:pointer}
.button{margin-top:.8rem;background:transparent;color:var(--brand)}
.hint{margin:.35rem 0 0;font-size:.875rem;color:var(--soft)}
.problem{margin:0 0 1rem;padding:.6rem .75rem;border-radius:8px;background:var(--bad-bg);color:var(--bad)}
footer{margin-top:1.2rem}
a{color:var(--brand)}
@media(max-width:28rem){main{padding:1.5rem 1.25rem}}
`;
const STYLE_SOURCE = `'sha256-${hash('sha256', STYLE, 'base64')}'`;

export interface Page {
  readonly language: Language;
  /** Where the other language is: a path with a query. */
  readonly otherLanguage: string;
  readonly problem: Problem | null;
  readonly content:
    | {
        readonly is: 'password';
        readonly name: string;
        readonly next: string;
        readonly sandbox: boolean;
        readonly singleSignOn: boolean;
      }
    | { readonly is: 'code'; readonly ticket: string; readonly next: string }
    /** `action`: the link's own path. `name`: null where the page asks for one. */
    | {
        readonly is: 'choose';
        readonly action: string;
        readonly name: string | null;
        readonly given: string;
      }
    /** `action`: the path of a partner's link. `party`: whose data it shows. */
    | { readonly is: 'enter'; readonly action: string; readonly party: string }
    /** Nothing can be done here but read the problem. */
    | { readonly is: 'problem' };
}

export function signInPage(page: Page): string {
  const { language, problem, content, otherLanguage } = page;
  const t = TEXTS[language];
  const told = problem === null ? '' : `<p class="problem" role="alert">${t.problems[problem]}</p>`;
  const [other, code] = language === 'zh' ? ['en', 'en'] : ['zh', 'zh-CN'];
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${t.title} · Ordergate</title><style>${STYLE}</style></head>
<body><main><h1>${headingOf(page)}</h1><p class="about">${t.about}</p>
${told}${formOf(content, language)}</main>
<footer><a href="${escapeHtml(otherLanguage)}" hreflang="${code}" lang="${code}" data-language="${other}">${t.other}</a></footer></body></html>
`;
}

function headingOf({ language, content }: Page): string {
  const t = TEXTS[language];
  if (content.is === 'enter') return t.enterHeading;
  if (content.is !== 'choose') return t.heading;
  return content.name === null ? t.chooseFirst : t.choose;
}

function formOf(content: Page['content'], language: Language): string {
  const t = TEXTS[language];
  const hidden = (name: string, value: string): string =>
    `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const lang = hidden('lang', language);
  switch (content.is) {
    case 'password':
      return `<form method="post" action="/console/sign-in">${lang}${hidden('next', content.next)}
<label for="name">${t.name}</label><input id="name" name="name" value="${escapeHtml(content.name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${content.name === '' ? ' autofocus' : ''}>
<label for="password">${t.password}</label><input id="password" name="password" type="password" autocomplete="current-password" required${content.name === '' ? '' : ' autofocus'}>
<button>${t.signIn}</button>${content.singleSignOn ? `<a class="button" href="/console/oidc?next=${encodeURIComponent(content.next)}&amp;lang=${language}">${t.sso}</a>` : ''}</form>${content.sandbox ? `<p class="hint">${t.sandbox}</p>` : ''}`;
    case 'code':
      return `<form method="post" action="/console/sign-in">${lang}${hidden('next', content.next)}${hidden('ticket', content.ticket)}
<label for="code">${t.code}</label><input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required autofocus aria-describedby="code-hint">
<p class="hint" id="code-hint">${t.codeHint}</p><button>${t.verify}</button></form>`;
    case 'choose':
      return `<form method="post" action="${escapeHtml(content.action)}">${lang}
<label for="name">${t.name}</label><input id="name" name="name" value="${escapeHtml(content.name ?? content.given)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${content.name === null ? ' autofocus aria-describedby="name-hint"' : ' readonly'}>
${content.name === null ? `<p class="hint" id="name-hint">${t.nameHint}</p>` : ''}
<label for="password">${t.password}</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required aria-describedby="password-hint"${content.name === null ? '' : ' autofocus'}>
<p class="hint" id="password-hint">${t.chooseHint}</p>
<label for="repeat">${t.repeat}</label><input id="repeat" name="repeat" type="password" autocomplete="new-password" required>
<button>${t.save}</button></form>`;
    case 'enter':
      return `<form method="post" action="${escapeHtml(content.action)}">${lang}
<p>${t.enterHint} <strong>${escapeHtml(content.party)}</strong></p><button autofocus>${t.enter}</button></form>`;
    case 'problem':
      return `<a class="button" href="/console/sign-in?lang=${language}">${t.signIn}</a>`;
  }
}

/** @param leadsTo an origin besides this server that the form may be redirected to */
export function pageHeaders(): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: with it browsers send `Origin: null` with the form, to this server, too.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    vary: 'accept-language, cookie',
  };
}
