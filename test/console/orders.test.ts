// What an operator does with orders in the console, in both languages, on a real server.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { manage } from '../support.ts';
import { type Browser, type Language, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER, startWorld, type World, YTX_ORDER } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const WORDS = {
  zh: {
    ...{ search: '查找', failures: '只看失败', move: '变更状态', reason: '原因', do: '确认变更' },
    ...{ waits: '无法|没有改变', attention: '需要处理', columns: '列', updated: '更新' },
    ...{ note: '备注', addNote: '添加备注', take: '由我负责' },
  },
  en: {
    ...{ search: 'Search', failures: 'Failures only', move: 'Move', reason: 'Reason' },
    ...{ do: 'Move the order', waits: 'nothing was moved', attention: 'Needs attention' },
    ...{ columns: 'Columns', updated: 'Updated' },
    ...{ note: 'Note', addNote: 'Add note', take: 'Take it' },
  },
} as const;

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.getByRole('dialog').getByRole('textbox').fill(text);
  await page.locator('.hit').first().waitFor();
  await page.keyboard.press('Enter');
}

for (const language of ['zh', 'en'] as const satisfies Language[]) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('a note and who looks after an order stand on its page and in the list', async () => {
      const page = await browser.open(`/orders/ytx/${YTX_ORDER}`, { language });
      const note = `对方说明天回复 ${language}`;
      await page.getByLabel(words.note, { exact: true }).fill(note);
      await page.getByRole('button', { name: words.addNote }).click();
      await page.locator('.event', { hasText: note }).waitFor();
      await page.getByRole('button', { name: words.take }).click();
      await page.locator('.assignee a', { hasText: 'sandbox' }).click();
      match(page.url(), /assignee=sandbox/);
      await page.locator('tr.row').first().waitFor();
      equal(await page.locator('tr.row').count(), 1);
      await manage(world.server, 'DELETE', `/orders/ytx/${YTX_ORDER}/assignee`);
      await page.close();
    });

    test('my order was refused and the callback never came: answered by one search', async (t) => {
      const page = await browser.open('', { language });
      await page.locator('.matters').waitFor();
      const started = performance.now();
      await find(page, ORDER);
      await page.getByText('SignFail', { exact: true }).first().waitFor();
      await page.locator('.event.error', { hasText: 'database is down' }).first().waitFor();
      const seconds = (performance.now() - started) / 1000;
      t.diagnostic(`no click, two keys and a pasted id; ${seconds.toFixed(1)} s`);
      // The failures alone: why it was refused, and what the receiver answered.
      await page.getByLabel(words.failures).check();
      match(page.url(), /failures=true/);
      equal(await page.locator('.event.success').count(), 0);
      ok((await page.locator('.event.error').count()) >= 3);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('search finds by customParm, by the end of a mobile number, and several pasted ids', async () => {
      const page = await browser.open('/orders', { language });
      await page.locator('.list tbody .row').first().waitFor();
      await find(page, '777777');
      await page.waitForURL(/orders\/ytx\/2016010000000301/);
      await page.keyboard.press('Control+k');
      const field = page.getByRole('dialog').getByRole('textbox');
      await field.fill('0804');
      await page.locator('.hit').nth(3).waitFor();
      await field.fill(`${ORDER}, 2016010000000219 nosuch`);
      await page.getByText('nosuch').last().waitFor();
      await page.locator('.link', { hasText: '2' }).click();
      await page.waitForURL(/orders\?ids=/);
      await page.locator('.list tbody .row').nth(1).waitFor();
      equal(await page.locator('.list tbody .row').count(), 2);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('keys walk the list and open an order; back shows the list as it was', async () => {
      const page = await browser.open('/orders?platform=ytx', { language });
      await page.locator('.list tbody .row').first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      const current = page.locator('.row.current');
      equal(await current.count(), 1);
      const id = (await current.locator('.id').first().innerText()).trim();
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/orders/ytx/${id}`));
      await page.goBack();
      await page.locator('.list tbody .row').first().waitFor();
      match(page.url(), /platform=ytx/);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('filters, columns, sort and page stand in the URL, and a reload shows the same', async () => {
      const page = await browser.open('/orders?limit=20', { language });
      const rows = page.locator('.list tbody .row');
      await rows.first().waitFor();
      const first = await rows.first().innerText();
      await page.locator('.pager button').nth(1).click();
      await page.waitForURL(/page=/);
      while ((await rows.first().innerText()) === first) await page.waitForTimeout(20);
      await page.getByRole('button', { name: words.columns }).click();
      await page.getByRole('checkbox', { name: words.updated }).check();
      await page.waitForURL(/columns=/);
      await page.locator('th').first().click();
      await page.waitForURL(/sort=order.desc/);
      const shown = await rows.allInnerTexts();
      await page.reload();
      await rows.first().waitFor();
      equal((await rows.allInnerTexts()).length, shown.length);
      deepEqual(await rows.locator('.id').first().innerText(), shown[0]!.split(/\s/)[0]);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('a move needs a reason, says who will be told, and who was faster', async () => {
      const id = language === 'zh' ? '15110100068' : '15110100067';
      const page = await browser.open(`/orders/jintong/${id}`, { language });
      await page.getByRole('button', { name: words.move, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`${world.failing.url}/jintong`).waitFor();
      const submit = dialog.getByRole('button', { name: words.do });
      await dialog.getByRole('radio').first().check();
      ok(await submit.isDisabled(), 'no reason is given yet');
      await dialog.getByLabel(words.reason).fill('by phone');
      // Somebody else is faster.
      const outlook = await manage(world.server, 'GET', `/orders/jintong/${id}/outlook`);
      const { to } = outlook.body.moves[0];
      await manage(world.server, 'POST', `/orders/jintong/${id}/transitions`, {
        to,
        note: 'first',
      });
      await submit.click();
      await dialog.getByText(/operator was faster: moved/).waitFor();
      match(await dialog.innerText(), new RegExp(words.waits));
      await page.keyboard.press('Escape');
      // Seen as it is now, it can be moved where the table leads.
      await page.getByRole('button', { name: words.move, exact: true }).click();
      await dialog.getByRole('radio').first().check();
      await dialog.getByLabel(words.reason).fill('by phone, again');
      await submit.click();
      await page.locator('.event', { hasText: 'by phone, again' }).waitFor();
      await page.close();
      // The refused move is a 409, which a browser writes to its console by itself.
      const faults = browser.faults.splice(0).filter((fault) => !fault.includes('409'));
      deepEqual(faults, []);
    });
  });
}
