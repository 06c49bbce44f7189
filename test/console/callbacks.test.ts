// What an operator does with requests and callbacks in the console, in both languages, on a real server.
import { deepEqual, equal, ok as isOk, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ok } from '../receiver.ts';
import { manage } from '../support.ts';
import { type Browser, type Language, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER, startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const WORDS = {
  zh: {
    ...{ sendTest: '发送测试', since: '重发上次成功以来的全部', start: '开始重发', done: '已完成' },
    ...{ all: '重发符合筛选的全部', close: '关闭', replay: '重发', like: '同类调用' },
    ...{ curl: '复制为 curl', live: '实时' },
  },
  en: {
    ...{ sendTest: 'Send a test', since: 'Replay everything since the last success' },
    ...{ start: 'Start the replay', done: 'Done', all: 'Replay all that match', close: 'Close' },
    ...{ replay: 'Replay', like: 'Calls like this one', curl: 'Copy as curl', live: 'Live' },
  },
} as const;

for (const language of ['zh', 'en'] as const satisfies Language[]) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('the log filters, opens one call, copies it as curl, and finds all like it', async () => {
      const page = await browser.open('/requests?refused=true', { language });
      await page.locator('.list tbody .row').first().waitFor();
      isOk((await page.locator('.list tbody .row').count()) >= 2);
      await page
        .locator('.list tbody .row', { hasText: 'SignFail' })
        .first()
        .locator('a')
        .first()
        .click();
      await page.waitForURL(/requests\/\d+/);
      await page.locator('.code').first().waitFor();
      isOk(!(await page.locator('main').innerText()).includes('<Sign>3'), 'signatures are cut');
      await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: words.curl }).click();
      await page.waitForTimeout(200);
      const curl = await page.evaluate('navigator.clipboard.readText()');
      match(
        String(curl),
        /^curl -X POST 'http:.*\/Api\/OrderOpenApi\.ashx'.*--data-raw 'request=/s,
      );
      await page.getByRole('link', { name: words.like }).click();
      await page.waitForURL(/outcome=SignFail/);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('what a filter shows is exported as a file that Excel opens', async () => {
      const page = await browser.open('/requests?refused=true', { language });
      await page.locator('.list tbody .row').first().waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('a.export').click(),
      ]);
      const { readFileSync } = await import('node:fs');
      const text = readFileSync(await download.path(), 'utf8');
      isOk(text.startsWith('\ufeff'), 'it begins with a byte order mark');
      isOk(text.includes('SignFail') && !text.includes('CallSuccess'), 'it has the filter');
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('a live log shows a call that comes while it is watched', async () => {
      const page = await browser.open('/requests?method=GetOrderDetail', { language });
      await page.getByLabel(words.live).check();
      await page.waitForURL(/live=true/);
      const { detail, form, post } = await import('../jintong.ts');
      const rows = page.locator('.list tbody .row');
      const before = await rows.count();
      await post(world.server, form(detail(ORDER)));
      await rows.nth(before).waitFor();
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('an endpoint is tested; all since its last success is counted, sent again, and followed', async () => {
      world.failing.answer = ok;
      // What is pending goes out when the test is acknowledged; the given up ones wait for a person.
      const page = await browser.open('/callbacks', { language });
      const card = page.locator('section.panel', { hasText: '/jintong' }).first();
      await card.getByRole('button', { name: words.sendTest }).click();
      await page.getByText('200').first().waitFor();
      await page.close();
      const list = await browser.open('/callbacks/deliveries?platform=jintong', { language });
      await list.locator('.list tbody .row').first().waitFor();
      await list.getByRole('button', { name: words.all }).click();
      const dialog = list.getByRole('dialog');
      await dialog.getByRole('button', { name: words.start }).waitFor();
      const before = world.failing.received.length;
      await dialog.getByText(/\d/).first().waitFor();
      await dialog.getByRole('button', { name: words.start }).click();
      await dialog.getByText(words.done, { exact: true }).waitFor();
      await world.server.callbacks.drain();
      isOk(world.failing.received.length > before, 'the receiver got them again');
      await list.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('one callback shows its attempts on the schedule, and is sent again by hand', async () => {
      const path = '/callbacks/deliveries?platform=jintong&limit=1&state=delivered';
      const [{ deliveryId }] = (await manage(world.server, 'GET', path)).body.items;
      const page = await browser.open(`/callbacks/deliveries/${deliveryId}`, { language });
      await page.locator('.step.success').first().waitFor();
      const made = await page.locator('.step.success').count();
      await page.getByRole('button', { name: words.replay, exact: true }).click();
      await page.locator('.step.success').nth(made).waitFor();
      equal(await page.locator('.step.success').count(), made + 1);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });
  });
}
