// The words in which a schema's refusal reaches a person.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { schemaProblem } from './schema-problem.ts';

const schema = z.strictObject({
  text: z.string(),
  count: z.int().min(1).max(9),
  role: z.enum(['viewer', 'admin']),
  ids: z.array(z.string()).min(1).max(1).optional(),
  share: z.number().gt(0).lt(1).optional(),
  name: z.string().min(1).max(3).optional(),
  word: z.string().min(2).optional(),
  day: z.string().length(2).optional(),
  year: z.int().optional(),
  mine: z.string().min(1, 'has to be a name').optional(),
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
  [{ mine: '' }, 'mine: has to be a name'],
  [{ count: 10 }, 'count: has to be at most 9'],
  [{ count: 0 }, 'count: has to be at least 1'],
  [{ year: 1e300 }, 'year: has to be at most 9007199254740991'],
  [{ share: 0 }, 'share: has to be more than 0'],
  [{ share: 1 }, 'share: has to be less than 1'],
  [{ name: '' }, 'name: may not be empty'],
  [{ name: 'abcd' }, 'name: may have at most 3 characters'],
  [{ word: 'a' }, 'word: has to have at least 2 characters'],
  [{ day: '1' }, 'day: has to have exactly 2 characters'],
  [{ day: '123' }, 'day: has to have exactly 2 characters'],
  [{ ids: [] }, 'ids: may not be empty'],
  [{ ids: ['a', 'b'] }, 'ids: may have at most 1 entry'],
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
