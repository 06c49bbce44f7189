// The sandbox's page is used as a tester does: the clock is moved, a call is forced, scenarios run, all begins anew.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { form, hasten, post } from '../jintong.ts';
import { manage } from '../support.ts';
import { seriousFindings } from './axe.ts';
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
    run: '运行：苏宁 100 分钟：付款后未发货，自动进入退款',
    edit: '以此编写：今通催单：十分钟内只能催一次',
    passed: '通过',
    failed: '失败',
    stopped: '已停止',
    stop: '停止',
    warning: /拨快沙箱的时钟/,
    request: '调用记录',
    own: /场景内容/,
    ownRun: '运行此内容',
    first: /先恢复初始样例/,
    why: 'state 是 "D"，应为 "C"',
  },
  en: {
    add100: '+100 min',
    next: 'To the next deadline',
    add: 'Add a rule',
    remove: 'Remove',
    reset: 'Back to the fixtures',
    real: 'the same as real time',
    run: 'Run: Suning: an order that is not shipped within 100 minutes is refunded',
    edit: 'Edit a copy: Jintong: an order may be hastened once in ten minutes',
    passed: 'passed',
    failed: 'failed',
    stopped: 'stopped',
    stop: 'Stop',
    warning: /moves the clock of the sandbox forward/,
    request: 'logged call',
    own: /The scenario/,
    ownRun: 'Run this text',
    first: /Go back to the fixtures first/,
    why: 'state is "D", and has to be "C"',
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
      await page.locator('form.fields input[list]').fill('jane88');
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

    const outcome = (page: Page) => page.locator('.run [role=status]');

    test('a scenario runs from the list: each step has its outcome, and its calls and orders are links', async () => {
      const page = await browser.open('/sandbox', { language });
      await page.getByText(t.warning).waitFor();
      await button(page, t.run).click();
      await outcome(page).getByText(t.passed, { exact: true }).waitFor();
      equal(await page.locator('.run-steps li.passed').count(), 8);
      equal((await offset()) >= 96 * 60, true);
      deepEqual(await seriousFindings(page), []);
      const order = page.locator('.run-steps a', { hasText: 'suning 1000531507' }).first();
      match((await order.getAttribute('href'))!, /\/console\/orders\/suning\/1000531507$/);
      await page.locator('.run-steps a', { hasText: t.request }).click();
      await page.waitForURL(/\/console\/requests\/\d+$/);
      await page.close();
    });

    test('a file of one’s own says why a step failed, and a run is stopped', async () => {
      const page = await browser.open('/sandbox', { language });
      await page.getByRole('checkbox', { name: t.first }).uncheck();
      await button(page, t.edit).click();
      const own = page.getByLabel(t.own);
      match(await own.inputValue(), /call: HastenOrder/);
      const order = '  - order: jintong/15112480268\n    expect: { state: C }';
      await own.fill(`title: { zh: 甲, en: A }\nsteps:\n${order}\n  - advance: 1 s\n`);
      await button(page, t.ownRun).click();
      await outcome(page).getByText(t.failed, { exact: true }).waitFor();
      equal(await page.locator('.run-steps li.failed .why').textContent(), t.why);
      equal(await page.locator('.run-steps li.left').count(), 1);
      const late = `  - call: HastenOrder\n    platform: jintong\n    as: jane88\n    force: latency=60000\n    with: { OrderID: '15112480268', UserName: jane88 }`;
      await own.fill(`title: { zh: 乙, en: B }\nsteps:\n${late}\n`);
      await button(page, t.ownRun).click();
      await page.locator('.run-steps li.running').waitFor();
      await button(page, t.stop).click();
      await outcome(page).getByText(t.stopped, { exact: true }).waitFor();
      const { items } = (await manage(world.server, 'GET', '/sandbox/scenario-runs')).body;
      deepEqual(
        items.slice(0, 2).map(({ state }: { state: string }) => state),
        ['stopped', 'failed'],
      );
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
