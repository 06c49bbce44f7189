// Search over the reference: what a reader writes, in either language, and the page that comes first.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import type { Results } from '../src/reference/search.ts';
import { startTestServer } from './support.ts';

const server = await startTestServer();

async function ask(question: string, language: 'zh' | 'en' = 'en'): Promise<Results> {
  const query = new URLSearchParams({ q: question, lang: language });
  const response = await fetch(`${server.url}/docs/search.json?${query}`);
  equal(response.status, 200);
  return response.json() as Promise<Results>;
}

for (const [question, path] of [
  ['HastenOrder', '/docs/jintong/HastenOrder'],
  ['hastenorder', '/docs/jintong/HastenOrder'],
  ['催单', '/docs/jintong/HastenOrder'],
  ['SignFail', '/docs/jintong/codes/SignFail'],
  ['签名验证失败', '/docs/jintong/codes/SignFail'],
  ['-704', '/docs/ytx/codes/-704'],
  ['cardList', '/docs/suning/suning.selfmarket.leaguerstatus.add#params'],
  ['cardSec', '/docs/suning/suning.selfmarket.leaguerstatus.add#params'],
  ['signInfo', '/docs/suning#envelope'],
  ['order.hastened', '/docs/jintong/events#order.hastened'],
  ['revealSealed', '/docs/manage/revealSealed'],
  ['查看密文', '/docs/manage/listApprovals'],
  ['没有这样的词', null],
  ['卡密 历史', '/docs/manage/revealSealed'],
  ['unknown-order', '/docs/manage/errors'],
] as const) {
  test(`"${question}" finds ${path ?? 'nothing'} first`, async () => {
    for (const language of ['zh', 'en'] as const) {
      const { found } = await ask(question, language);
      equal(found[0]?.path ?? null, path);
    }
  });
}

test('every method, code and field is found by its name', async () => {
  for (const { name, contract } of platforms) {
    const names = [
      ...Object.keys(contract.methods),
      ...Object.keys(contract.codes),
      ...Object.values(contract.methods).flatMap(({ params, reply }) => [
        ...Object.keys(params),
        ...Object.keys(reply),
      ]),
    ];
    for (const one of new Set(names)) {
      const { found } = await ask(`${one} ${contract.title.en}`.toLowerCase());
      ok(
        found.some((hit) => hit.name === one && hit.path.startsWith(`/docs/${name}`)),
        one,
      );
    }
  }
});

test('each hit leads to a page and a place on it', async () => {
  for (const question of ['order', '订单', 'sign', 'codes']) {
    const { found, total } = await ask(question);
    ok(found.length > 0 && found.length <= 60 && total >= found.length);
    for (const path of new Set(found.map((hit) => hit.path))) {
      const [page, place] = path.split('#');
      const response = await fetch(server.url + page);
      equal(response.status, 200, path);
      if (place) ok((await response.text()).includes(` id="${place}"`), path);
    }
  }
});

test('the page works by a form without script, keeps the question, and is there as Markdown', async () => {
  const page = await (await fetch(`${server.url}/docs/search?q=SignFail&lang=en`)).text();
  match(page, /<form class="search" role="search" action="\/docs\/search">/);
  match(page, /name="q" value="SignFail"/);
  match(page, /href="\/docs\/search\?lang=zh&amp;q=SignFail"/);
  match(page, /href="\/docs\/jintong\/codes\/SignFail\?lang=en"/);
  const markdown = await (await fetch(`${server.url}/docs/search.md?q=SignFail&lang=en`)).text();
  match(markdown, /\[`SignFail`\]\(\/docs\/jintong\/codes\/SignFail\.md\?lang=en\)/);
});

test('a question is text: it reaches the page escaped, and a long or empty one is no fault', async () => {
  const query = new URLSearchParams({ q: '"><script>alert(1)</script>', lang: 'en' });
  const page = await (await fetch(`${server.url}/docs/search?${query}`)).text();
  ok(!page.includes('<script>alert'));
  match(page, /Nothing was found/);
  deepEqual(await ask(''), { found: [], total: 0 });
  deepEqual(await ask('x'.repeat(5000)), { found: [], total: 0 });
});
