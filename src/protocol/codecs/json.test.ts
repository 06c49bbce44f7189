// Compares the JSON reader with JSON.parse on valid and on invalid documents.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JsonError, type JsonLimits, parseJson } from './json.ts';

const LIMITS: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 1000 };
const plain = (value: unknown): unknown => structuredClone(value);
const RUNS = { numRuns: Number(process.env.ORDERGATE_PROPERTY_RUNS ?? 3000) };

/** JSON.parse refuses a byte order mark. Our reader skips one before the document. */
function judged(text: string): unknown {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch {
    return 'refused';
  }
}

/**
 * Whether JSON.parse dropped a repeated key. Our reader refuses such a document, JSON.parse accepts
 * it.
 */
function repeatsKey(text: string): boolean {
  try {
    parseJson(text, LIMITS);
    return false;
  } catch (error) {
    return (error as Error).message.includes('given twice');
  }
}

function ours(text: string): unknown {
  try {
    return { value: plain(parseJson(text, LIMITS)) };
  } catch (error) {
    ok(error instanceof JsonError, String(error));
    return 'refused';
  }
}

describe('the strict reader agrees with JSON.parse', () => {
  test('every JSON value, with and without white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        deepEqual(ours(text), judged(text));
      }),
      RUNS,
    );
  });

  test('both readers refuse a text, or both read the same value', () => {
    const pieces = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '"a"', "'a'", '"\\u00e9"', '"\\x"', '\\', '"\\ud800"'],
      ...['0', '-', '-0', '01', '1.', '.5', '1e5', '1E+', '1e-2', 'true', 'null', 'None', 'nul'],
      ...[' ', '\n', '\t', '\r', '\u00A0', '\uFEFF', '"\t"', '"\u007F"', '"__proto__"', '/*', '12'],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        if (!repeatsKey(text)) deepEqual(ours(text), judged(text));
      }),
      { numRuns: RUNS.numRuns * 5 },
    );
  });

  test('valid JSON in which one character was changed, removed or inserted', () => {
    const characters = fc.constantFrom(...'{}[],:"\'\\0123456789.eE+-tfn \n\u0000x'.split(''));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        characters,
        fc.nat({ max: 2 }),
        (value, at, c, kind) => {
          const text = JSON.stringify(value);
          const place = at % (text.length + 1);
          const rest = text.slice(place + (kind === 1 ? 0 : 1));
          const changed = text.slice(0, place) + (kind === 2 ? '' : c) + rest;
          if (!repeatsKey(changed)) deepEqual(ours(changed), judged(changed));
        },
      ),
      RUNS,
    );
  });

  test('A key given twice is refused, at any depth and however it is written; in two objects it is two keys', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"x":[{"b":{},"b":2}]}',
      '{"a":1,"\\u0061":2}',
      '{"__proto__":1,"__proto__":2}',
    ]) {
      throws(() => parseJson(text, LIMITS), /key .* given twice \(line 1, column \d+\)/);
    }
    deepEqual(ours('[{"a":1},{"a":2}]'), judged('[{"a":1},{"a":2}]'));
  });

  test('"Byte order mark before JSON … is skipped", one of them, and only there', () => {
    const read = parseJson;
    deepEqual(plain(read('\uFEFF{"a":1}', LIMITS)), { a: 1 });
    deepEqual(plain(read('\uFEFF \n[]', LIMITS)), []);
    for (const text of ['\uFEFF\uFEFF{}', ' \uFEFF{}', '{}\uFEFF', '{\uFEFF}', '\uFEFF']) {
      throws(() => read(text, LIMITS), JsonError, JSON.stringify(text));
    }
    equal((read('\uFEFF"\uFEFF"', LIMITS) as string).length, 1); // Inside a string the mark is a character.
    throws(() => read('\uFEFF{\n  x', LIMITS), /line 2, column 3/);
  });

  test('a name that every JavaScript object inherits is an ordinary key', () => {
    const read = parseJson('{"__proto__":{"x":1},"constructor":2}', LIMITS) as object;
    equal(Object.getPrototypeOf(read), null);
    deepEqual(Object.keys(read), ['__proto__', 'constructor']);
  });
});

describe('bounds', () => {
  test('the depth limit is 16 by default', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    parseJson(nested(16), { maxBytes: 100 });
    throws(() => parseJson(nested(17), { maxBytes: 100 }), /nested deeper than 16/);
    throws(() => parseJson('['.repeat(1_000_000), { maxBytes: 2_000_000 }), /nested deeper than/);
  });

  test('the size limit counts bytes of UTF-8', () => {
    parseJson('"苏宁"', { maxBytes: 8 });
    throws(() => parseJson('"苏宁"', { maxBytes: 7 }), /document larger than 7 bytes/);
  });

  test('an error states its position', () => {
    throws(() => parseJson('{\n "a": 1,\n "b" 2}', LIMITS), {
      message: 'a colon is expected (line 3, column 6)',
    });
  });

  test('the option `text` keeps numbers as they are written', () => {
    const text = '{"orderId": 10005315050000000001, "n": [-1.50e+3, 0]}';
    deepEqual(plain(parseJson(text, { ...LIMITS, numbers: 'text' })), {
      orderId: '10005315050000000001',
      n: ['-1.50e+3', '0'],
    });
  });
});
