// A browser for the console's tests: Debian's Chromium, without a profile, which reaches no other host.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Ordergate } from '../../src/main.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Why the browser tests are skipped; false where they run. */
export const withoutBrowser: string | false =
  !existsSync(CHROMIUM) && 'needs Chromium: apt-get install -y chromium';

export type Language = 'zh' | 'en';

export interface Look {
  readonly language: Language;
  readonly appearance: 'light' | 'dark';
  readonly width: number;
}

export interface Browser {
  readonly context: BrowserContext;
  /** What a page must not do: errors on its console, requests to another host. */
  readonly faults: string[];
  /** A page of the console, signed in, with the chosen look. */
  open(path: string, look?: Partial<Look>): Promise<Page>;
  close(): Promise<void>;
}

/** A server, and the link that signs its operator in. */
type Signing = Pick<Ordergate, 'url' | 'signInLink'>;

const LOOK: Look = { language: 'zh', appearance: 'light', width: 1280 };

export async function startBrowser(server: Signing): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'ordergate-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  const faults: string[] = [];
  const { host } = new URL(server.url);
  const watch = (page: Page): void => {
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      faults.push(`${page.url()}: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => {
      const to = new URL(request.url());
      const isOwn = to.host === host || to.protocol === 'data:' || to.protocol === 'blob:';
      if (!isOwn) faults.push(`${page.url()} asks another host: ${request.url()}`);
    });
  };
  // The one-time link of a sandbox: whoever opens it is signed in.
  const first = await context.newPage();
  await first.goto((await server.signInLink())!);
  await first.close();
  return {
    context,
    faults,
    async open(path, look = {}) {
      const { language, appearance, width } = { ...LOOK, ...look };
      const page = await context.newPage();
      watch(page);
      await page.setViewportSize({ width, height: width < 500 ? 844 : 800 });
      await page.addInitScript(
        (chosen) => localStorage.setItem('ordergate-console', chosen),
        JSON.stringify({ language, appearance }),
      );
      await page.goto(`${server.url}/console${path}`);
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
