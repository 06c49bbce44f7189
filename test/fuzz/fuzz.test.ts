// Every codec and entrance over mutated bodies; ORDERGATE_FUZZ_CASES says how many for each of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../support.ts';
import { fuzz } from './fuzz.ts';
import { mutate, Random } from './mutate.ts';
import { CODECS, entrances, type Target } from './targets.ts';

const CASES = Number(process.env.ORDERGATE_FUZZ_CASES ?? 1000);
/** Of the pages of memory that a server touches late, such as tables of the request log, not of cases. */
const MAX_GROWTH_MIB = 24;

const server = await startTestServer();
for (const target of [...CODECS, ...entrances(server)]) {
  test(`${target.name}: ${CASES} mutated bodies`, async (context) => {
    const { faults, worstRatio, grownMiB } = await fuzz(target, CASES, 1);
    context.diagnostic(`dearest ${worstRatio.toFixed(1)}×, heap ${grownMiB.toFixed(1)} MiB`);
    assert.deepEqual(faults, []);
    assert.ok(grownMiB < MAX_GROWTH_MIB, `the heap grew by ${grownMiB.toFixed(1)} MiB`);
  });
}

test('the fuzzer finds a fault, and a body that costs more than its bytes', async () => {
  const target = (run: (body: Buffer) => unknown): Target => ({
    name: 'a wrong reader',
    seeds: ['{"a":1}'],
    tokens: ['[', 'x'],
    run,
  });
  const faulty = await fuzz(
    target((body) => {
      if (body.includes('[')) throw new Error('a bracket');
    }),
    200,
    1,
  );
  assert.match(faulty.faults[0]!, /case \d+ of seed 1: Error: a bracket/);

  const quadratic = await fuzz(
    target((body) => {
      let found = 0;
      // Far above the time at which a case becomes a suspect, so that a fast machine finds it, too.
      for (let i = 0; i < body.length; i++)
        if (body[i] === 0x5b)
          for (let again = 0; again < 8; again++) found += body.indexOf('none', again);
      return found;
    }),
    400,
    1,
  );
  assert.match(quadratic.faults.at(-1)!, /times the CPU of a plain body/);
});

test('the same seed makes the same bodies, at most 96 KiB long', () => {
  const make = () =>
    Array.from({ length: 500 }, (_, i) => mutate(Buffer.from('abc'), new Random(i), ['x', 'yy']));
  assert.deepEqual(make(), make());
  assert.ok(make().every((body) => body.length <= 96 * 1024));
  assert.ok(new Set(make().map((body) => body.toString('latin1'))).size > 300);
});
