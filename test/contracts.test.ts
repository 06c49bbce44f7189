// Each platform's contract against its documents, its code and its running server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import type { Contract, Field, Fields, Source, Text } from '../src/protocol/contract.ts';
import { schemaOfFields } from '../src/protocol/contract-schema.ts';
import { findFaults } from '../src/protocol/contract-values.ts';
import { Authority } from './authority.ts';
import { CALLERS } from './callers.ts';
import { startTestServer } from './support.ts';

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

test('every platform has a contract, by its own name', () => {
  assert.ok(platforms.length >= 3);
  for (const { name, contract, actions } of platforms) {
    assert.equal(contract.name, name);
    assert.deepEqual(Object.keys(contract.methods), actions, `the methods of ${name}`);
  }
});

for (const { name, contract, checks } of platforms) {
  const authority = new Authority(name);

  test(`${name}: every source is found in the platform's documents`, () => {
    let quotes = 0;
    for (const { path, source } of statedIn(contract)) {
      authority.assertHas(path, source);
      if ('quote' in source) quotes++;
    }
    assert.ok(quotes > 10);
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

  test(`${name}: every sample gives what the contract says`, async () => {
    const server = await startTestServer();
    for (const [method, { samples }] of Object.entries(contract.methods)) {
      assert.ok(samples.length >= 2, `${method} has ${samples.length} samples`);
      for (const sample of samples) {
        assert.deepEqual(
          findFaults(contract.methods[method]!.params, sample.params),
          [],
          `${method}: ${sample.title.en}`,
        );
        const code = await CALLERS[name]!(server, method, sample);
        assert.equal(code, sample.gives, `${method}: ${sample.title.en}`);
      }
    }
  });

  test(`${name}: every code of the table is refused by a check or a method, or says why not`, () => {
    const refused = checks.stated.flatMap(({ refuses }) => Object.keys(refuses));
    const ofMethods = Object.values(contract.methods).flatMap(({ codes }) => codes);
    for (const code of refused) assert.ok(code in contract.codes, `no code ${code} in the table`);
    const reached = new Set([...refused, ...ofMethods, contract.success]);
    for (const [code, { unused }] of Object.entries(contract.codes)) {
      if (name === 'suning' && code === 'biz.handler.data-get:success') continue; // In sn_head.
      assert.ok(reached.has(code) || unused, `nothing refuses with ${code}`);
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

  test(`${name}: the checks have names of their own`, () => {
    assert.equal(new Set(checks.names).size, checks.names.length);
  });
}
