// The cursor tells each event once, in whatever order several nodes' transactions become visible.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrderCursor } from './order-cursor.ts';

const numbered = (...seqs: number[]) => seqs.map((seq) => ({ seq }));

test('an event that appears behind a later one is told, and the position waits for it', () => {
  const cursor = new OrderCursor(10);
  deepEqual(cursor.take(numbered(11, 13), 0), numbered(11, 13));
  equal(cursor.position, 11);
  deepEqual(cursor.take(numbered(12, 13), 1000), numbered(12));
  equal(cursor.position, 13);
});

test('a number that never appears is passed over after ten seconds', () => {
  const cursor = new OrderCursor(0);
  cursor.take(numbered(2, 3), 0);
  equal(cursor.position, 0);
  cursor.take(numbered(2, 3), 10_000);
  equal(cursor.position, 0);
  cursor.take(numbered(2, 3), 10_001);
  equal(cursor.position, 3);
});

test('each event is told exactly once, in any order of appearance', () => {
  const orders = fc.shuffledSubarray(
    Array.from({ length: 30 }, (_, i) => i + 1),
    { minLength: 30 },
  );
  fc.assert(
    fc.property(
      orders,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30 }),
      (seqs, steps) => {
        const cursor = new OrderCursor(0);
        const visible = new Set<number>();
        const told: number[] = [];
        for (const step of steps) {
          for (const seq of seqs.splice(0, step)) visible.add(seq);
          const events = [...visible].filter((seq) => seq > cursor.position).sort((a, b) => a - b);
          told.push(...cursor.take(numbered(...events), 0).map(({ seq }) => seq));
        }
        deepEqual(
          told.toSorted((a, b) => a - b),
          [...visible].sort((a, b) => a - b),
        );
        equal(new Set(told).size, told.length);
      },
    ),
  );
});
