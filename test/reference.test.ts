// The front page and the reference: every field and every code of every contract, in both languages and both forms.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platformsOf, VERSION } from '../src/main.ts';
import type { Field, Fields, Text } from '../src/protocol/contract.ts';
import { escapeHtml } from '../src/protocol/html.ts';
import { startTestServer } from './support.ts';

// One from outside stands beside ours: what `--platforms` names is on the pages, too.
const platformsFile = fileURLToPath(new URL('../examples/platform/index.ts', import.meta.url));
const platforms = await platformsOf({ platformsFile });
const server = await startTestServer({ platforms });

const LANGUAGES = ['zh', 'en'] as const;
type Language = (typeof LANGUAGES)[number];

async function read(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What a person sees of a page, with entities and tags read. */
const shown = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Every field with its full name, whatever it is nested in. */
function named(fields: Fields, before = ''): [string, Field][] {
  return Object.entries(fields).flatMap(([name, field]): [string, Field][] => {
    const path = before + name;
    if (field.type === 'group') return [[path, field], ...named(field.fields, `${path}.`)];
    if (field.type === 'list' && 'fields' in field) {
      return [[path, field], ...named(field.fields, `${path}[].`)];
    }
    return field.type === 'list' && 'of' in field
      ? [[path, field], ...named({ [`${path}[]`]: field.of })]
      : [[path, field]];
  });
}

const docs = (...segments: string[]): string =>
  `/docs/${segments.map(encodeURIComponent).join('/')}`;

for (const { name, contract, checks } of platforms) {
  for (const language of LANGUAGES) {
    describe(`${name}, ${language}`, () => {
      for (const [method, its] of Object.entries(contract.methods)) {
        test(`${method}: every field, value, code, cause and remedy, sample`, async () => {
          const { status, text: html } = await read(`${docs(name, method)}?lang=${language}`);
          equal(status, 200);
          const text = shown(html);
          const has = (wanted: string) => ok(text.includes(wanted), `${method} lacks ${wanted}`);
          has(its.title[language]);
          for (const fields of [
            contract.envelope.request,
            contract.envelope.reply,
            its.params,
            its.reply,
            its.head ?? {},
          ]) {
            for (const [path, field] of named(fields)) {
              ok(html.includes(`<code>${escapeHtml(path)}</code>`), `${method} lacks ${path}`);
              has(field.text[language]);
              if ('example' in field) has(String(field.example));
              if (field.type === 'string' && field.pattern) has(field.pattern.source);
              if (field.type === 'integer') {
                match(text, new RegExp(`${field.min} \\S+ ${field.max}`));
              }
              if (field.type !== 'enum') continue;
              for (const [value, meaning] of Object.entries(field.values)) {
                has(`${value} ${meaning[language]}`);
              }
            }
          }
          // The codes in the order in which the server gives them: those of the checks, then the method's own.
          const table = html.slice(
            html.indexOf('<h2 id="codes">'),
            html.indexOf('<h2 id="samples">'),
          );
          const rows = [...table.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => row);
          const wanted: [code: string, reason: Text | null][] = [
            ...checks.stated.flatMap(({ refuses }) => Object.entries(refuses)),
            ...its.codes.map((code): [string, null] => [code, null]),
          ];
          equal(rows.length, wanted.length);
          for (const [i, [code, reason]] of wanted.entries()) {
            const entry = contract.codes[code]!;
            const row = shown(rows[i]!);
            for (const part of [code, entry.wire, entry.cause[language], entry.remedy[language]]) {
              ok(row.includes(part), `${method}: row ${i + 1} lacks ${part}`);
            }
            if (reason) ok(row.includes(reason[language]));
            ok(rows[i]!.includes(`href="${docs(name, 'codes', code)}?lang=${language}"`));
          }
          for (const { title, params, gives } of its.samples) {
            has(title[language]);
            has(JSON.stringify(params, null, 2));
            has(gives);
          }
          if (its.once) has(its.once.text[language]);
        });

        test(`${method} as Markdown: the same fields and codes`, async () => {
          const { status, headers, text } = await read(`${docs(name, method)}.md?lang=${language}`);
          equal(status, 200);
          equal(headers.get('content-type'), 'text/markdown; charset=utf-8');
          for (const [path] of named({ ...its.params, ...its.reply, ...its.head })) {
            ok(text.includes(`\`${path}\``), path);
          }
          for (const code of its.codes) ok(text.includes(`[\`${code}\`](`), code);
          // Each line of a table has as many cells as the table's head.
          for (const table of text.match(/^\|.*\|(?:\n\|.*\|)+$/gm) ?? []) {
            const cells = table.split('\n').map((row) => row.match(/(?<!\\)\|/g)!.length);
            equal(new Set(cells).size, 1, table);
          }
        });
      }

      test('every code has a page, and the platform links to it', async () => {
        const { text: list } = await read(`${docs(name, 'codes')}?lang=${language}`);
        const { text: overview } = await read(`${docs(name)}?lang=${language}`);
        for (const [code, entry] of Object.entries(contract.codes)) {
          const path = docs(name, 'codes', code);
          for (const page of [list, overview]) {
            ok(page.includes(`href="${path}?lang=${language}"`), code);
          }
          const page = await read(`${path}?lang=${language}`);
          equal(page.status, 200, code);
          const text = shown(page.text);
          for (const part of [code, entry.wire, entry.cause[language], entry.remedy[language]]) {
            ok(text.includes(part), `${code} lacks ${part}`);
          }
          for (const wire of Object.keys(entry.otherWires ?? {})) ok(text.includes(wire), wire);
          if (entry.unused) ok(text.includes(entry.unused[language]), code);
          equal((await read(`${path}.md?lang=${language}`)).status, 200);
        }
      });
    });
  }
}

test('no link of any page leads nowhere, and none leads to another host', async () => {
  const waiting = LANGUAGES.map((language) => `/?lang=${language}`);
  const seen = new Set(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (/^\/(console|manage|metrics)/.test(path)) continue;
    const { status, headers, text } = await read(path);
    equal(status, 200, path);
    if (!headers.get('content-type')!.startsWith('text/html')) continue;
    for (const [, inline] of text.matchAll(/<script[^>]*>([^<]*)/g)) equal(inline, '');
    for (const [, href = ''] of text.matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
      if (href === 'data:,') continue;
      if (href.startsWith('#')) {
        ok(text.includes(` id="${href.slice(1)}"`), `${path} ${href}`);
        continue;
      }
      match(href, /^\/(?!\/)/, path);
      const next = href.replaceAll('&amp;', '&');
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  ok(seen.size > 200, `${seen.size} addresses`);
});

describe('the front page', () => {
  const JSON_TYPE = 'application/json; charset=utf-8';

  for (const [accept, type] of [
    ['application/json', JSON_TYPE],
    ['application/json, text/html;q=0.5', JSON_TYPE],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['text/html, application/json;q=0.9', 'text/html; charset=utf-8'],
    ['*/*', 'text/html; charset=utf-8'],
  ]) {
    test(`Accept: ${accept} gets ${type}`, async () => {
      const { status, headers } = await read('/', { accept: accept! });
      deepEqual([status, headers.get('content-type')], [200, type]);
      match(headers.get('vary')!, /accept\b/);
    });
  }

  test('says version, environment and platforms; /manage/v1/version says it without a token', async () => {
    const { text } = await read('/', { accept: 'application/json' });
    const front = JSON.parse(text);
    deepEqual(
      [front.version, front.environment, front.platforms],
      [VERSION, 'sandbox', platforms.map(({ name }) => name)],
    );
    const { status, text: version } = await read(front.links.version);
    equal(status, 200);
    deepEqual(JSON.parse(version), { name: 'ordergate', version: VERSION, environment: 'sandbox' });
    const page = shown((await read('/?lang=en')).text);
    for (const part of [VERSION, 'sandbox', ...Object.values<string>(front.links)]) {
      ok(page.includes(part), part);
    }
  });
});

describe('languages', () => {
  const languageIs = async (path: string, accepted: string | null): Promise<Language | null> => {
    const { headers } = await read(path, accepted === null ? {} : { 'accept-language': accepted });
    return headers.get('content-language') === 'en' ? 'en' : 'zh';
  };
  for (const path of ['/', '/docs', '/docs/ytx', '/docs.md', '/docs/ytx.md', '/docs/nothing']) {
    test(`${path}: the address first, then Accept-Language, then Chinese`, async () => {
      equal(await languageIs(`${path}?lang=en`, 'zh-CN'), 'en');
      equal(await languageIs(`${path}?lang=zh`, 'en'), 'zh');
      equal(await languageIs(path, 'en-GB,en;q=0.9'), 'en');
      equal(await languageIs(path, 'fr'), 'zh');
      equal(await languageIs(path, null), 'zh');
    });
  }

  test('a page links to itself in the other language, and keeps a language that was chosen', async () => {
    const { text } = await read('/docs/ytx?lang=en');
    ok(text.includes('<a href="/docs/ytx?lang=zh" hreflang="zh-CN" lang="zh-CN">中文</a>'));
    ok(text.includes('href="/docs/ytx/productOrder?lang=en"'));
    ok((await read('/docs/ytx')).text.includes('href="/docs/ytx/productOrder"'));
  });
});

test('what is not there is 404 and says where to start', async () => {
  for (const path of [
    '/docs/nobody',
    '/docs/ytx/nothing',
    '/docs/ytx/constructor',
    '/docs/ytx/codes/nothing',
    '/docs/ytx/codes/__proto__',
    '/docs/nobody/codes',
    '/docs/ytx/nothing.md',
  ]) {
    const { status, text } = await read(`${path}?lang=en`);
    equal(status, 404, path);
    match(text, /Start from its first page/);
  }
});

test('the policy lets in the script of this server alone, and the style only by its hash', async () => {
  const { headers } = await read('/docs');
  const policy = headers.get('content-security-policy')!;
  match(
    policy,
    /^default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'sha256-[^']+'; img-src data:; form-action 'self';/,
  );
  ok(!policy.includes('unsafe'));
});
