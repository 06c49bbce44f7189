// The words in which a schema's refusal reaches a person.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { schemaProblem } from './schema-problem.ts';

const schema = z.strictObject({
  text: z.string(),
  count: z.int().max(9),
  role: z.enum(['viewer', 'admin']),
  ids: z.array(z.string()).optional(),
  own: z.string('has to be its own words').optional(),
});
const good = { text: 'a', count: 1, role: 'viewer' };
const cases: readonly (readonly [object, string])[] = [
  [{ text: undefined }, 'text: is missing'],
  [{ text: 1 }, 'text: has to be a string'],
  [{ text: null }, 'text: has to be a string'],
  [{ count: '1' }, 'count: has to be a number'],
  [{ count: 1.5 }, 'count: has to be a whole number'],
  [{ role: 'boss' }, 'role: has to be one of viewer, admin'],
  [{ role: undefined }, 'role: is missing; it has to be one of viewer, admin'],
  [{ ids: 'a' }, 'ids: has to be a list'],
  [{ own: 1 }, 'own: has to be its own words'],
  [{ count: 10 }, 'count: Too big: expected number to be <=9'],
];
for (const [change, words] of cases) {
  test(`${JSON.stringify(change)} is refused with: ${words}`, () => {
    const { error } = schema.safeParse({ ...good, ...change }, { error: schemaProblem });
    deepEqual(
      error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      [words],
    );
  });
}
