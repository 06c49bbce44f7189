// What an admin does with parties in the console, in both languages, on a real server.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { manage } from '../support.ts';
import { type Browser, type Language, startBrowser, withoutBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  await manyParties();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

/** More than a page of the list holds; of these, 120 have a user named `bulk`. */
async function manyParties(): Promise<void> {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const partner = `zz${String(i).padStart(3, '0')}`;
    const key = Buffer.from(`key of ${partner}`).toString('hex').padEnd(32, '0');
    const text = JSON.stringify({ partner, key, users: ['bulk'], actions: [] });
    return { line: i + 1, place: { platform: 'jintong', section: 'partners' }, text };
  });
  const { body } = await manage(world.server, 'POST', '/import', { rows });
  deepEqual([body.refused, body.report.parties], [[], rows.length]);
}

const WORDS = {
  zh: {
    ...{ ask: '检查', letIn: '放行', denied: '拒绝', create: '新建接入方', name: '编号' },
    ...{ platform: '平台', kept: '我已保存', rotate: '轮换密钥', users: '用户', edit: '修改' },
    ...{ save: '保存', causes: '签名为什么不对', party: '接入方', next: '下一页' },
    ...{ more: '显示更多' },
    ...{ search: '编号、用户或应用' },
  },
  en: {
    ...{ ask: 'Ask', letIn: 'Let in', denied: 'Refused', create: 'New party', name: 'Id' },
    ...{ platform: 'Platform', kept: 'I have kept it', rotate: 'Rotate the key', users: 'Users' },
    ...{ edit: 'Change', save: 'Save', causes: 'Why the signature is wrong', party: 'Party' },
    ...{ next: 'Next page', search: 'Id, user or app', more: 'Show more' },
  },
} as const;

for (const language of ['zh', 'en'] as const satisfies Language[]) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('would 203.0.113.7 be let in, and as whom', async () => {
      const page = await browser.open('/parties', { language });
      const form = page.locator('section', { has: page.locator('#admit') });
      await form.getByRole('textbox').fill('203.0.113.7');
      await form.getByRole('button', { name: words.ask }).click();
      const first = form.locator('.admissions li').first();
      await first.waitFor();
      match(await first.innerText(), new RegExp(`${words.letIn}[\\s\\S]*ipbound01`));
      await form.getByRole('textbox').fill('192.0.2.1');
      await page.keyboard.press('Enter');
      // Who checks no addresses comes before who refuses this one, on more pages than one.
      const more = form.getByRole('button', { name: words.more });
      await form.locator('.admissions li').nth(49).waitFor();
      await more.click();
      await form.locator('.admissions li').nth(99).waitFor();
      await more.click();
      await more.waitFor({ state: 'detached' });
      await form.locator('.admissions li', { hasText: words.denied }).first().waitFor();
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('the list is sorted, filtered and paged by the server, and its URL holds all of it', async () => {
      const page = await browser.open('/parties', { language });
      const rows = page.locator('.list tbody .row');
      const first = (): Promise<string> => rows.first().locator('a').innerText();
      const firstIs = (id: string) => rows.first().getByText(id, { exact: true }).waitFor();
      await rows.nth(49).waitFor();
      ok((await first()) < 'zz');
      await page.getByRole('columnheader', { name: words.party, exact: true }).click();
      await page.waitForURL(/\?sort=party\.desc$/);
      await firstIs('zz119'); // Of all parties, not of the first page.
      await page.getByRole('button', { name: words.next }).click();
      await page.waitForURL(/page=[\w-]+/);
      await firstIs('zz069');
      await page.reload();
      await firstIs('zz069');
      await page.goBack();
      await firstIs('zz119');
      // Another order begins at its first page.
      await page.getByRole('button', { name: words.next }).click();
      await firstIs('zz069');
      await page.getByRole('columnheader', { name: words.party, exact: true }).click();
      await page.waitForURL(/\?sort=party\.asc$/);
      await rows.first().locator('a').filter({ hasNotText: /^zz/ }).waitFor();
      await page.getByLabel(words.search).fill('BULK');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=BULK/);
      await firstIs('zz000');
      const link = await page.locator('a.export').getAttribute('href');
      match(link!, /^\/manage\/v1\/exports\/parties\?q=BULK&sort=party\.asc$/);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('a new party is made by the form of its platform’s contract, its key shown once', async () => {
      const partyId = `made-${language}`;
      const page = await browser.open('/parties', { language });
      await page.getByRole('button', { name: words.create }).click();
      await page.waitForURL(/parties\/new/);
      // The list stays until the form has been loaded.
      await page.locator('#admit').waitFor({ state: 'detached' });
      await page.getByRole('combobox').click();
      await page.getByTitle(/^jintong/).click();
      await page.getByLabel(words.name, { exact: true }).fill(partyId);
      await page.getByRole('checkbox', { name: /HastenOrder/ }).check();
      await page.getByLabel(new RegExp(`^${words.users}`)).fill('li.na, wang');
      await page.getByRole('button', { name: words.create }).click();
      const secret = await page.getByRole('dialog').locator('code').innerText();
      match(secret, /^[0-9a-f]{32}$/);
      await page.getByRole('button', { name: words.kept }).click();
      await page.waitForURL(new RegExp(`/parties/jintong/${partyId}`));
      await page.locator('#keys').waitFor();
      ok(!(await page.locator('main').innerText()).includes(secret), 'it is gone');
      const made = (await manage(world.server, 'GET', `/parties/jintong/${partyId}`)).body;
      deepEqual([made.grants, made.users], [['HastenOrder'], ['li.na', 'wang']]);

      // A key is rotated with an overlap: both hold.
      await page.getByRole('button', { name: words.rotate }).click();
      await page.getByRole('dialog').getByRole('button', { name: words.rotate }).click();
      await page.getByRole('button', { name: words.kept }).click();
      await page
        .locator('section', { has: page.locator('#keys') })
        .locator('li')
        .nth(1)
        .waitFor();
      const keys = (await manage(world.server, 'GET', `/parties/jintong/${partyId}`)).body.keys;
      equal(keys.length, 2);
      ok(keys[1].expiresAt !== null);

      // A change of what it may call.
      await page.getByRole('button', { name: words.edit, exact: true }).click();
      await page
        .getByRole('dialog')
        .getByRole('checkbox', { name: /GetOrderDetail/ })
        .check();
      await page.getByRole('dialog').getByRole('button', { name: words.save }).click();
      await page.getByText('HastenOrder, GetOrderDetail').waitFor();
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('a refused signature is explained on the page of its call', async () => {
      const found = await manage(world.server, 'GET', '/requests?outcome=SignFail&limit=1');
      const page = await browser.open(`/requests/${found.body.items[0].id}`, { language });
      const section = page.locator('section', { has: page.locator('#detective') });
      await section.getByText(words.causes).waitFor();
      // Not an item of the skeleton that stands there until the answer comes.
      await section.locator('.causes').waitFor({ state: 'attached' });
      ok((await section.innerText()).length > words.causes.length + 10);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });
  });
}
