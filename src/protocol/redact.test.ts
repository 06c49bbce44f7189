// Tests that secrets are removed from texts, by their names and by their values, in every form of
// body.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert, constantFrom, property, string } from 'fast-check';
import {
  hideSecrets,
  isSecretName,
  longSecrets,
  maskNamedInForm,
  maskNamedInJson,
  SECRET_NAMES,
} from './redact.ts';

const NAMES = [
  'pwd',
  'cdkey',
  'pin',
  '卡密',
  'Key',
  'cardSec',
  'appSecret',
  'access_token',
  'PASSWORD',
  'cd_key',
  '密码',
];

test('names of secrets, in any case, and names that only resemble them', () => {
  for (const name of NAMES) ok(isSecretName(name), name);
  for (const name of ['appKey', 'keyword', 'shipping', 'orderId', 'spin', 'monkey', 'cipher'])
    ok(!isSecretName(name), name);
});

test('every name of the pattern is masked: the quick pre-check misses none', () => {
  // The shortest and a longer name of each alternative: `\\w{0,20}` becomes nothing, or one letter.
  const alternatives = SECRET_NAMES.split(/\|(?![^(]*\))/).flatMap((text) => {
    const group = /\(\?:([^)]*)\)/.exec(text);
    return group ? group[1]!.split('|').map((one) => text.replace(group[0], one)) : [text];
  });
  ok(alternatives.length > 30, `${alternatives.length}`);
  for (const alternative of alternatives) {
    for (const [letters, optional] of [
      ['', ''],
      ['x', '$1'],
    ] as const) {
      const name = alternative.replaceAll('\\w{0,20}', letters).replaceAll(/(.)\?/g, optional);
      ok(/^[\w\u0080-\uffff]+$/.test(name) && isSecretName(name), name);
      for (const written of [name, name.toUpperCase()]) {
        ok(!maskNamedInForm(`<a>1</a><${written}>S3CRET</${written}>`).includes('S3CRET'), written);
        ok(!maskNamedInForm(`a=1&${written}=S3CRET`).includes('S3CRET'), written);
        ok(!maskNamedInJson(`{"a":1,"${written}":"S3CRET"}`).includes('S3CRET'), written);
      }
    }
  }
});

describe('JSON', () => {
  for (const name of NAMES) {
    test(`${name}: plain, in single quotes, inside a string, cut off, as a list or an object`, () => {
      const inner = JSON.stringify({ [name]: 'S3CRET', other: 'kept' });
      for (const text of [
        inner,
        `{'${name}' : 'S3CRET', 'other': 'kept'}`,
        JSON.stringify({ remark: inner }),
        JSON.stringify({ remark: JSON.stringify({ deeper: inner }) }),
        `{"other":"kept","${name}":"S3CRET`,
        `{"${name}":{"a":"S3CRET"},"other":"kept"}`,
        `{"${name}":["S3CRET",{"b":"S3CRET"}],"other":"kept"}`,
        `{"${name}":"S3\\"CRET","other":"kept"}`,
        `{"${name}": S3CRET,"other":"kept"}`,
      ]) {
        const masked = maskNamedInJson(text);
        ok(!masked.includes('S3') && !masked.includes('CRET'), masked);
        ok(masked.includes('kept') && masked.includes('***'), masked);
      }
    });
  }

  test('a text without a secret stays unchanged', () => {
    const text = '{"orderId":"1","keyword":"x","remark":"{\\"a\\":\\"b\\"}"}';
    equal(maskNamedInJson(text), text);
  });
});

describe('XML and forms', () => {
  for (const name of NAMES) {
    test(name, () => {
      const xml = `<R><a>kept</a><${name}>S3CRET</${name}><b>kept</b></R>`;
      for (const text of [
        xml,
        encodeURIComponent(xml).replaceAll(encodeURIComponent(name), name),
        `a=kept&${name}=S3CRET&b=kept`,
        `<R>kept<x:${name} a="1">S3CRET</x:${name}></R>`,
        `<R>kept<${name}><![CDATA[S3CRET]]></${name}></R>`,
        `<R>kept<${name}>S3CRET`,
      ]) {
        const masked = maskNamedInForm(text);
        ok(!masked.includes('S3CRET'), masked);
        ok(masked.includes('kept'), masked);
      }
    });
  }
});

test('a secret is hidden wherever it forms a word', () => {
  const isSecret = (word: string) => word === 'b7e1c0a4d25f4b6f' || word === 'with-dashes_1';
  for (const text of [
    'b7e1c0a4d25f4b6f',
    'no partner b7e1c0a4d25f4b6f',
    '%3EB%3eb7e1c0a4d25f4b6f%3C',
    '{"a":"b7e1c0a4d25f4b6f"}',
    'x-b7e1c0a4d25f4b6f-y',
    'is with-dashes_1, indeed',
  ]) {
    const hidden = hideSecrets(text, isSecret);
    ok(!/b7e1c0a4|with-dashes/.test(hidden), hidden);
  }
  equal(hideSecrets('b7e1c0a4d25f4b60 and more', isSecret), 'b7e1c0a4d25f4b60 and more');
});

test('the search for long words finds the same words as a pattern', () => {
  const seen = new Set<string>();
  const isSecret = (word: string): boolean => {
    seen.add(word);
    return false;
  };
  const text = string({ unit: constantFrom(...'ab0_+/=.~-% <é\u{1F600}'), maxLength: 200 });
  assert(
    property(text, (one) => {
      seen.clear();
      longSecrets(one, isSecret);
      const words = one.match(/[\w+/=.~-]{16,}/g) ?? [];
      const parts = words.flatMap((word) => word.match(/[\w.~-]{16,}/g) ?? []);
      deepEqual([...seen].sort(), [...new Set([...words, ...parts])].sort());
    }),
    { numRuns: 2000 },
  );
});

test('the time for the worst texts is proportional to their length', () => {
  const size = 64 * 1024;
  for (const unit of [
    '"',
    '\\',
    '"key":',
    '"key',
    '{"key":[',
    '<key>',
    '%3Ckey%3E',
    '&key=',
    'a1',
    '"key" ',
  ] as const) {
    const text = unit.repeat(size / unit.length);
    const started = process.cpuUsage();
    for (const mask of [maskNamedInJson, maskNamedInForm]) mask(text);
    hideSecrets(text, () => false);
    const { user } = process.cpuUsage(started);
    ok(user < 1_000_000, `${unit}: ${user} µs`);
  }
});
