// Makes docs/reference/: pages of the reference in both languages and both themes, at 1280 and at 390 pixels.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readConfig } from '../src/config.ts';
import { startOrdergate } from '../src/main.ts';
import { startBrowser, withoutBrowser } from '../test/console/browser.ts';

if (withoutBrowser) throw new Error(`reference-screenshots: ${withoutBrowser}`);
const target = new URL('../docs/reference/', import.meta.url).pathname;
mkdirSync(target, { recursive: true });
for (const name of readdirSync(target)) if (name.endsWith('.jpg')) rmSync(target + name);

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done on the page before the picture is taken. */
  act?(page: Page): Promise<void>;
}

const SHOTS: readonly Shot[] = [
  { name: 'front', path: '/' },
  { name: 'method', path: '/docs/jintong/HastenOrder' },
  {
    name: 'sign',
    path: '/docs/suning/suning.selfmarket.leaguerstatus.add',
    act: (page) => to(page, '#string-to-sign'),
  },
  {
    name: 'refused',
    path: '/docs/ytx/getOrderResult',
    async act(page) {
      const key = page.locator('[name=key]');
      await key.fill(`${await key.inputValue()} `);
      await page.locator('.sender button').click();
      await page.locator('.exchange h3').first().waitFor();
      await to(page, '.sender');
    },
  },
  {
    name: 'program',
    path: '/docs/ytx/getOrderResult',
    async act(page) {
      await page.locator('summary', { hasText: 'Python' }).click();
      await to(page, '#programs');
    },
  },
  { name: 'code', path: '/docs/jintong/codes/SignFail' },
  { name: 'manage', path: '/docs/manage' },
  { name: 'operation', path: '/docs/manage/moveOrder' },
  {
    name: 'search',
    path: '/docs',
    async act(page) {
      await page.getByRole('searchbox').fill('sign');
      await page.locator('.found a').first().waitFor();
    },
  },
];

const to = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).evaluate((element) => element.scrollIntoView());

const data = mkdtempSync(join(tmpdir(), 'ordergate-pictures-'));
const config = readConfig({ port: '0', data }, { ORDERGATE_LOG_LEVEL: 'silent' });
const server = await startOrdergate({ config });
const browser = await startBrowser(server);
for (const { name, path, act } of SHOTS) {
  for (const language of ['zh', 'en']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        const page = await browser.context.newPage();
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: width < 500 ? 1000 : 860 });
        await page.goto(`${server.url}${path}?lang=${language}`, { waitUntil: 'networkidle' });
        await act?.(page);
        const file = `${name}-${language}-${colorScheme}-${width}.jpg`;
        await page.screenshot({ path: target + file, type: 'jpeg', quality: 55 });
        await page.close();
      }
    }
  }
}
await browser.close();
await server.close();
rmSync(data, { recursive: true, force: true });
