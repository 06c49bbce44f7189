// Tests that forms are decoded strictly, and that replies are encoded like .NET's
// HttpUtility.UrlEncode.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dotNetUrlEncode, isUrlSafe, parseForm, percentDecode } from './form.ts';

describe('space +, lower-case hex, safe set -_.!*(): as HttpUtility.UrlEncode writes it', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', ''],
    ['AZaz09', 'AZaz09'],
    ['-_.!*()', '-_.!*()'],
    ['a b  c', 'a+b++c'],
    ['~', '%7e'],
    ["'", '%27'],
    ['+', '%2b'],
    ['%7E', '%257E'],
    ['&=/?:;,@$#', '%26%3d%2f%3f%3a%3b%2c%40%24%23'],
    ['"<>[]{}|\\^`', '%22%3c%3e%5b%5d%7b%7d%7c%5c%5e%60'],
    ['\t\r\n', '%09%0d%0a'],
    ['é', '%c3%a9'],
    ['催单成功', '%e5%82%ac%e5%8d%95%e6%88%90%e5%8a%9f'],
    ['😀', '%f0%9f%98%80'],
    ['\u{10FFFF}', '%f4%8f%bf%bf'],
    ['<?xml version="1.0"?>', '%3c%3fxml+version%3d%221.0%22%3f%3e'],
  ];
  for (const [text, encoded] of table) {
    test(JSON.stringify(text), () => equal(dotNetUrlEncode(text), encoded));
  }

  test('letters, digits and the safe set stay as they are; every other ASCII character becomes %xx', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      const escaped = `%${code.toString(16).padStart(2, '0')}`;
      const stays = /[A-Za-z0-9\-_.!*()]/.test(character);
      const expected = stays ? character : character === ' ' ? '+' : escaped;
      equal(dotNetUrlEncode(character), expected, escaped);
    }
  });
});

describe('percentDecode', () => {
  test('+ becomes a space, %XX in upper or lower case becomes UTF-8, other characters stay', () => {
    equal(percentDecode('a+b%20c%2B'), 'a b c+');
    equal(percentDecode('%E5%82%ac'), '催');
    equal(percentDecode('%f0%9F%98%80'), '😀');
    equal(percentDecode('订单~\'"<'), '订单~\'"<');
    equal(percentDecode('%00%25'), '\u0000%');
    equal(percentDecode(''), '');
  });

  const refused = {
    'a % without two hex digits': ['%', 'a%', '%2', '%2g', '%g2', '%%20', '% 20', '%u4e2d'],
    'bytes that end inside a character': ['%e5', '%e5%82', 'a%e5%82b', '%f0%9f%98'],
    'bytes that begin no character': ['%80', '%bf', '%ff', '%fe', '%a4%a4'],
    'overlong forms': ['%c0%80', '%c1%bf', '%e0%80%80', '%f0%80%80%80'],
    'surrogates, and what is beyond Unicode': ['%ed%a0%80', '%ed%bf%bf', '%f4%90%80%80'],
    'GB2312, which is not UTF-8': ['%b4%df%b5%a5'],
  };
  for (const [rule, cases] of Object.entries(refused)) {
    test(`refuses ${rule}`, () => {
      for (const text of cases) equal(percentDecode(text), null, text);
    });
  }
});

describe('parseForm', () => {
  test('keeps the sequence of fields and duplicates; a value may contain =', () => {
    const fields = parseForm('b=1&a=2&b=3&c=x=y&%62=4');
    deepEqual(fields, [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['c', 'x=y'],
      ['b', '4'],
    ]);
  });

  test('a field may lack its =, its name or its value; an empty text between two & is no field', () => {
    deepEqual(parseForm('a'), [['a', '']]);
    deepEqual(parseForm('a='), [['a', '']]);
    deepEqual(parseForm('=a'), [['', 'a']]);
    deepEqual(parseForm('&&a=1&'), [['a', '1']]);
    deepEqual(parseForm(''), []);
  });

  test('the parser refuses a form if the name or the value of one field does not decode', () => {
    equal(parseForm('a=1&b=%'), null);
    equal(parseForm('a=1&%zz=2'), null);
    equal(parseForm('a=%ff&b=1'), null);
    equal(parseForm('%ff'), null);
  });
});

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."+%&=~' é催😀\u0000", '%41', '%'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('percentDecode restores the output of dotNetUrlEncode, which is ASCII without & and =', () => {
  fc.assert(
    fc.property(text, (given) => {
      const encoded = dotNetUrlEncode(given);
      equal(/^[A-Za-z0-9\-_.!*()+%]*$/.test(encoded), true, encoded);
      equal(percentDecode(encoded), given);
      equal(isUrlSafe(given), encoded === given);
    }),
    { numRuns: 2000 },
  );
});

test('parseForm restores a form that URLSearchParams or dotNetUrlEncode has written', () => {
  const fields = fc.array(fc.tuple(text, text), { maxLength: 5 });
  fc.assert(
    fc.property(fields, (given) => {
      deepEqual(parseForm(new URLSearchParams(given).toString()), given);
      const written = given
        .map(([n, v]) => `${dotNetUrlEncode(n)}=${dotNetUrlEncode(v)}`)
        .join('&');
      deepEqual(parseForm(written), given);
    }),
    { numRuns: 2000 },
  );
});

test('the parser decodes or refuses any text, and never throws', () => {
  const anything = fc.string({ unit: fc.constantFrom(...'%%%&=+0189abef', '催', '\uD800') });
  let refused = 0;
  fc.assert(
    fc.property(anything, (given) => {
      const fields = parseForm(given);
      if (fields === null) refused++;
      // The form is refused exactly if one of the names or values does not decode.
      const halves = given.split(/[&=]/).map(percentDecode);
      equal(fields === null, halves.includes(null));
    }),
    { numRuns: 2000 },
  );
  equal(refused > 200 && refused < 1950, true, `${refused} of 2000 were refused`);
});
