// A flood of calls of nobody knows whom is counted and sampled; others are kept meanwhile.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestSampler } from './request-sampler.ts';

test('one address fills its share, then one call a second is kept and says how many were not', () => {
  let now = 0;
  const sampler = new RequestSampler(() => now);
  let kept = 0;
  for (let i = 0; i < 3000; i++) if (sampler.take('198.51.100.1') !== false) kept++;
  equal(kept, 1001, 'its thousand, and the first of the flood');
  equal(sampler.skipped, 1999);
  equal(sampler.take('203.0.113.1'), 1999, 'another address is kept meanwhile, and counts');
  now = 1000;
  deepEqual(
    [1, 2, 3, 4].map(() => sampler.take('198.51.100.1')),
    [0, 0, 0, false],
  );
});

test('many addresses together fill the share of all, and their memory is bounded', () => {
  const sampler = new RequestSampler(() => 0);
  let kept = 0;
  for (let i = 0; i < 30_000; i++) if (sampler.take(`a${i}`) !== false) kept++;
  equal(kept, 5001);
  ok(sampler.skipped === 24_999);
});
