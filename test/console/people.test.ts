// What an admin does with people and the audit in the console, in both languages, on a real server.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { manage } from '../support.ts';
import { type Browser, type Language, startBrowser, withoutBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld();
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

const WORDS = {
  zh: {
    ...{ account: '新建账号', name: '名称', close: '关闭', token: '新建令牌', kept: '我已保存' },
    ...{ end: '终止', signIn: '登录', signOut: '退出登录' },
    ...{ totp: '开启', ok: '确定' },
  },
  en: {
    ...{ account: 'New account', name: 'Name', close: 'Close', token: 'New token' },
    ...{ kept: 'I have kept it', end: 'End', signIn: 'Sign in', signOut: 'Sign out' },
    ...{ totp: 'Set up', ok: 'OK' },
  },
} as const;

for (const language of ['zh', 'en'] as const satisfies Language[]) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('an account is made with a link, a token is shown once and ended; the audit has all of it', async () => {
      const name = `li.na.${language}`;
      const page = await browser.open('/people', { language });
      await page.getByRole('button', { name: words.account }).click();
      const dialog = page.getByRole('dialog').last();
      await dialog.getByLabel(words.name, { exact: true }).fill(name);
      await dialog.getByRole('button', { name: words.account }).click();
      match(await page.locator('.secret code').innerText(), /^http:.*\/console\/link\//);
      await page.getByRole('button', { name: words.close, exact: true }).last().click();
      await page.getByText(name, { exact: true }).waitFor();

      await page.getByRole('button', { name: words.token }).click();
      const tokenDialog = page.getByRole('dialog').last();
      await tokenDialog.getByLabel(words.name, { exact: true }).fill(`nightly-${language}`);
      await tokenDialog.getByRole('button', { name: words.token }).click();
      const secret = page.locator('.secret code', { hasText: 'ogt_' });
      const token = await secret.innerText();
      const headers = { authorization: `Bearer ${token}` };
      const asked = await fetch(`${world.server.url}/manage/v1/me`, { headers });
      equal(((await asked.json()) as { role: string }).role, 'viewer');
      await page.getByRole('button', { name: words.kept }).click();
      const row = page.locator('li', { hasText: `nightly-${language}` });
      await row.getByRole('button', { name: words.end }).click();
      await row.waitFor({ state: 'detached' });
      equal((await fetch(`${world.server.url}/manage/v1/me`, { headers })).status, 401);

      await page.goto(`${world.server.url}/console/audit?action=createAccount`);
      const entry = page.locator('.list tbody .row').first();
      await entry.waitFor();
      await entry.locator('a').click();
      await page.locator('.code', { hasText: name }).first().waitFor();
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });

    test('one’s own account: a password by its link, a second factor, its sessions', async () => {
      const name = `wang.${language}`;
      const made = await manage(world.server, 'POST', '/accounts', { name, role: 'viewer' });
      const before = await browser.context.cookies();
      await browser.context.clearCookies();
      const page = await browser.open('', { language });
      page.setDefaultTimeout(8000);
      // The console leads to the sign-in page by itself, and must not do so after the link was opened.
      await page.waitForURL(/sign-in/);
      const password = 'a long pass phrase of mine';
      await page.goto(new URL(made.body.link, world.server.url).href);
      await page.locator('input[name=password]').fill(password);
      await page.locator('input[name=repeat]').fill(password);
      await page.keyboard.press('Enter');
      await page.locator('.matters, .nothing').first().waitFor();
      // A viewer sees neither the audit nor the accounts.
      equal(await page.locator('nav a[href="/console/audit"]').count(), 0);
      await page.goto(`${world.server.url}/console/people`);
      await page.locator('#me').waitFor();
      equal(await page.locator('#accounts').count(), 0);
      await page.getByRole('button', { name: words.totp }).click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('input').fill(password);
      await dialog.getByRole('button', { name: words.ok }).click();
      match(await dialog.locator('.secret code').innerText(), /^[A-Z2-7 ]{16,}$/);
      await page.close();
      await browser.context.clearCookies();
      await browser.context.addCookies(before);
      const faults = browser.faults.splice(0).filter((fault) => !fault.includes('401'));
      deepEqual(faults, []);
    });

    test('who is not signed in is led to the sign-in page, and back to the same list', async () => {
      const cookies = await browser.context.cookies();
      await browser.context.clearCookies();
      const page = await browser.open('/orders?platform=ytx', { language });
      await page.waitForURL(/console\/sign-in\?next=/);
      match(
        new URL(page.url()).searchParams.get('next') ?? '',
        /^\/console\/orders\?platform=ytx$/,
      );
      match(page.url(), new RegExp(`lang=${language}`));
      await page.close();
      await browser.context.addCookies(cookies);
      const faults = browser.faults.splice(0).filter((fault) => !fault.includes('401'));
      deepEqual(faults, []);
      equal((await manage(world.server, 'GET', '/me')).status, 200);
    });
  });
}
