// Every page of the console in both languages and both themes: no serious finding of axe, no error, no other host.
import { deepEqual } from 'node:assert/strict';
import { after, test } from 'node:test';
import { seriousFindings } from './axe.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';
import { PAGES } from './pages.ts';
import { EVERY_PAGE, startWorld, type World } from './world.ts';

let world: World;
let browser: Browser;
if (!withoutBrowser) {
  world = await startWorld(EVERY_PAGE);
  browser = await startBrowser(world.server);
}
after(() => browser?.close());

for (const { name, path, ready } of PAGES) {
  for (const language of ['zh', 'en'] as const) {
    for (const appearance of ['light', 'dark'] as const) {
      test(`${name}, ${language}, ${appearance}`, { skip: withoutBrowser }, async () => {
        // The phone's form in one of both themes: what differs is the layout.
        const width = appearance === 'dark' ? 390 : 1280;
        const page = await browser.open(await path(world), { language, appearance, width });
        await page.waitForSelector(ready);
        deepEqual(await seriousFindings(page), []);
        await page.close();
        deepEqual(browser.faults.splice(0), []);
      });
    }
  }
}
