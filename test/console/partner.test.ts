// An operator makes a link for a party; whoever opens it sees that party's data, may replay, and sees nothing else.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { manage } from '../support.ts';
import { seriousFindings } from './axe.ts';
import { type Browser, type Look, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER, startWorld, type World, YTX_APP } from './world.ts';

let world: World;
const browsers: Browser[] = [];
if (!withoutBrowser) world = await startWorld();
after(async () => {
  for (const browser of browsers) await browser.close();
});

const TEXTS = {
  zh: { make: '生成链接', done: '我已保存', enter: '打开', keys: '密钥与地址', replay: '重发' },
  en: {
    make: 'Make a link',
    done: 'I have kept it',
    enter: 'Open',
    keys: 'Keys and endpoints',
    replay: 'Replay',
  },
} as const;

for (const language of ['zh', 'en'] as const) {
  const t = TEXTS[language];
  describe(language, { skip: withoutBrowser }, () => {
    let browser: Browser;
    const open = (path: string, look: Partial<Look> = {}): Promise<Page> =>
      browser.open(path, { language, ...look });
    before(async () => {
      browser = await startBrowser(world.server);
      browsers.push(browser);
    });

    test('the page of a party makes a link, which opens the page of a partner', async () => {
      const page = await open('/parties/jintong/jane88');
      await page.getByRole('button', { name: t.make }).click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('input').first().fill(`Li Na, ${language}`);
      await dialog.getByRole('button', { name: t.make }).click();
      const link = await page.locator('.secret code').innerText();
      match(link, /\/console\/link\/[\w-]{43}$/);
      await page.locator('.secret').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: t.done }).click();
      await page.getByText(`Li Na, ${language}`).waitFor();
      // The session of the partner takes the place of the operator's in this browser.
      await page.goto(`${link}?lang=${language}`);
      await page.getByRole('button', { name: t.enter }).click();
      await page.getByRole('heading', { name: 'jane88' }).waitFor();
      await page.close();
    });

    test('it shows why calls were refused, and leads to the detective', async () => {
      const page = await open('');
      await page.locator('.codes li', { hasText: 'SignFail' }).getByRole('link').click();
      await page.locator('tr.row').first().click();
      await page.locator('.code').first().waitFor();
      match(page.url(), /requests\/\d+$/);
      await page.close();
    });

    test('a callback that was given up is sent again', async () => {
      const at = '/callbacks/deliveries';
      const { body } = await manage(world.server, 'GET', `${at}?platform=jintong&limit=1`);
      const { deliveryId } = body.items[0];
      await manage(world.server, 'POST', `${at}/${deliveryId}/give-up`, { note: '对方停机' });
      const page = await open(`${at}/${deliveryId}`);
      await page.getByRole('button', { name: t.replay }).click();
      await page.locator('.ant-message-success').waitFor();
      await page.close();
    });

    test('it shows no orders, no people, no audit and nobody else', async () => {
      const page = await open('');
      await page.locator('.tiles').waitFor();
      const nav = await page.locator('#menu a').allInnerTexts();
      equal(nav.length, 4, nav.join());
      ok(nav.includes(t.keys));
      equal(await page.locator(`a[href*="${ORDER}"]`).count(), 0, 'an order is not led to');
      for (const path of ['', '/requests', '/callbacks', '/callbacks/deliveries']) {
        await page.goto(`${world.server.url}/console${path}`);
        await page.locator('.page').waitFor();
        await page.waitForTimeout(300);
        const text = await page.locator('main').innerText();
        ok(!text.includes(YTX_APP), `${path} names no other party`);
      }
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    for (const [path, ready] of [
      ['', '.tiles'],
      ['/parties/jintong/jane88', '.bars'],
    ] as const) {
      for (const appearance of ['light', 'dark'] as const) {
        test(`axe finds nothing serious at "${path}", ${appearance}`, async () => {
          const page = await open(path, { appearance, width: appearance === 'dark' ? 390 : 1280 });
          await page.locator(ready).first().waitFor();
          deepEqual(await seriousFindings(page), []);
          await page.close();
          deepEqual(browser.faults.splice(0), []);
        });
      }
    }
  });
}
