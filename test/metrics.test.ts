// The pages of metrics say what a server registers, and a scrape shows every metric of theirs.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { allMetrics, PAGES, withMetrics } from '../scripts/metrics-page.ts';
import { call, form, hasten } from './jintong.ts';
import { onPostgres, startTestServer, temporaryDirectory } from './support.ts';

const backups = temporaryDirectory();
writeFileSync(`${backups}/ordergate-20260101T000000Z.ndjson.gz`, '');
const server = await startTestServer({ config: { backups, metricsParties: 1 } });
const scrape = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
const readValue = (page: string, series: string): number => {
  const line = page.split('\n').find((one) => one.startsWith(`${series} `));
  ok(line, `${series} is missing`);
  return Number(line.split(' ').at(-1));
};

test('docs/metrics.md and its Chinese twin list every metric; `npm run metrics` writes them', () => {
  for (const language of ['en', 'zh'] as const) {
    const page = readFileSync(PAGES[language], 'utf8');
    equal(page, withMetrics(page, language));
  }
});

test('a scrape shows every metric of the pages, and no other of ours', async () => {
  const page = await scrape();
  const shown = [...page.matchAll(/^# HELP (ordergate_\w+) /gm)].map(([, name]) => name!).sort();
  deepEqual(
    shown,
    allMetrics().map(({ name }) => name),
  );
});

test('the metrics of the ledger have values: commits, sizes, free disk, the newest backup', async () => {
  equal((await call(server, form(hasten('15112480268')))).code, 'CallSuccess');
  const page = await scrape();
  ok(readValue(page, 'ordergate_commit_duration_seconds_count') >= 1);
  equal(
    readValue(page, 'ordergate_commit_duration_seconds_bucket{le="+Inf"}'),
    readValue(page, 'ordergate_commit_duration_seconds_count'),
  );
  ok(readValue(page, 'ordergate_ledger_bytes') > 100_000);
  ok(readValue(page, 'ordergate_request_log_bytes') > 0);
  if (!onPostgres) ok(readValue(page, 'ordergate_disk_free_bytes') > 1_000_000);
  const age = Date.now() / 1000 - readValue(page, 'ordergate_last_backup_timestamp_seconds');
  ok(age >= -1 && age < 600, `${age}`);
  equal(readValue(page, 'ordergate_deadlines_overdue'), 0);
  equal(readValue(page, 'ordergate_callback_breakers_open'), 0);
});

test('as many parties as ORDERGATE_METRICS_PARTIES says have series of their own', async () => {
  await call(server, form(hasten('15112480268')));
  await call(server, form(hasten('1', '989457552', 989457552)), { partner: 989457552 });
  await call(server, form(hasten('1', 'nobody')).replaceAll('jane88', 'stranger'));
  const parties = [...(await scrape()).matchAll(/^ordergate_party_calls_total\{.*party="(\w+)"/gm)];
  deepEqual([...new Set(parties.map(([, party]) => party))].sort(), ['jane88', 'other', 'unknown']);
});
