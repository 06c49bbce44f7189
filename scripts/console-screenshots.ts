// Makes docs/console/: every page of the console in both languages and both themes, at 1280 and at 390 pixels.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type Look, startBrowser, withoutBrowser } from '../test/console/browser.ts';
import { PAGES } from '../test/console/pages.ts';
import { EVERY_PAGE, startWorld } from '../test/console/world.ts';
import { manage } from '../test/support.ts';

if (withoutBrowser) throw new Error(`console-screenshots: ${withoutBrowser}`);
const target = new URL('../docs/console/', import.meta.url).pathname;
const only = process.argv[2];
const SETTLED_MS = 1000;

mkdirSync(target, { recursive: true });
if (!only) {
  for (const name of readdirSync(target)) if (name.endsWith('.jpg')) rmSync(target + name);
}
const looks: Look[] = (['zh', 'en'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((appearance) =>
    [1280, 390].map((width) => ({ language, appearance, width })),
  ),
);
async function take(name: string, path: string, ready: string, look: Look): Promise<void> {
  const page = await browser.open(path, look);
  await page.waitForSelector(ready);
  // The event stream keeps the network busy: charts and what comes later have this long.
  await page.waitForTimeout(SETTLED_MS);
  const file = `${name}-${look.language}-${look.appearance}-${look.width}.jpg`;
  // What fits on a screen or two: a whole list would be long and show nothing more.
  await page.setViewportSize({ width: look.width, height: look.width < 500 ? 1000 : 860 });
  await page.screenshot({ path: target + file, type: 'jpeg', quality: 55 });
  await page.close();
}

const world = await startWorld(EVERY_PAGE);
const browser = await startBrowser(world.server);
for (const { name, path, ready } of PAGES.filter((page) => !only || page.name === only)) {
  for (const look of looks) await take(name, await path(world), ready, look);
}
if (!only || only === 'partner') {
  // A partner's session takes the place of the operator's in this browser, so that it comes last.
  const body = { platform: 'jintong', partyId: 'jane88' };
  const { link } = (await manage(world.server, 'POST', '/partner-links', body)).body;
  const page = await browser.context.newPage();
  await page.goto(world.server.url + link);
  await page.locator('form button').last().click();
  await page.waitForSelector('.tiles');
  await page.close();
  for (const look of looks) await take('partner', '', '.tiles', look);
}
await browser.close();
await world.server.close();
process.exit(0); // The receivers of the world's callbacks would wait for more.
