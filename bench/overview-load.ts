// The console beside a load of calls: memory of server and page, what the pages take to answer a click, and
// whether the overview's figures are those of /metrics at the end.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { type Browser, startBrowser } from '../test/console/browser.ts';
import { frame } from './frame.ts';
import { seedOrdergate } from './ledgers.ts';
import type { Shot } from './load.ts';
import { type Call, methodPhases } from './method-requests.ts';
import { type Offered, offer } from './open-loop.ts';
import { ordergateCommand, RunningServer, temporaryDirectory } from './servers.ts';

export interface OverviewLoad {
  readonly perSecond: number;
  readonly seconds: number;
  /** Between two samples. */
  readonly sampleSeconds: number;
  /** Orders of each platform; one call in forty needs a fresh one. */
  readonly orders: number;
  onSample?(sample: Sample): void;
}

export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  readonly serverBytes: number;
  /** Of the overview, after a collection of garbage. */
  readonly pageBytes: number;
}

/** How a page felt: the longest task of its thread, and the longest time from a click to the next paint. */
export interface Felt {
  readonly longestTaskMillis: number;
  readonly slowestClickMillis: number;
  readonly clicks: number;
}

export interface Figures {
  /** By platform. */
  readonly calls: Readonly<Record<string, number>>;
  readonly total: number;
  readonly refused: number;
}

export interface OverviewRun {
  readonly offered: Offered;
  readonly samples: readonly Sample[];
  readonly felt: Readonly<Record<string, Felt>>;
  /** What the page says, and what /metrics says. */
  readonly page: Pick<Figures, 'total' | 'refused'>;
  readonly metrics: Figures;
  readonly faults: readonly string[];
}

const CONNECTIONS = 64;
/** A call in so many is a change of a seeded order, and another has a wrong signature. */
const CYCLE = 40;
/** So long a page may take to answer a click. */
const PATIENCE_MS = 120_000;
/** So long the page may take to show the last calls. */
const SETTLE_MS = 30_000;

/** Calls of the three platforms in turn. */
function mixedCalls(orders: number, secret: string): () => Shot {
  const called = (name: string, key: string): (() => Call) =>
    methodPhases(orders, key).find((phase) => phase.name === name)!.next;
  const read = called('Jintong GetOrderDetail', secret);
  const wrong = called('Jintong GetOrderDetail', 'no key of anybody');
  const hasten = called('Jintong HastenOrder', secret);
  const topUp = called('ytx productOrder', secret);
  const history = called('Suning history, 10 rows', secret);
  let n = 0;
  return () => {
    const at = n++ % CYCLE;
    const { target, headers, body, expected } =
      at === 0 ? hasten() : at === 1 ? wrong() : [read, topUp, history, read][at % 4]!();
    const wanted = at === 1 ? 'SignFail' : expected;
    return { request: frame(target, headers, body), expected: Buffer.from(wanted) };
  };
}

export async function runOverviewLoad(options: OverviewLoad): Promise<OverviewRun> {
  const { perSecond, seconds, sampleSeconds, orders, onSample } = options;
  const secret = randomBytes(16).toString('hex');
  const adminToken = randomBytes(24).toString('hex');
  const entry = 'src/cli/index.ts';
  const data = temporaryDirectory();
  for (const platform of ['jintong', 'suning', 'ytx'])
    await seedOrdergate(entry, data, orders, secret, platform);
  const settings = { ORDERGATE_ADMIN_TOKEN: adminToken };
  const args = ordergateCommand(entry, 'serve', '--data', data, '--port', '0');
  const server = await RunningServer.start(args, settings);
  const url = `http://127.0.0.1:${server.port}`;
  let browser: Browser | undefined;
  try {
    browser = await startBrowser({ url, signInLink: async () => `${url}/healthz` });
    browser.context.setDefaultTimeout(PATIENCE_MS); // The load may leave a page little of the machine.
    await signIn(browser, url, adminToken);
    const overview = await browser.open('?minutes=60', { language: 'en' });
    await overview.waitForSelector('.tiles');
    const session = await overview.context().newCDPSession(overview);
    const pages = {
      overview,
      'live log of requests': await browser.open('/requests?live=true', { language: 'en' }),
      'list of orders': await browser.open('/orders', { language: 'en' }),
    };
    for (const page of Object.values(pages)) await watch(page);

    const samples: Sample[] = [];
    const started = performance.now();
    const sample = async (): Promise<void> => {
      const at = Math.round((performance.now() - started) / 1000);
      const pageBytes = await heapOf(session);
      const taken = { seconds: at, serverBytes: server.residentBytes(), pageBytes };
      samples.push(taken);
      onSample?.(taken);
    };
    await sample();
    const load = offer({
      ...{ port: server.port, perSecond, seconds, connections: CONNECTIONS },
      next: mixedCalls(orders, secret),
    });
    let isOver = false;
    const over = load.finally(() => {
      isOver = true;
    });
    over.catch(() => {}); // It is awaited below.
    for (let next = sampleSeconds; !isOver; next += sampleSeconds) {
      for (const [name, page] of Object.entries(pages)) await click(name, page);
      const wait = started + next * 1000 - performance.now();
      await Promise.race([over, sleep(Math.max(0, wait))]);
      if (!isOver) await sample();
    }
    const offered = await over;
    await sample();
    const felt: Record<string, Felt> = {};
    for (const [name, page] of Object.entries(pages)) felt[name] = await feltOf(page);
    const metrics = await metricsOf(url);
    const page = await shownOnce(overview, metrics);
    return { offered, samples, felt, page, metrics, faults: browser.faults };
  } finally {
    await browser?.close();
    await server.stop();
  }
}

const PASSWORD = randomBytes(16).toString('hex');

/** Makes an account, and signs the browser in as it. */
async function signIn({ context }: Browser, url: string, token: string): Promise<void> {
  const made = await fetch(`${url}/manage/v1/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: 'load', role: 'admin' }),
  });
  const { link } = (await made.json()) as { readonly link: string };
  const page = await context.newPage();
  await page.goto(url + link);
  await page.fill('#password', PASSWORD);
  await page.fill('#repeat', PASSWORD);
  await page.locator('form button').last().click();
  await page.waitForURL(/\/console(?!\/link)/);
  if (page.url().includes('sign-in')) {
    await page.fill('#name', 'load');
    await page.fill('#password', PASSWORD);
    await page.locator('form button').last().click();
    await page.waitForURL(/\/console\/?$/);
  }
  await page.close();
}

/** Counts long tasks and slow clicks from now on. */
async function watch(page: Page): Promise<void> {
  await page.waitForSelector('h1');
  // As text, because the types of a browser are not those of this program.
  await page.evaluate(`
    globalThis.felt = { task: 0, click: 0, clicks: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) felt.task = Math.max(felt.task, duration);
    }).observe({ type: 'longtask' });
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) {
        if (name === 'click') felt.click = Math.max(felt.click, duration);
      }
    }).observe({ type: 'event', durationThreshold: 16 });
    addEventListener('click', () => felt.clicks++, { capture: true });
  `);
}

async function feltOf(page: Page): Promise<Felt> {
  const { task, click, clicks } = (await page.evaluate('felt')) as Record<string, number>;
  return {
    longestTaskMillis: Math.round(task!),
    slowestClickMillis: Math.round(click!),
    clicks: clicks!,
  };
}

/** What an operator does: another span of the overview, the log held and let go, another page of columns. */
async function click(name: string, page: Page): Promise<void> {
  await page.bringToFront(); // A page behind another is painted when the browser has time for it.
  if (name === 'overview') {
    for (const span of ['Last 15 minutes', 'Last 60 minutes']) await page.getByText(span).click();
  } else if (name === 'live log of requests') {
    for (let twice = 0; twice < 2; twice++) await page.getByRole('checkbox').first().click();
  } else {
    for (let twice = 0; twice < 2; twice++) await page.locator('th').first().click();
  }
}

/** The heap of a page's scripts after a collection, in bytes. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function metricsOf(url: string): Promise<Figures> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const calls: Record<string, number> = {};
  let [total, refused] = [0, 0];
  for (const [, labels, count] of text.matchAll(
    /^ordergate_gateway_calls_total\{([^}]*)\} (\d+)$/gm,
  )) {
    const [, platform] = /platform="(\w+)"/.exec(labels!)!;
    calls[platform!] = (calls[platform!] ?? 0) + Number(count);
    total += Number(count);
    if (labels!.includes('SignFail')) refused += Number(count);
  }
  return { calls, total, refused };
}

/** What the tiles show once they show the last call; what they show in the end where they do not. */
async function shownOnce(page: Page, { total }: Figures): Promise<OverviewRun['page']> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const text = await page.locator('.tiles').innerText();
    const number = (pattern: RegExp): number =>
      Number((pattern.exec(text)?.[1] ?? '-1').replaceAll(',', ''));
    const shown = { total: number(/([\d,]+) in 60 minutes/), refused: number(/([\d,]+) refused/) };
    if (shown.total === total || performance.now() > until) return shown;
    await sleep(250);
  }
}
