// Tests that a flood of unknown callers is counted and sampled, and that other calls are kept
// meanwhile.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestSampler } from './request-sampler.ts';

test('after an address has used its share, one call per second is kept with the number of dropped calls', () => {
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

test('many addresses together use up the common share, and the memory for them is bounded', () => {
  const sampler = new RequestSampler(() => 0);
  let kept = 0;
  for (let i = 0; i < 30_000; i++) if (sampler.take(`a${i}`) !== false) kept++;
  equal(kept, 5001);
  ok(sampler.skipped === 24_999);
});
