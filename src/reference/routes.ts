// The addresses of the front page and of the reference: which page stands where, and in which language and form.
import { existsSync, readFileSync } from 'node:fs';
import { languageOf } from '../people/sign-in-texts.ts';
import type { Platform } from '../protocol/platform.ts';
import { type Language, type Page, text } from './blocks.ts';
import { eventsPage } from './event-page.ts';
import { type About, frontJson, frontPage, README } from './front-page.ts';
import { PAGE_HEADERS, writeHtml } from './html.ts';
import { type Live, manageAddress, serverAddress } from './live.ts';
import { ERRORS, MANAGE, manageErrorsPage, managePage, operationPage } from './manage-page.ts';
import { writeMarkdown } from './markdown.ts';
import { methodPage } from './method-page.ts';
import type { Management } from './openapi.ts';
import { codePage, codesPage, indexPage, platformPage } from './platform-page.ts';
import { VECTORS } from './sample-call.ts';
import { Search } from './search.ts';
import { SEARCH, searchPage } from './search-page.ts';
import { signaturePage } from './signature-page.ts';
import { LABELS } from './texts.ts';
import { vectorsText } from './vectors.ts';
import { type Detective, whyOf } from './why.ts';

/** What a page needs of a call. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageRoute {
  readonly method: 'GET';
  readonly path: string;
  readonly access: 'open';
  readonly leniency: 'exact' | 'slashes';
  handle(asked: Asked): Promise<Answer>;
}

/** Undefined where there is no such page. */
type Find = (
  params: Asked['params'],
  language: Language,
  asked: Asked,
) => Page | undefined | Promise<Page | undefined>;

/** Where README.md lies, seen from src/reference and from dist/reference. */
const ROOT = new URL('../../', import.meta.url);

export type ReferenceServices = About &
  Live & { readonly detective: Detective; readonly management: Management };

export function referenceRoutes(
  platforms: readonly Platform[],
  about: ReferenceServices,
): PageRoute[] {
  const { management } = about;
  const search = new Search(platforms, management);
  let vectors: string | undefined;
  const route = (path: string, handle: (asked: Asked) => Answer | Promise<Answer>): PageRoute => ({
    method: 'GET',
    path,
    access: 'open',
    leniency: path === '/' ? 'exact' : 'slashes',
    handle: async (asked) => handle(asked),
  });
  const page = (path: string, find: Find): PageRoute[] => {
    const last = /\{(\w+)\}$/.exec(path)?.[1];
    const html = route(path, (asked) => {
      // A parameter takes a whole segment, so that the end `.md` comes with its value.
      const value = last === undefined ? '' : asked.params[last]!;
      if (!value.endsWith('.md')) return answer(find, asked, false);
      const params = { ...asked.params, [last!]: value.slice(0, -'.md'.length) };
      return answer(find, { ...asked, params }, true);
    });
    return last === undefined ? [html, route(`${path}.md`, (a) => answer(find, a, true))] : [html];
  };
  const of =
    (find: (platform: Platform, ...rest: Parameters<Find>) => ReturnType<Find>): Find =>
    (params, ...rest) => {
      const platform = platforms.find(({ name }) => name === params.platform);
      return platform && find(platform, params, ...rest);
    };
  return [
    route('/', (asked) =>
      prefersJson(asked)
        ? {
            ...{ status: 200, contentType: 'application/json; charset=utf-8' },
            body: JSON.stringify(frontJson(platforms, about)),
            headers: { vary: 'accept, accept-language', 'cache-control': 'no-cache' },
          }
        : answer((_, language) => frontPage(platforms, about, language), asked, false),
    ),
    ...Object.values(README).map((path) => route(path, () => readme(path))),
    route(VECTORS, () => {
      vectors ??= vectorsText(platforms);
      return {
        ...{ status: 200, contentType: 'application/json; charset=utf-8', body: vectors },
        headers: { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
      };
    }),
    route('/docs/{platform}/why/{requestId}', async ({ params }) => {
      const platform = platforms.find(({ name }) => name === params.platform);
      const why = platform && (await whyOf(platform, params.requestId!, about, about.detective));
      return why ? json(200, why) : json(404, { error: 'nothing is known of such a call here' });
    }),
    ...page('/docs', (_, language) => indexPage(platforms, language)),
    // Before the platforms, which would take these paths otherwise.
    ...page(SEARCH, async (_, language, asked) => {
      const question = questionOf(asked);
      return searchPage(question, await search.find(question, language), language);
    }),
    route(`${SEARCH}.json`, async (asked) =>
      json(200, await search.find(questionOf(asked), languageOfCall(asked))),
    ),
    ...page(MANAGE, async (_, l) => managePage(await management.openApi(), l)),
    ...page(ERRORS, (_, l) => manageErrorsPage(management, l)),
    ...page(`${MANAGE}/{operation}`, async ({ operation }, l, { headers }) =>
      operationPage(await management.openApi(), operation!, l, manageAddress(about, headers.host)),
    ),
    ...page('/docs/{platform}', of(platformPageOf)),
    ...page(
      '/docs/{platform}/codes',
      of((platform, _, l) => codesPage(platform, l)),
    ),
    ...page(
      '/docs/{platform}/signature',
      of((platform, _, l) => signaturePage(platform, l, about)),
    ),
    ...page(
      '/docs/{platform}/events',
      of((platform, _, l) => eventsPage(platform, l)),
    ),
    ...page(
      '/docs/{platform}/codes/{code}',
      of((platform, { code }, l) => codePage(platform, code!, l)),
    ),
    ...page(
      '/docs/{platform}/{method}',
      of((platform, { method }, l, { headers }) =>
        methodPage(platform, method!, l, about, serverAddress(about, headers.host)),
      ),
    ),
  ];
}

const platformPageOf = (platform: Platform, _: Asked['params'], language: Language): Page =>
  platformPage(platform, language);

async function answer(find: Find, call: Asked, asMarkdown: boolean): Promise<Answer> {
  const { params, query } = call;
  const asked = new URLSearchParams(query).get('lang');
  const language = languageOfCall(call);
  const found = await find(params, language, call);
  const page = found ?? notFound(language);
  const status = found ? 200 : 404;
  if (asMarkdown) {
    const body = writeMarkdown(page, language);
    return {
      ...{ status, contentType: 'text/markdown; charset=utf-8', body },
      headers: { ...PAGE_HEADERS, 'content-language': tagOf(language) },
    };
  }
  const body = writeHtml(page, language, asked === language);
  return {
    ...{ status, contentType: 'text/html; charset=utf-8', body },
    headers: { ...PAGE_HEADERS, 'content-language': tagOf(language) },
  };
}

const languageOfCall = ({ query, headers }: Asked): Language =>
  languageOf(
    new URLSearchParams(query).get('lang') ?? undefined,
    headers['accept-language'] as string | undefined,
  );

const questionOf = ({ query }: Asked): string =>
  (new URLSearchParams(query).get('q') ?? '').trim().slice(0, 200);

const json = (status: number, body: object): Answer => ({
  ...{ status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) },
  headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
});

const tagOf = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en');

function notFound(language: Language): Page {
  const t = LABELS[language];
  return {
    title: t.notFound,
    path: '/docs',
    above: [{ to: '/', text: t.home }],
    blocks: [text(t.notFoundAbout, { to: '/docs', text: t.reference })],
  };
}

/** The README that this version came with; a package may lack the Chinese one. */
function readme(path: string): Answer {
  const file = new URL(path.split('/').at(-1)!, ROOT);
  const found = existsSync(file);
  return {
    status: found ? 200 : 404,
    contentType: found ? 'text/markdown; charset=utf-8' : 'text/plain; charset=utf-8',
    body: found ? readFileSync(file, 'utf8') : 'This installation has no such file.\n',
    headers: { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' },
  };
}

/** Whether a caller takes JSON rather than HTML; browsers name HTML, and curl takes anything. */
function prefersJson({ headers }: Asked): boolean {
  const weight = (type: string): number => {
    for (const one of String(headers.accept ?? '').split(',')) {
      const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
      if (name !== type) continue;
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return q === undefined ? 1 : Number(q.slice(2));
    }
    return 0;
  };
  return weight('application/json') > weight('text/html');
}
