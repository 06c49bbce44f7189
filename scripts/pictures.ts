// `npm run pictures`: draws docs/pictures/ anew. test/pictures.test.ts compares the drawings with the program.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import { startOrdergate } from '../src/main.ts';
import { startBrowser, withoutBrowser } from '../test/console/browser.ts';
import { architecturePicture } from './architecture-picture.ts';
import { terminalPicture } from './terminal-picture.ts';

const target = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
mkdirSync(target, { recursive: true });
writeFileSync(`${target}architecture.svg`, architecturePicture());
writeFileSync(`${target}terminal.svg`, await terminalPicture());

/** One page of the reference, as a browser shows it. */
async function takeReference(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'ordergate-picture-'));
  const config = readConfig({ port: '0', data }, { ORDERGATE_LOG_LEVEL: 'silent' });
  const server = await startOrdergate({ config });
  const browser = await startBrowser(server);
  for (const language of ['zh', 'en']) {
    const page = await browser.open('/sign-in');
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.goto(`${server.url}/docs/jintong/GetOrderDetail?lang=${language}`);
    const path = `${target}reference-${language}.jpg`;
    await page.screenshot({ path, type: 'jpeg', quality: 55 });
    await page.close();
  }
  await browser.close();
  await server.close();
  rmSync(data, { recursive: true, force: true });
}

if (withoutBrowser) console.log(`pictures: reference-*.jpg stay as they are: ${withoutBrowser}`);
else await takeReference();
