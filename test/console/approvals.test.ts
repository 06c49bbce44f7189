// A second person answers in the console what somebody else has asked for.
import { deepEqual, equal } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startTestServer } from '../support.ts';
import { seriousFindings } from './axe.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';

const server = await startTestServer({ config: { secondPerson: ['replay', 'reveal'] } });
let browser: Browser;
if (!withoutBrowser) browser = await startBrowser(server);
after(() => browser?.close());

const { secret } = await server.people.createToken({
  ...{ name: 'night shift', role: 'operator', createdBy: 'wang.wei' },
  expiresAt: Date.now() + 600_000,
});
const replay = async (deliveryIds: readonly number[]): Promise<number> => {
  const headers = { authorization: `Bearer ${secret}` };
  const init = { method: 'POST', headers, body: JSON.stringify({ deliveryIds }) };
  return (await fetch(`${server.url}/manage/v1/callbacks/replay-jobs`, init)).status;
};

const WORDS = {
  zh: { approve: '同意', refuse: '拒绝', approved: '已同意', none: '没有待复核的操作' },
  en: {
    ...{ approve: 'Approve', refuse: 'Refuse', approved: 'approved' },
    none: 'Nothing waits for a second person',
  },
} as const;

for (const [i, language] of (['zh', 'en'] as const).entries()) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('the overview leads to what waits, which is approved there, and done then', async () => {
      const ids = [10 * i + 1, 10 * i + 2];
      equal(await replay(ids), 409);
      const home = await browser.open('', { language });
      await home.locator('.matters a[href$="/approvals"]').click();
      await home.getByText('night shift').waitFor();
      deepEqual(await seriousFindings(home), []);
      await home.getByRole('button', { name: words.approve }).click();
      await home.locator('li', { hasText: 'night shift' }).getByText(words.approved).waitFor();
      equal(await replay(ids), 201);
      await home.reload();
      await home.getByText(words.none).waitFor();
      await home.close();
    });

    test('what is refused there is not done', async () => {
      const ids = [10 * i + 3, 10 * i + 4];
      equal(await replay(ids), 409);
      const page = await browser.open('/approvals', { language, appearance: 'dark', width: 390 });
      await page.getByRole('button', { name: words.refuse }).click();
      await page.getByRole('button', { name: words.refuse }).waitFor({ state: 'detached' });
      deepEqual(await seriousFindings(page), []);
      equal(await replay(ids), 409);
      await page.close();
    });
  });
}

test('no page has an error on its console', { skip: withoutBrowser }, () => {
  deepEqual(browser.faults, []);
});
