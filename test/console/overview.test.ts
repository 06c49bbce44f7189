// The overview is read as an operator reads it: figures that move by themselves, and each leads to its rows.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { document, form, post } from '../jintong.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER, startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const TEXTS = {
  zh: {
    near: '临近时限的订单',
    dead: '已放弃的回调',
    ok: '成功率',
    live: '实时',
    hour: '最近 60 分钟',
  },
  en: {
    near: 'Orders near a time limit',
    dead: 'Callbacks given up',
    ok: 'Successful',
    live: 'live',
    hour: 'Last 60 minutes',
  },
} as const;

const badly = () =>
  form(
    document('jane88', 'HastenOrder', {
      param: { OrderID: ORDER, UserName: 'jane88' },
      key: 'not the key of jane88',
    }),
  );

/** The rows of the list that a figure led to, once the overview has gone. */
async function rowsOf(page: Page): Promise<number> {
  await page.locator('.tiles').waitFor({ state: 'detached' });
  await page.locator('tr.row').first().waitFor();
  return page.locator('tr.row').count();
}

for (const language of ['zh', 'en'] as const) {
  const t = TEXTS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('a refused call moves the figures by itself, and its code leads to it', async () => {
      const page = await browser.open('', { language });
      const code = page.locator('.codes li', { hasText: 'SignFail' });
      await code.waitFor();
      await page.getByText(t.live, { exact: true }).waitFor();
      const count = async () => Number((await code.innerText()).split('·').at(-1)?.trim());
      const before = await count();
      await post(world.server, badly());
      await code.filter({ hasText: new RegExp(`· ${before + 1}$`) }).waitFor();
      await code.getByRole('link').click();
      equal(await rowsOf(page), before + 1, 'as many rows as were counted');
      match(page.url(), /requests\?.*outcome=SignFail/);
      await page.close();
    });

    test('callbacks that were given up, and orders near a limit, lead to their rows', async () => {
      const page = await browser.open('', { language });
      const tile = (name: string) =>
        page.locator('.tiles > div', { hasText: name }).getByRole('link');
      const dead = Number(await tile(t.dead).innerText());
      ok(dead > 0);
      await tile(t.dead).click();
      await page.waitForURL(/deliveries\?state=dead/);
      equal(await rowsOf(page), dead);
      await page.goBack();
      const near = Number(await tile(t.near).innerText());
      ok(near > 0);
      await tile(t.near).click();
      await page.waitForURL(/preset=near-limit/);
      equal(await rowsOf(page), near);
      await page.close();
    });

    test('platform, party and span stand in the URL, and a reload shows the same', async () => {
      const page = await browser.open('', { language });
      const panel = page.locator('section', { has: page.locator('.tiles') });
      await panel.getByText(t.hour).click();
      await page.waitForURL(/minutes=60/);
      await panel.locator('tr.row', { hasText: 'jane88' }).waitFor();
      await page.goto(`${page.url()}&platform=ytx`);
      await panel.locator('tr.row').first().waitFor();
      deepEqual(await panel.locator('tr.row', { hasText: 'jane88' }).count(), 0);
      await page.reload();
      await panel.locator('tr.row').first().waitFor();
      deepEqual(await panel.locator('tr.row', { hasText: 'jane88' }).count(), 0);
      await page.close();
    });
  });
}

test('no page has an error on its console', { skip: withoutBrowser }, () => {
  deepEqual(browser.faults, []);
});
