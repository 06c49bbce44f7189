// The state of every list of the console goes into the URL and comes back the same, whatever it is.
import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LISTS } from './definitions.ts';
import {
  type ListDefinition,
  type ListState,
  readSearch,
  readState,
  writeSearch,
  writeState,
} from './list-state.ts';

const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
/** As the management API gives them. */
const cursor = fc.stringMatching(/^[\w:.-]{1,40}$/);

function states(definition: ListDefinition): fc.Arbitrary<ListState> {
  const filters = fc.record(Object.fromEntries(definition.filters.map((name) => [name, value])), {
    requiredKeys: [],
    noNullPrototype: true,
  });
  const plain = { noNullPrototype: true };
  return fc.record(
    {
      filters: filters as fc.Arbitrary<Record<string, string>>,
      trail: fc.array(cursor, { maxLength: 5 }),
      sort: fc.option(
        fc.record(
          {
            column: fc.constantFrom(...(definition.sorts ?? definition.columns)),
            descending: fc.boolean(),
          },
          plain,
        ),
      ),
      columns: fc.uniqueArray(fc.constantFrom(...definition.columns), { minLength: 1 }),
      limit: fc.constantFrom(...definition.limits),
    },
    plain,
  );
}

for (const [name, definition] of Object.entries(LISTS)) {
  test(`${name}: every state comes back from the URL that it was written to`, () => {
    fc.assert(
      fc.property(states(definition), (state) => {
        const url = new URL(`http://console/${writeSearch(writeState(definition, state))}`);
        deepEqual(readState(definition, readSearch(url.search)), state);
      }),
    );
  });

  test(`${name}: any text behind the ? is read as some state, which then comes back`, () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (text) => {
        const state = readState(definition, readSearch(text));
        const again = readState(definition, readSearch(writeSearch(writeState(definition, state))));
        deepEqual(again, state);
      }),
    );
  });

  test(`${name}: no filter has a name that the list itself uses`, () => {
    const own = ['page', 'sort', 'columns', 'limit'];
    ok(definition.filters.every((filter) => !own.includes(filter)));
    const { shown, sorts = [] } = definition;
    ok([...shown, ...sorts].every((column) => definition.columns.includes(column)));
  });
}
