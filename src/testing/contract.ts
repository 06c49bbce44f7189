// The suite's look at a contract as data: sources, texts in two languages, validator, repeats.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Contract, Field, Fields, Source, Text } from '../protocol/contract.ts';
import { schemaOfFields } from '../protocol/contract-schema.ts';
import { findFaults } from '../protocol/contract-values.ts';
import { Authority } from './authority.ts';
import type { TestedPlatform } from './tested.ts';

interface Stated {
  readonly path: string;
  readonly source: Source;
  readonly texts: readonly Text[];
}

function* statedInFields(fields: Fields, prefix: string): Generator<Stated> {
  for (const [name, field] of Object.entries(fields)) {
    const path = `${prefix}.${name}`;
    const values = field.type === 'enum' ? Object.values(field.values) : [];
    yield { path, source: field.source, texts: [field.text, ...values] };
    if (field.type === 'list' && 'of' in field) yield* statedInFields({ of: field.of }, path);
    else if ('fields' in field) yield* statedInFields(field.fields, path);
  }
}

/** Everything in a contract that has a source or a text for people. */
function* statedIn(contract: Contract): Generator<Stated> {
  yield* statedInFields(contract.envelope.request, 'request');
  yield* statedInFields(contract.envelope.reply, 'reply');
  for (const [code, entry] of Object.entries(contract.codes)) {
    const { source, cause, remedy, unused, otherWires = {} } = entry;
    yield { path: `code ${code}`, source, texts: [cause, remedy, ...(unused ? [unused] : [])] };
    for (const [wire, of] of Object.entries(otherWires)) {
      yield { path: `code ${code} ${wire}`, source: of, texts: [] };
    }
  }
  for (const [name, method] of Object.entries(contract.methods)) {
    const once = method.once ? [method.once.text] : [];
    yield { path: name, source: method.source, texts: [method.title, ...once] };
    yield* statedInFields(method.params, `${name}.params`);
    yield* statedInFields(method.reply, `${name}.reply`);
    for (const [i, sample] of method.samples.entries()) {
      yield { path: `${name} sample ${i}`, source: sample.source, texts: [sample.title] };
    }
  }
}

function exampleOf(field: Field): unknown {
  if (field.type === 'group') return examplesOf(field.fields);
  if (field.type === 'list')
    return ['of' in field ? exampleOf(field.of) : examplesOf(field.fields)];
  return field.example;
}

const examplesOf = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, exampleOf(field)]));

/** A value that the field cannot mean. */
function brokenFor(field: Field): unknown {
  if (field.type === 'list') return 'no list';
  if (field.type === 'group') return 'no group';
  if (field.type === 'integer') return field.max + 1;
  if (field.type === 'enum') return 'none of them';
  return field.pattern || field.format ? '\uFFFD\u0000' : { no: 'text' };
}

export function testContract(tested: Required<TestedPlatform>): void {
  const { platform, folder, quotations } = tested;
  const { name, contract, actions } = platform;

  test(`${name}: the contract has the platform's name, and its methods are the actions`, () => {
    assert.equal(contract.name, name);
    assert.deepEqual(Object.keys(contract.methods), actions);
  });

  test(`${name}: every source is found in the platform's documents`, () => {
    let quotes = 0;
    const authority = new Authority(folder);
    for (const { path, source } of statedIn(contract)) {
      authority.assertHas(path, source);
      if ('quote' in source) quotes++;
    }
    assert.ok(quotes >= quotations, `${quotes} quotations, and not ${quotations}`);
  });

  test(`${name}: every text stands in Chinese and in English`, () => {
    for (const { path, texts } of statedIn(contract)) {
      for (const { zh, en } of texts) {
        assert.match(zh, /[\p{Script=Han}A-Z]/u, `${path}: ${zh}`);
        assert.ok(en.length > 1, path);
        const quoted = en.replaceAll(/“[^”]*”|"[^"]*"/g, '');
        assert.doesNotMatch(quoted, /\p{Script=Han}/u, `${path}: ${en}`);
      }
    }
  });

  test(`${name}: the derived validator takes the examples and refuses each mutation of them`, () => {
    for (const [method, { params, reply, oneOf }] of Object.entries(contract.methods)) {
      for (const fields of [params, reply]) {
        const examples = examplesOf(fields);
        assert.deepEqual(findFaults(fields, examples), [], method);
        assert.deepEqual(findFaults(fields, { ...examples, notDefined: '1' }), [
          { path: 'notDefined', is: 'not-defined' },
        ]);
        for (const [name, field] of Object.entries(fields)) {
          const { [name]: _, ...without } = examples;
          const absent = field.optional ? [] : [{ path: name, is: 'absent' }];
          assert.deepEqual(findFaults(fields, without), absent, `${method} without ${name}`);
          const faults = findFaults(fields, { ...examples, [name]: brokenFor(field) });
          assert.equal(faults.length, 1, `${method} with a broken ${name}`);
          assert.equal(faults[0]!.path, name);
        }
      }
      for (const names of oneOf ?? []) {
        const without = examplesOf(params);
        for (const name of names) delete without[name];
        const found = findFaults(params, without, oneOf).map(({ path }) => path);
        assert.ok(found.includes(names.join(' | ')), `${method}: ${found}`);
      }
      const schema = schemaOfFields(params, oneOf) as { properties: object };
      assert.deepEqual(Object.keys(schema.properties), Object.keys(params));
    }
  });

  test(`${name}: each write says what makes two calls one, and what a repeat gets`, () => {
    for (const [method, { effect, once, params }] of Object.entries(contract.methods)) {
      assert.ok(effect === 'read' || once, `${method} says nothing of a repeat`);
      if (!once) continue;
      const known = [...Object.keys(params), ...Object.keys(contract.envelope.request)];
      const spelt = (one: string) => known.some((n) => n.toLowerCase() === one.toLowerCase());
      for (const by of once.by) assert.ok(spelt(by), `${method}: ${by} is no parameter`);
      if (once.made !== undefined) assert.ok(once.by.includes(once.made) && once.made in params);
    }
    for (const [code, { clock, retry }] of Object.entries(contract.codes)) {
      if (clock) assert.equal(retry, 'after-a-new-signature', code);
    }
  });
}
