// What happens elsewhere comes to the console by itself, and rows come when somebody asks for them.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { form, hasten, post } from '../jintong.ts';
import { manage } from '../support.ts';
import { submit, call as ytx } from '../ytx.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER, startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const FRESH = { zh: /有 \d+ 条更新，点击显示/, en: /\d+ new: show/ } as const;
let made = 0;

for (const language of ['zh', 'en'] as const) {
  describe(language, { skip: withoutBrowser }, () => {
    test('a new order is told above the list, and its row comes with a click', async () => {
      const page = await browser.open('/orders?platform=ytx', { language });
      await page.locator('tr.row').first().waitFor();
      await page.locator('html[data-live=true]').waitFor();
      const rows = await page.locator('tr.row').count();
      const customParm = `live-${++made}`;
      equal((await ytx(world.server, submit(customParm, 'SANDBOX-SUCCESS'))).statusCode, '0');
      const button = page.getByRole('button', { name: FRESH[language] });
      await button.waitFor();
      equal(await page.locator('tr.row').count(), rows, 'no row has moved');
      await button.click();
      await page.locator('tr.row').nth(rows).waitFor();
      equal(await button.count(), 0);
      await page.close();
    });

    test('an order that is changed elsewhere is shown anew', async () => {
      const order = (await manage(world.server, 'GET', '/orders?platform=jintong&limit=20')).body
        .items[made + 3];
      const at = `/orders/${order.platform}/${order.orderId}`;
      const page = await browser.open(at, { language });
      await page.locator('.event').first().waitFor();
      await page.locator('html[data-live=true]').waitFor();
      const [move] = (await manage(world.server, 'GET', `${at}/outlook`)).body.moves;
      const note = `moved elsewhere ${language}`;
      await manage(world.server, 'POST', `${at}/transitions`, { to: move.to, note });
      await page.getByText(note).first().waitFor();
      await page.close();
    });

    test('a log that is followed gets its calls without asking again and again', async () => {
      const page = await browser.open('/requests?live=true&limit=20', { language });
      await page.locator('tr.row').first().waitFor();
      await page.locator('html[data-live=true]').waitFor();
      const asked: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/manage/v1/requests')) asked.push(request.url());
      });
      await page.waitForTimeout(2500);
      deepEqual(asked, [], 'nothing happened, and nothing was asked');
      await post(world.server, form(hasten(ORDER)));
      await page.waitForRequest(/manage.v1.requests/);
      await page.close();
    });

    test('without the stream the page asks the server again and again', async () => {
      const page = await browser.context.newPage();
      await page.route(/manage.v1.events/, (route) => route.abort());
      await page.goto(`${world.server.url}/console/requests?live=true`);
      await page.locator('tr.row').first().waitFor();
      const { url } = await page
        .waitForRequest(/manage.v1.requests/)
        .then((request) => ({ url: request.url() }));
      match(url, /requests/);
      await page.close();
    });
  });
}

test('no page has an error on its console', { skip: withoutBrowser }, () => {
  deepEqual(browser.faults, []);
});
