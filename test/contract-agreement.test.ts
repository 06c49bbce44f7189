// The validator that is derived from a contract and the server agree: on samples, clauses, vectors, and mutations of them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import { type Element, readBody } from '../src/platforms/suning/wire.ts';
import type { ClauseSet } from '../src/protocol/clause.ts';
import type { Contract, Fields } from '../src/protocol/contract.ts';
import { schemaOfFields } from '../src/protocol/contract-schema.ts';
import { findFaults } from '../src/protocol/contract-values.ts';
import { DRIVERS, send } from './clause-drivers.ts';
import { startTestServer, TestClock } from './support.ts';

/** The checks of each platform that read the values of a method. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  jintong: ['refuseUndefinedElements', 'refuseSeparators', 'checkValues'],
  suning: ['checkValues'],
  ytx: ['readAsked', 'readFields'],
};

interface Exception {
  /** The clauses, or the mutations, on which the two may differ. */
  readonly where: RegExp;
  readonly why: string;
}

/** Rules that look at more than one field, or at what is in the store: no field of a contract can state them. */
const BEYOND_FIELDS: Readonly<Record<string, readonly Exception[]>> = {
  jintong: [],
  suning: [
    { where: /^end-(at|before)-the-start$|^range-over-/, why: 'two fields are compared' },
    { where: /^card-with-over-1000$/, why: 'the number of cards has a code of its own, 115' },
    { where: /^snunionid-/, why: 'it may stand in the node of any method, and has its own check' },
    { where: /^200-for-/, why: '108 also says that the status does not fit the kind of line' },
  ],
  ytx: [
    { where: /^account-is-no-mobile-number$/, why: 'its form depends on the product' },
    { where: /^submit-again-with-another-product$/, why: 'the order that is there is compared' },
  ],
};

/** Values that a caller could put in the place of any value. */
const MUTATIONS: readonly [how: string, mutate: (value: unknown) => unknown][] = [
  ['absent', () => undefined],
  ['empty', () => ''],
  ['a blank', () => ' '],
  ['with blanks around it', (value) => (typeof value === 'string' ? ` ${value} ` : value)],
  ['long', () => 'x'.repeat(3000)],
  ['with a separator', (value) => `${value}&a=b`],
  ['negative', () => '-1'],
  ['zero', () => '0'],
  ['a large number', () => '99999999'],
  ['with a fraction', () => '1.5'],
  ['with a tab', (value) => `${value}\t`],
  ['Chinese', () => '订单'],
  ['another digit', (value) => `${value}1`],
];

const MAY_DIFFER: Readonly<Record<string, readonly Exception[]>> = {
  jintong: [],
  suning: [
    {
      where: /\.(orderId|orderItemId) /,
      why: "what has not an id's form is no order's, and is refused with 101",
    },
  ],
  ytx: [{ where: /^productOrder\.rechargeAccount /, why: 'its form depends on the product' }],
};

/** Fails for a difference that is no exception, and for an exception that nothing needs. */
function assertExcepted(differences: readonly string[], exceptions: readonly Exception[]): void {
  const unexcepted = differences.filter((one) => !exceptions.some(({ where }) => where.test(one)));
  assert.deepEqual(unexcepted, []);
  for (const { where, why } of exceptions) {
    assert.ok(
      differences.some((one) => where.test(one)),
      `no exception is needed for ${where}: ${why}`,
    );
  }
}

function codesOfReaders(platform: (typeof platforms)[number]): (code: string) => boolean {
  const rows = platform.checks.stated
    .filter(({ name }) => READERS[platform.name]!.includes(name))
    .flatMap(({ refuses }) => Object.keys(refuses));
  assert.ok(rows.length > 0);
  return (code) =>
    rows.some((row) => row === code || (row.endsWith('*') && code.startsWith(row.slice(0, -1))));
}

/** A list that is written as one text is read as the platform writes it. */
function asContract(fields: Fields, params: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const isText = field?.type === 'list' && field.form === 'text' && typeof value === 'string';
      return [name, isText ? value.split(/[\s,，[\]]+/).filter((one) => one !== '') : value];
    }),
  );
}

function faultsOf(contract: Contract, method: string, params: Readonly<Record<string, unknown>>) {
  const { params: fields, oneOf } = contract.methods[method]!;
  const given = asContract(fields, params);
  return findFaults(
    fields,
    given,
    oneOf?.map((names) => names.filter((name) => name in fields)),
  );
}

for (const platform of platforms) {
  const { name, contract } = platform;
  const { clauses: set } = (await import(`../src/platforms/${name}/clauses.ts`)) as {
    clauses: ClauseSet;
  };
  const isOfReader = codesOfReaders(platform);

  test(`${name}: server and derived validator agree on every clause`, () => {
    let compared = 0;
    const differences: string[] = [];
    for (const { id, request, expects } of set.clauses) {
      if (!('params' in request)) continue;
      if (!Object.hasOwn(contract.methods, request.method!)) continue;
      const { signed = {}, ...others } = request.mutate ?? {};
      const isMutated =
        Object.keys(others).length > 0 || Object.keys(signed).some((field) => field !== 'Format');
      if (isMutated) continue;
      compared++;
      const faults = faultsOf(contract, request.method!, request.params);
      if (faults.length > 0 === isOfReader(expects.code)) continue;
      differences.push(id);
    }
    assertExcepted(differences, BEYOND_FIELDS[name]!);
    assert.ok(compared > 30, `${compared} clauses`);
  });

  test(`${name}: server and derived validator agree on every sample and on each mutation of it`, async () => {
    const server = await startTestServer({ clock: new TestClock() });
    const driver = DRIVERS[name]!;
    const secretOf = (party: string) => server.parties.find(name, party)!.keys[0]!.secret;
    let compared = 0;
    const differ: string[] = [];
    for (const [method, { samples, params: fields, once }] of Object.entries(contract.methods)) {
      for (const [i, { as, params: given }] of samples.entries()) {
        // A write is mutated once, so that no call is a repeat of another one.
        const names = i > 0 && once ? [] : Object.keys(fields);
        for (const field of [undefined, ...names]) {
          for (const [how, mutate] of field === undefined ? [MUTATIONS[0]!] : MUTATIONS) {
            const key = once?.made;
            const params = key ? { ...given, [key]: `fresh-${compared}` } : given;
            const { type } = field === undefined ? { type: '' } : fields[field]!;
            if (type === 'list' && how !== 'absent') continue;
            const value = field === undefined ? undefined : mutate(params[field]);
            const mutated = field === undefined ? params : { ...params, [field]: value };
            const written = asWire(mutated);
            const target = { url: server.url, now: server.clock.now(), party: as, secretOf };
            const heard = await send(driver, target, { method, params: written });
            const faults = faultsOf(contract, method, mutated);
            compared++;
            if (faults.length > 0 === isOfReader(heard.code)) continue;
            const found = `${JSON.stringify(faults)} and ${heard.code}`;
            differ.push(`${method}.${field} ${how}: ${found}`);
          }
        }
      }
    }
    assertExcepted(differ, MAY_DIFFER[name]!);
    assert.ok(compared > 30, `${compared} calls`);
  });

  test(`${name}: the JSON Schema has the fields, what is required and the bounds of the validator`, () => {
    for (const { params, reply, oneOf } of Object.values(contract.methods)) {
      for (const [fields, one] of [
        [params, oneOf],
        [reply, undefined],
      ] as const) {
        assertSchema(fields, schemaOfFields(fields, one) as never);
      }
    }
  });
}

interface Vectors {
  readonly cases?: readonly { readonly stringToSign: string }[];
  readonly requests?: readonly {
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  }[];
}

type Called = readonly [method: string, params: Readonly<Record<string, unknown>>];

/** The calls of a file of vectors. Other tests send them, and the server takes each. */
function callsOf({ cases = [], requests = [] }: Vectors): Called[] {
  const signed = cases.flatMap(({ stringToSign }): Called[] => {
    const found = /Action=(\w+)&Param=(.*)&Partner=/s.exec(stringToSign);
    if (!found) return [];
    const pairs = found[2]!.split('&').map((pair) => pair.split('=') as [string, string]);
    return [[found[1]!, Object.fromEntries(pairs)]];
  });
  const sent = requests.map(({ headers, body }): Called => {
    const header = (name: string) => headers.find(([one]) => one === name)?.[1];
    const method = header('AppMethod');
    if (method === undefined) {
      const { action, ...params } = JSON.parse(body);
      return [action, params];
    }
    const { children } = readBody(Buffer.from(body), header('Format') as 'xml');
    const [node] = children.find(({ name }) => name === 'sn_body')!.children;
    return [method, paramsOfNode(node!.children)];
  });
  return [...signed, ...sent];
}

function paramsOfNode(elements: readonly Element[]): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const { name, text, children } of elements) {
    if (children.length === 0) params[name] = text;
    else params[name] = [...((params[name] as []) ?? []), paramsOfNode(children)];
  }
  return params;
}

test('the derived validator finds no fault in what the public SDKs and the documents sign', () => {
  let compared = 0;
  for (const { name, contract } of platforms) {
    const folder = new URL(`../src/platforms/${name}/vectors/`, import.meta.url);
    for (const file of readdirSync(folder)) {
      for (const [method, params] of callsOf(
        JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
      )) {
        assert.deepEqual(faultsOf(contract, method, params), [], `${name} ${file} ${method}`);
        compared++;
      }
    }
  }
  assert.ok(compared >= 7, `${compared} vectors`);
});

/** Integers are digits on the wire. */
const asWire = (params: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );

interface Schema {
  readonly type: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const TYPES = {
  string: 'string',
  enum: 'string',
  integer: 'integer',
  list: 'array',
  group: 'object',
};

function assertSchema(fields: Fields, schema: Schema): void {
  assert.deepEqual(Object.keys(schema.properties), Object.keys(fields));
  const required = Object.keys(fields).filter((name) => !fields[name]!.optional);
  assert.deepEqual(schema.required ?? [], required);
  for (const [name, field] of Object.entries(fields)) {
    const made = schema.properties[name]!;
    assert.equal(made.type, TYPES[field.type], name);
    if (field.type === 'enum') assert.deepEqual(made.enum, Object.keys(field.values));
    if (field.type === 'integer') {
      assert.deepEqual([made.minimum, made.maximum], [field.min, field.max]);
    }
    if (field.type === 'string') {
      assert.equal(made.maxLength, field.maxLength, name);
      if (field.pattern) assert.equal(made.pattern, field.pattern.source);
      assert.ok(field.format === undefined || made.pattern !== undefined, name);
      // A pattern of a schema takes what the validator takes.
      if (made.pattern !== undefined) {
        assert.match(field.example, new RegExp(made.pattern, 'u'), name);
      }
    }
    if (field.type === 'list') {
      assert.equal(made.maxItems, field.max);
      if ('fields' in field) assertSchema(field.fields, made.items!);
    }
    if (field.type === 'group') assertSchema(field.fields, made);
  }
}
