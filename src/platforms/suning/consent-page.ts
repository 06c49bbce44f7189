// The page on which a merchant consents: plain HTML in Chinese and English, without scripts or
// external files.
import { hash } from 'node:crypto';
import { escapeHtml } from '../../protocol/html.ts';
import type { GatewayReply } from '../../protocol/platform.ts';

const STYLE =
  'body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}' +
  'label{display:block;margin:1rem 0}input{font:inherit;width:100%;padding:.4rem;box-sizing:border-box}' +
  'button{font:inherit;padding:.4rem 1.2rem;margin:.5rem .5rem 0 0}.problem{color:#b00020}small{color:#555}';
const STYLE_SOURCE = `'sha256-${hash('sha256', STYLE, 'base64')}'`;

export interface ConsentPage {
  readonly appKey: string;
  /** The address that receives the code; the page shows its host. */
  readonly redirectUri: string;
  readonly scope: string;
  /** Hidden fields of the form: the request, and the token against forgery. */
  readonly hidden: Readonly<Record<string, string>>;
  readonly asksPassword: boolean;
  readonly userName: string;
  /** Why the form is shown again. */
  readonly problem: string | null;
}

export function consentPage(page: ConsentPage): string {
  const hidden = Object.entries(page.hidden)
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    .join('');
  const password = page.asksPassword
    ? '<label>密码 Password<input type="password" name="password" autocomplete="current-password" required></label>'
    : '<p><small>沙箱：任何商户名称都可以。 Sandbox: any merchant name will do.</small></p>';
  const problem = page.problem
    ? `<p class="problem" role="alert">${escapeHtml(page.problem)}</p>`
    : '';
  const scope = page.scope ? `<p>范围 Scope: ${escapeHtml(page.scope)}</p>` : '';
  return document(`<h1>授权 Authorization</h1>
<p>应用 <strong>${escapeHtml(page.appKey)}</strong> 请求访问您的数据，并将返回到 <strong>${escapeHtml(new URL(page.redirectUri).host)}</strong>。</p>
<p>The app asks for access on your behalf, and takes you back to that host.</p>
${scope}${problem}<form method="post" action="/api/oauth/authorize">${hidden}
<label>商户名称 Merchant<input name="user" value="${escapeHtml(page.userName)}" autocomplete="username" maxlength="64" required></label>
${password}
<button name="decision" value="allow">同意 Allow</button><button name="decision" value="deny" formnovalidate>拒绝 Deny</button>
</form>`);
}

/** The page about an invalid request, which redirects nobody. */
export function problemPage(problem: string): string {
  return document(`<h1>无法授权 Not authorized</h1><p class="problem">${escapeHtml(problem)}</p>`);
}

function document(content: string): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>授权 Authorization</title><style>${STYLE}</style></head>
<body>${content}</body></html>
`;
}

/**
 * @param leadsTo the origin that the submitted form may redirect to, because browsers apply
 * `form-action` to redirects, too
 */
export function htmlReply(
  status: number,
  body: string,
  leadsTo: string | null = null,
  cookie: string | null = null,
): GatewayReply {
  const formAction = leadsTo === null ? "'self'" : `'self' ${new URL(leadsTo).origin}`;
  const policy = `default-src 'none'; style-src ${STYLE_SOURCE}; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: {
      'content-security-policy': policy,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      // `no-referrer` is unsuitable, because browsers would then send `Origin: null` with the form.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      ...(cookie !== null && { 'set-cookie': cookie }),
    },
  };
}
