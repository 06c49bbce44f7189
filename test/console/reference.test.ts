// The front page and the reference in a browser: no serious finding of axe, no error, no other host, nothing wider than the screen.
import { deepEqual, equal } from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestServer } from '../support.ts';
import { seriousFindings } from './axe.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';

const PAGES = [
  '/',
  '/docs',
  '/docs/jintong',
  '/docs/jintong/GetOrderDetail',
  '/docs/suning/suning.selfmarket.leaguerstatus.add',
  '/docs/suning/suning.fws.historyorder.query',
  '/docs/ytx/productOrder',
  '/docs/ytx/codes',
  '/docs/ytx/events',
  '/docs/jintong/signature',
  '/docs/suning/signature',
  '/docs/suning/events',
  '/docs/suning/codes/sys.check.app-sign%3Aerror',
  '/docs/manage',
  '/docs/manage/createOrders',
  '/docs/manage/errors',
  '/docs/search?q=order',
  '/docs/nothing',
];

const server = await startTestServer();
let browser: Browser;
if (!withoutBrowser) browser = await startBrowser(server);
after(() => browser?.close());

for (const path of PAGES) {
  for (const language of ['zh', 'en'] as const) {
    for (const appearance of ['light', 'dark'] as const) {
      test(`${path}, ${language}, ${appearance}`, { skip: withoutBrowser }, async () => {
        const page = await browser.open('/sign-in');
        await page.emulateMedia({ colorScheme: appearance });
        // A missing page is an error of the browser's console, too; it is wanted here.
        browser.faults.splice(0);
        const width = appearance === 'dark' ? 390 : 1280;
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
        deepEqual(await seriousFindings(page), []);
        equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        const shots = process.env.ORDERGATE_SHOTS;
        if (shots) {
          const name = `${path.replaceAll(/\W+/g, '-')}-${language}-${appearance}.png`;
          await page.screenshot({ path: `${shots}/x${name}`, fullPage: true });
        }
        await page.close();
        const faults = browser.faults.splice(0);
        deepEqual(
          faults.filter((fault) => path !== '/docs/nothing' || !fault.includes('404')),
          [],
        );
      });
    }
  }
}
