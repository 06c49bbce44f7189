// Tests the types of a contract: inferred values, and mistakes that must not compile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Checks, type Refusal } from './checks.ts';
import {
  type CodeOf,
  type Contract,
  defineContract,
  type Params,
  type Reply,
  type Text,
} from './contract.ts';

const text: Text = { zh: '订单号', en: 'the order id' };
const source = { settled: 'T1' } as const;
const entry = { wire: 'x', cause: text, remedy: text, retry: 'never', source } as const;
const envelope = { http: 'POST', path: '/orders', request: {}, reply: {} } as const;

const contract = defineContract({
  name: 'toy',
  title: text,
  algorithm: 'md5',
  envelope,
  success: 'OK',
  codes: { OK: entry, BAD: entry, GONE: entry },
  methods: {
    close: {
      title: text,
      source,
      effect: 'write',
      params: {
        orderId: { type: 'string', example: '1', text, source },
        reason: {
          type: 'enum',
          example: 'A',
          values: { A: text, B: text },
          optional: true,
          text,
          source,
        },
        pages: { type: 'integer', example: 1, min: 1, max: 9, text, source },
        cards: {
          type: 'list',
          max: 9,
          form: 'array',
          fields: { code: { type: 'string', example: 'c', secret: true, text, source } },
          text,
          source,
        },
        ids: {
          type: 'list',
          max: 9,
          form: 'text',
          of: { type: 'string', example: '1', text, source },
          text,
          source,
        },
      },
      oneOf: [['orderId', 'ids']],
      reply: {
        order: {
          type: 'group',
          fields: { state: { type: 'string', example: 'A', text, source } },
          text,
          source,
        },
      },
      codes: ['BAD'],
      samples: [{ title: text, source, as: 'p', params: { orderId: '1' }, gives: 'OK' }],
    },
  },
});
type Toy = typeof contract;

/** Compiles only if both types are equal. */
function same<A, B>(
  _: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? 1 : 0,
) {}

test('the types of parameters, replies and codes are inferred from the contract', () => {
  same<
    Params<Toy, 'close'>,
    {
      readonly orderId: string;
      readonly pages: number;
      readonly cards: readonly { readonly code: string }[];
      readonly ids: readonly string[];
      readonly reason?: 'A' | 'B' | undefined;
    }
  >(1);
  same<Reply<Toy, 'close'>, { readonly order: { readonly state: string } }>(1);
  same<CodeOf<Toy>, 'OK' | 'BAD' | 'GONE'>(1);
  // @ts-expect-error: a field by another name
  const renamed: Params<Toy, 'close'> = { orderID: '1', pages: 1, cards: [], ids: [] };
  // @ts-expect-error: a value that the field does not list
  const unlisted: Params<Toy, 'close'>['reason'] = 'C';
  assert.deepEqual([typeof renamed, unlisted], ['object', 'C']);
});

test('a contract that names a code or a field it does not have does not compile', () => {
  const base = {
    name: 'toy',
    title: text,
    algorithm: 'md5',
    envelope,
    codes: { OK: entry },
  } as const;
  const method = {
    title: text,
    source,
    effect: 'read',
    params: {},
    reply: {},
    samples: [],
  } as const;
  const made: Contract[] = [
    // @ts-expect-error: the table has no code BAD
    defineContract({ ...base, success: 'OK', methods: { m: { ...method, codes: ['BAD'] } } }),
    defineContract({
      ...base,
      success: 'OK',
      methods: {
        m: {
          ...method,
          codes: [],
          // @ts-expect-error: neither a code of the table nor the success
          samples: [{ title: text, source, as: 'p', params: {}, gives: 'FINE' }],
        },
      },
    }),
    defineContract({
      ...base,
      success: 'OK',
      // @ts-expect-error: the method has no field id
      methods: { m: { ...method, codes: [], oneOf: [['id']] } },
    }),
    defineContract({ ...base, success: 'OK', methods: { m: { ...method, codes: ['OK'] } } }),
  ];
  assert.equal(made.length, 4);
});

test('a step that states a code too many or too few does not compile', () => {
  type Seen = { readonly id: string };
  const find = ({ id }: Seen) =>
    id === '' ? ({ refused: 'GONE' } as Refusal<'GONE' | 'BAD'>) : { found: id };
  const checks = Checks.from<Seen>()
    .step('find', find, { GONE: text, BAD: text })
    .step('use', ({ found }: { readonly found: string }) => ({ used: found }));
  assert.deepEqual(
    checks.stated.map(({ name, refuses }) => [name, Object.keys(refuses)]),
    [
      ['find', ['GONE', 'BAD']],
      ['use', []],
    ],
  );
  // @ts-expect-error: BAD is missing
  Checks.from<Seen>().step('find', find, { GONE: text });
  // @ts-expect-error: the step refuses nothing with OTHER
  Checks.from<Seen>().step('find', find, { GONE: text, BAD: text, OTHER: text });
  // @ts-expect-error: a step that refuses says why
  Checks.from<Seen>().step('find', find);
});
