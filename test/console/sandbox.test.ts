// The sandbox's page is used as a tester does: the clock is moved, a call is forced, all begins anew.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { form, hasten, post } from '../jintong.ts';
import { manage } from '../support.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const TEXTS = {
  zh: {
    add100: '+100 分钟',
    next: '到下一个时限',
    add: '添加规则',
    remove: '移除',
    reset: '恢复初始样例',
    real: '与真实时间一致',
  },
  en: {
    add100: '+100 min',
    next: 'To the next deadline',
    add: 'Add a rule',
    remove: 'Remove',
    reset: 'Back to the fixtures',
    real: 'the same as real time',
  },
} as const;

const offset = async (): Promise<number> =>
  (await manage(world.server, 'GET', '/clock')).body.offsetSeconds;
const choose = async (page: Page, at: number, value: string): Promise<void> => {
  await page.locator('form.fields .ant-select').nth(at).click();
  await page.locator('.ant-select-item-option', { hasText: value }).last().click();
};

for (const language of ['zh', 'en'] as const) {
  const t = TEXTS[language];
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  describe(language, { skip: withoutBrowser }, () => {
    test('the clock goes to the next deadline, and 100 minutes further', async () => {
      const page = await browser.open('/sandbox', { language });
      const before = await offset();
      await button(page, t.next).click();
      await page.locator('.ant-message-success').first().waitFor();
      const then = await offset();
      equal(then > before, true);
      await button(page, t.add100).click();
      await page.locator('.ant-message-success').nth(1).waitFor();
      equal((await offset()) - then, 6000);
      await page.close();
    });

    test('a rule forces the next call, and is gone with it', async () => {
      const page = await browser.open('/sandbox', { language });
      await choose(page, 0, 'jintong');
      await choose(page, 1, 'jane88');
      await page.getByPlaceholder(/code=SignFail/).fill('code=SystemBusy');
      await button(page, t.add).click();
      await page.locator('.ant-notification-notice').waitFor();
      await page.getByPlaceholder(/code=SignFail/).fill('code=CallFail');
      await button(page, t.add).click();
      await page.locator('.forces li', { hasText: 'code=CallFail' }).waitFor();
      match(await post(world.server, form(hasten('15112480268'))), /CallFail/);
      await page.locator('.forces li').waitFor({ state: 'detached' });
      await page.close();
    });

    test('it begins anew after a question', async () => {
      const page = await browser.open('/sandbox', { language });
      await button(page, t.reset).click();
      await page.getByRole('dialog').getByRole('button', { name: t.reset }).click();
      await page.getByText(t.real).waitFor();
      equal(await offset(), 0);
      await page.close();
    });
  });
}

test('no page has an error on its console', { skip: withoutBrowser }, () => {
  // The refused rule is a 400, which a browser reports.
  deepEqual(
    browser.faults.filter((fault) => !/status of 400 .*sandbox.forces/.test(fault)),
    [],
  );
});
