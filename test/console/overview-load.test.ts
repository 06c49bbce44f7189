// The overview beside calls of three platforms: in the end its figures are those of /metrics, and its memory is flat.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { runOverviewLoad } from '../../bench/overview-load.ts';
import { withoutBrowser } from './browser.ts';

/** `node bench/overview.ts` does the same with 1,000 a second for ten minutes. */
const [PER_SECOND, SECONDS] = [50, 20];
/** What a page that keeps each of its updates would exceed: a thousand calls have come. */
const MAX_GROWTH = 16 * 2 ** 20;

test('figures as in /metrics, flat memory, no error', { skip: withoutBrowser }, async () => {
  const { offered, samples, felt, page, metrics, faults } = await runOverviewLoad({
    ...{ perSecond: PER_SECOND, seconds: SECONDS, sampleSeconds: 5, orders: 500 },
  });
  // Whatever a slow machine could not send is told; nothing may be lost besides.
  equal(offered.answered + offered.skipped, PER_SECOND * SECONDS);
  ok(offered.answered >= 200, `${offered.answered} calls were answered`);
  equal(metrics.total, offered.answered);
  deepEqual(Object.keys(metrics.calls).sort(), ['jintong', 'suning', 'ytx']);
  for (const [platform, count] of Object.entries(metrics.calls)) ok(count > 0, platform);
  ok(metrics.refused > 0, 'a call with a wrong signature was refused');
  deepEqual(page, { total: metrics.total, refused: metrics.refused });
  const [first] = samples;
  const last = samples.at(-1)!;
  ok(last.pageBytes - first!.pageBytes < MAX_GROWTH, JSON.stringify(samples));
  for (const [name, { clicks }] of Object.entries(felt)) ok(clicks > 0, `${name} was clicked`);
  deepEqual(faults, []);
});
