// The JSON reader against JSON.parse where it is strict, and against Python's repr where it is relaxed.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JsonError, type JsonLimits, parseJson, parseRelaxedJson } from './json.ts';

const LIMITS: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 1000 };
const plain = (value: unknown): unknown => structuredClone(value);
const RUNS = { numRuns: Number(process.env.ORDERGATE_PROPERTY_RUNS ?? 3000) };

/** JSON.parse knows no byte order mark; ours skips one before the document. */
function judged(text: string): unknown {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch {
    return 'refused';
  }
}

/** Whether JSON.parse dropped a key that was given twice: then we refuse, and it does not. */
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

describe('"Strict JSON first": as JSON.parse reads it', () => {
  test('every JSON value, with and without white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        deepEqual(ours(text), judged(text));
      }),
      RUNS,
    );
  });

  test('any text: refused by both, or read alike', () => {
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

  test('valid JSON with one character changed, taken out or put in', () => {
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

  test('"A key given twice is refused", at any depth and however it is written; in two objects it is two keys', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"x":[{"b":{},"b":2}]}',
      '{"a":1,"\\u0061":2}',
      '{"__proto__":1,"__proto__":2}',
    ]) {
      throws(() => parseJson(text, LIMITS), /key .* given twice \(line 1, column \d+\)/);
      throws(() => parseRelaxedJson(text, LIMITS), /given twice/);
    }
    deepEqual(ours('[{"a":1},{"a":2}]'), judged('[{"a":1},{"a":2}]'));
  });

  test('"Byte order mark before JSON … is skipped", one of them, and only there', () => {
    for (const read of [parseJson, parseRelaxedJson]) {
      deepEqual(plain(read('\uFEFF{"a":1}', LIMITS)), { a: 1 });
      deepEqual(plain(read('\uFEFF \n[]', LIMITS)), []);
      for (const text of ['\uFEFF\uFEFF{}', ' \uFEFF{}', '{}\uFEFF', '{\uFEFF}', '\uFEFF']) {
        throws(() => read(text, LIMITS), JsonError, JSON.stringify(text));
      }
      equal((read('\uFEFF"\uFEFF"', LIMITS) as string).length, 1); // Inside a string it is a character.
      throws(() => read('\uFEFF{\n  x', LIMITS), /line 2, column 3/);
    }
  });

  test('a key that every object has is a key', () => {
    const read = parseJson('{"__proto__":{"x":1},"constructor":2}', LIMITS) as object;
    equal(Object.getPrototypeOf(read), null);
    deepEqual(Object.keys(read), ['__proto__', 'constructor']);
  });
});

describe('bounds', () => {
  test('depth: 16 unless said otherwise', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    parseJson(nested(16), { maxBytes: 100 });
    throws(() => parseJson(nested(17), { maxBytes: 100 }), /nested deeper than 16/);
    throws(() => parseRelaxedJson(nested(17), { maxBytes: 100 }), /nested deeper than 16/);
    throws(() => parseJson('['.repeat(1_000_000), { maxBytes: 2_000_000 }), /nested deeper than/);
  });

  test('size: in bytes of UTF-8', () => {
    parseJson('"苏宁"', { maxBytes: 8 });
    throws(() => parseJson('"苏宁"', { maxBytes: 7 }), /document larger than 7 bytes/);
    throws(() => parseRelaxedJson('"苏宁"', { maxBytes: 7 }), /document larger than 7 bytes/);
  });

  test('an error says where', () => {
    throws(() => parseJson('{\n "a": 1,\n "b" 2}', LIMITS), {
      message: 'a colon is expected (line 3, column 6)',
    });
  });

  test('numbers as they are written, where they are names', () => {
    const text = '{"orderId": 10005315050000000001, "n": [-1.50e+3, 0]}';
    deepEqual(plain(parseJson(text, { ...LIMITS, numbers: 'text' })), {
      orderId: '10005315050000000001',
      n: ['-1.50e+3', '0'],
    });
  });
});

/** Python's repr of a string, as CPython writes it. */
function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const c of text) {
    const code = c.codePointAt(0)!;
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }[c];
    if (named) out += named;
    else if (c === quote) out += `\\${c}`;
    else if (code < 0x20 || (code >= 0x7f && code < 0xa1)) {
      out += `\\x${code.toString(16).padStart(2, '0')}`;
    } else if (code >= 0xd800 && code < 0xe000) out += `\\u${code.toString(16)}`;
    else if (code > 0xffff && code % 2 === 0) {
      out += `\\U${code.toString(16).padStart(8, '0')}`;
    } else out += c;
  }
  return quote + out + quote;
}

function pythonLiteral(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return pythonRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    const pairs = Object.entries(value as object);
    return `{${pairs.map(([k, v]) => `${pythonRepr(k)}: ${pythonLiteral(v)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

describe('"then relaxed: single-quoted strings, None True False, Python escapes"', () => {
  test('whatever Python writes as repr, inside of JSON', () => {
    const values = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(values, fc.string({ unit: 'grapheme' }), (value, key) => {
        const text = `{"sn_request": {${JSON.stringify(key)}: ${pythonLiteral(value)}}}`;
        const read = plain(parseRelaxedJson(text, LIMITS));
        deepEqual(read, JSON.parse(JSON.stringify({ sn_request: { [key]: value } })));
      }),
      RUNS,
    );
  });

  test('a string of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        equal(parseRelaxedJson(`['', ${pythonRepr(text)}]`, LIMITS)?.[1 as never], text);
      }),
      RUNS,
    );
  });

  test('what is strict JSON is read as such, and as strictly', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        deepEqual(plain(parseRelaxedJson(text, LIMITS)), plain(parseJson(text, LIMITS)));
      }),
      RUNS,
    );
  });

  test('escapes of both', () => {
    const read = parseRelaxedJson(
      String.raw`['\'\"\\\/\a\b\f\n\r\t\v\x41\101\0\u82cf\U0001F600', "it's \x27"]`,
      LIMITS,
    );
    deepEqual(read, ['\'"\\/\x07\b\f\n\r\t\vAA\0苏😀', "it's '"]);
  });

  for (const text of [
    ...["{'a': 1,}", "['a',]", "('a',)", "{'a', 'b'}", "u'a'", "b'a'", "'a' 'b'", "'''a'''"],
    ...["'a", "'a\n'", "'\\q'", "'\\x4'", "'\\u123'", "'\\U00110000'", "'\\N{DASH}'", 'none'],
    ...["{a: 'b'}", "{'a' 'b'}", "{1: 'a'}", 'NaN', 'nan', '1_000', '0x1', "'a' # b", '01', ''],
  ]) {
    test(`refused: ${JSON.stringify(text)}`, () =>
      throws(() => parseRelaxedJson(text, LIMITS), JsonError));
  }

  test('the error is that of the reading which came further', () => {
    throws(() => parseRelaxedJson("{'a': 'b', 'c' 1}", LIMITS), /colon .*column 16/);
  });
});
