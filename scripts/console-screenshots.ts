// Makes docs/console/: every page of the console in both languages and both themes, at 1280 and at 390 pixels.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type Look, startBrowser, withoutBrowser } from '../test/console/browser.ts';
import { PAGES } from '../test/console/pages.ts';
import { startWorld } from '../test/console/world.ts';

if (withoutBrowser) throw new Error(`console-screenshots: ${withoutBrowser}`);
const target = new URL('../docs/console/', import.meta.url).pathname;
const only = process.argv[2];

mkdirSync(target, { recursive: true });
if (!only) {
  for (const name of readdirSync(target)) if (name.endsWith('.jpg')) rmSync(target + name);
}
const looks: Look[] = (['zh', 'en'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((appearance) =>
    [1280, 390].map((width) => ({ language, appearance, width })),
  ),
);
const world = await startWorld();
const browser = await startBrowser(world.server);
for (const { name, path, ready } of PAGES.filter((page) => !only || page.name === only)) {
  for (const look of looks) {
    const page = await browser.open(await path(world), look);
    await page.waitForSelector(ready);
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
    const file = `${name}-${look.language}-${look.appearance}-${look.width}.jpg`;
    // What fits on a screen or two: a whole list would be long and show nothing more.
    await page.setViewportSize({ width: look.width, height: look.width < 500 ? 1000 : 860 });
    await page.screenshot({ path: target + file, type: 'jpeg', quality: 55 });
    await page.close();
  }
}
await browser.close();
await world.server.close();
process.exit(0); // The receivers of the world's callbacks would wait for more.
