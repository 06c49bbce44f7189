// The form of a method's page in a browser: it signs as the clients do, sends to the sandbox, and shows the exchange.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { WireProtocol } from '../../src/client/wire-protocol.ts';
import { platforms } from '../../src/platforms/index.ts';
import type { Contract } from '../../src/protocol/contract.ts';
import { startTestServer } from '../support.ts';
import { seriousFindings } from './axe.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';

const server = await startTestServer();
const skip = withoutBrowser;
let browser: Browser;
if (!skip) browser = await startBrowser(server);
after(() => browser?.close());

async function openMethod(path: string, at = server.url): Promise<Page> {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => browser.faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') browser.faults.push(message.text());
  });
  await page.goto(`${at}/docs/${path}`);
  await page.locator('.inputs').waitFor();
  return page;
}

const signature = (page: Page) => page.locator('code.signature').innerText();
const inputOf = (page: Page, name: string) => page.locator(`[name="${name}"]`);

async function send(page: Page): Promise<string> {
  await page.locator('.lab button').click();
  await page.locator('.exchange h3').first().waitFor();
  return page.locator('.exchange').innerText();
}

for (const { name, contract } of platforms) {
  for (const [method, { samples }] of Object.entries(contract.methods)) {
    test(`${method}: the page signs as the client does, and the sandbox takes the call`, {
      skip,
    }, async () => {
      const clients = await import(`../../src/platforms/${name}/client.ts`);
      const protocol: WireProtocol<Contract, unknown> = clients[name];
      const { as, params } = samples[0]!;
      const { secret } = server.parties.find(name, as)!.keys[0]!;
      const page = await openMethod(`${name}/${encodeURIComponent(method)}?lang=en`);
      // At a time of the reader's choice the signature is that of the client.
      await inputOf(page, 'time').fill('2026-01-02 11:04:05');
      const now = Date.UTC(2026, 0, 2, 3, 4, 5);
      const wire = protocol.write(protocol.toCredentials(as, secret), method, params as never, now);
      const sent = JSON.stringify(wire) + decodeURIComponent(wire.body.replaceAll('+', ' '));
      ok(sent.includes(await signature(page)), method);
      await inputOf(page, 'time').fill('');

      const exchange = await send(page);
      match(exchange, /It succeeded\./);
      match(exchange, /What was sent\s+POST \//);
      match(exchange, /What came back\s+HTTP 200/);
      const [shown] = await page.locator('.exchange pre code').allInnerTexts();
      // A call of Jintong holds no time: the page shows the very bytes that the client writes.
      if (name === 'jintong') ok(shown!.endsWith(`\n\n${wire.body}`), shown);
      const href = await page.locator('.exchange a').last().getAttribute('href');
      match(href!, /^\/console\/requests\/\d+$/);
      deepEqual(await seriousFindings(page), []);
      await page.close();
      deepEqual(browser.faults.splice(0), []);
    });
  }
}

test('a changed value changes the pieces and the signature; Chinese is signed as UTF-8', {
  skip,
}, async () => {
  const page = await openMethod('jintong/OperateCancelOrder?lang=zh');
  // Made with md5sum: see src/platforms/jintong/vectors.
  equal(await signature(page), '610b9f52ba2cde6efb079f6fcdf4f43c');
  await inputOf(page, 'p.Remark').fill('行程 变更');
  match(await page.locator('.worked pre').innerText(), /Remark=行程 变更&Partner=jane88/);
  ok((await signature(page)) !== '610b9f52ba2cde6efb079f6fcdf4f43c');
  await inputOf(page, 'p.Remark').fill('');
  ok(!(await page.locator('.worked pre').innerText()).includes('Remark'));
  await page.close();
});

test('a list is JSON: what is none is said, and nothing is sent', { skip }, async () => {
  const page = await openMethod('ytx/getOrderResult?lang=zh');
  await inputOf(page, 'p.requestId').fill('[2016');
  match(await page.locator('.problem').innerText(), /requestId: 不是 JSON/);
  await page.locator('.lab button').click();
  equal(await page.locator('.exchange').innerText(), '');
  await page.close();
});

test('a refused call shows its code, and the detective’s word on the signature', {
  skip,
}, async () => {
  const page = await openMethod('jintong/GetOrderDetail?lang=en');
  // A mistake that many clients make: a key that was read with the blank behind it.
  await inputOf(page, 'key').fill(`${await inputOf(page, 'key').inputValue()} `);
  const exchange = await send(page);
  match(exchange, /It was refused: SignFail/);
  match(exchange, /Why the signature is wrong/);
  match(exchange, /What to do: /);
  ok(!exchange.includes('No common mistake'), exchange);
  match(
    (await page.locator('.exchange a').first().getAttribute('href'))!,
    /^\/docs\/jintong\/codes\/SignFail\?lang=en$/,
  );
  // A signature of the reader's own is sent in place of the right one.
  await page.reload();
  await page.locator('.inputs').waitFor();
  await inputOf(page, 'signature').fill('00000000000000000000000000000000');
  const other = await send(page);
  match(other, /It was refused: SignFail/);
  match(other, /No common mistake explains this signature/);
  deepEqual(await seriousFindings(page), []);
  await page.close();
  deepEqual(browser.faults.splice(0), []);
});

test('production signs step by step, names no key, and has no button that sends', {
  skip,
}, async () => {
  const config = { environment: 'production', publicUrl: 'https://open.example.cn' } as const;
  const production = await startTestServer({ config });
  const page = await openMethod('ytx/productOrder?lang=en', production.url);
  equal(await inputOf(page, 'key').inputValue(), '');
  equal(await page.locator('.lab button').count(), 0);
  match(await page.locator('.worked').innerText(), /Signature: [0-9a-f]{32}/);
  await page.close();
  const why = await fetch(`${production.url}/docs/ytx/why/1`);
  equal(why.status, 404);
});

test('without script the worked example stands there, and no control', { skip }, async () => {
  const page = await browser.context.newPage();
  await page.route('**/docs/assets/**', (route) => route.abort());
  await page.goto(`${server.url}/docs/jintong/HastenOrder?lang=en`);
  match(await page.locator('.worked').innerText(), /38a2d8f20a3849cbfc0a2b535ad4b860/);
  for (const hidden of ['.inputs', '.sender']) {
    equal(await page.locator(hidden).isVisible(), false);
  }
  await page.close();
  browser.faults.splice(0);
});

test('nobody learns without a token of a call whose key is not public', {
  skip: false,
}, async () => {
  const own = await startTestServer();
  const body =
    'request=<Request><Partner>jane88</Partner><Action>GetOrderDetail</Action><RequestFmt>XML</RequestFmt><ResponseFmt>XML</ResponseFmt><SignType>MD5</SignType><Sign>00000000000000000000000000000000</Sign><Version>1.0.0.0</Version><Param><OrderID>15112480268</OrderID><UserName>jane88</UserName></Param></Request>';
  const ask = async () => {
    const response = await fetch(`${own.url}/Api/OrderOpenApi.ashx`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `request=${encodeURIComponent(body.slice('request='.length))}`,
    });
    return (await fetch(`${own.url}/docs/jintong/why/${response.headers.get('x-request-id')}`))
      .status;
  };
  equal(await ask(), 200);
  const rotated = await fetch(`${own.url}/manage/v1/parties/jintong/jane88/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${own.adminToken}` },
    body: JSON.stringify({ overlapSeconds: 0 }),
  });
  equal(rotated.status, 201);
  equal(await ask(), 404);
});

test('the search shows hits while the reader writes; Escape closes them, Enter asks for the page', {
  skip,
}, async () => {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.url}/docs?lang=zh`);
  const input = page.getByRole('searchbox');
  await input.fill('催单');
  const first = page.locator('.found a').first();
  await first.waitFor();
  match((await first.innerText()).trim(), /^HastenOrder 今通国际 催单/);
  deepEqual(await seriousFindings(page), []);
  await input.press('Escape');
  equal(await page.locator('.found').isVisible(), false);
  await input.press('Enter');
  await page.waitForURL(/\/docs\/search\?q=/);
  await page.locator('a', { hasText: 'HastenOrder' }).first().click();
  await page.waitForURL(/\/docs\/jintong\/HastenOrder\?lang=zh/);
  await page.close();
  deepEqual(browser.faults.splice(0), []);
});

test('on paper every program is open, and no control is there', { skip }, async () => {
  const page = await openMethod('ytx/getOrderResult?lang=zh');
  await page.emulateMedia({ media: 'print' });
  const programs = page.locator('details pre');
  equal(await programs.count(), 7);
  for (const program of await programs.all()) {
    ok(((await program.boundingBox())?.height ?? 0) > 200, await program.innerText());
  }
  for (const hidden of ['.search', '.inputs', '.sender', '.contents', '.tools']) {
    equal(await page.locator(hidden).isVisible(), false, hidden);
  }
  await page.close();
});
