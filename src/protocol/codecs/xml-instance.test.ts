// Tests nil and type of XMLSchema-instance, and original line ends, as serializers and templates
// write them.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseXml, type XmlElement, type XmlLimits } from './xml.ts';

const read = (text: string, limits: Partial<XmlLimits> = {}): XmlElement =>
  parseXml(text, { maxBytes: 1024 * 1024, ...limits });
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const leaf = (name: string, text = ''): XmlElement => ({ name, text, children: [] });

describe('nil with a prefix bound to XMLSchema-instance, or with an undeclared xsi:, means an absent value', () => {
  const absent: Readonly<Record<string, string>> = {
    'as .NET writes it': `<r xmlns:xsi="${INSTANCE}"><a>1</a><b xsi:nil="true" /></r>`,
    'under another prefix': `<r xmlns:i='${INSTANCE}'><a>1</a><b i:nil='true'></b></r>`,
    'declared by the element itself, behind its use': `<r><a>1</a><b x:nil="1" xmlns:x="${INSTANCE}"/></r>`,
    'a bare xsi:': '<r><a>1</a><b xsi:nil="true"/></r>',
    'with a type, blanks and references': `<r><b xsi:nil=" &#116;rue "  xsi:type="x:y"/><a>1</a></r>`,
    'of which a comment is no content': '<r><b xsi:nil="true"><!-- none --></b><a>1</a></r>',
  };
  for (const [what, text] of Object.entries(absent)) {
    test(what, () => {
      for (const repeats of ['refuse', 'allow'] as const) {
        deepEqual(read(text, { repeats }).children, [leaf('a', '1')]);
      }
    });
  }

  test('nil="false" and nil="0" leave an ordinary value; the reader ignores a type', () => {
    const text = '<r><a xsi:nil="false">1</a><b xsi:nil="0" xsi:type="xsd:string"/></r>';
    deepEqual(read(text).children, [leaf('a', '1'), leaf('b')]);
    equal(read(`<r xmlns:p="${INSTANCE}" p:type="R">1</r>`).text, '1');
  });

  test('an element that contains only nil elements is empty', () => {
    deepEqual(read('<r>\n <a xsi:nil="true"/>\n</r>'), leaf('r'));
  });

  const refused: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
    content: [
      '<r><a xsi:nil="true">1</a></r>',
      /<a> is nil and holds content \(line 1, column 4\)/,
    ],
    'white space as content': ['<r><a xsi:nil="1"> </a></r>', /is nil and holds content/],
    elements: ['<r><a xsi:nil="1"><b/></a></r>', /is nil and holds content/],
    'an element that is nil, too': ['<r><a xsi:nil="1"><b xsi:nil="1"/></a></r>', /holds content/],
    'any other word': ['<r><a xsi:nil="yes"/></r>', /xsi:nil is neither true nor false/],
    'a prefix of another namespace': [
      '<r xmlns:xsi="urn:x"><a xsi:nil="true"/></r>',
      /attribute xsi:nil; only/,
    ],
    'a prefix of nobody': ['<r><a i:nil="true"/></r>', /attribute i:nil; only/],
    'a prefix whose declaration has ended': [
      `<r><b xmlns:i="${INSTANCE}"/><a i:nil="true"/></r>`,
      /attribute i:nil; only/,
    ],
    'no prefix, the namespace being the default': [
      `<r xmlns="${INSTANCE}"><a nil="true"/></r>`,
      /attribute nil; only/,
    ],
    'other attributes of it': [
      '<r xsi:schemaLocation="x y"/>',
      /attribute xsi:schemaLocation; only/,
    ],
    'nil under two prefixes': [
      `<r xmlns:i="${INSTANCE}"><a i:nil="1" xsi:nil="0"/></r>`,
      /given twice, under two prefixes/,
    ],
    'nil twice': ['<r><a xsi:nil="1" xsi:nil="1"/></r>', /attribute xsi:nil given twice/],
    'the root': ['<r xsi:nil="1"/>', /the root element is nil/],
    'text beside it': ['<r>x<a xsi:nil="1"/></r>', /<r> holds text beside elements/],
  };
  for (const [what, [text, problem]] of Object.entries(refused)) {
    test(`refused: ${what}`, () => throws(() => read(text), problem));
  }

  test('the reader refuses a repeated nil attribute or element, also if lists are allowed', () => {
    for (const text of [
      '<r><a xsi:nil="1"/><a>1</a></r>',
      '<r><a>1</a><a xsi:nil="1"/></r>',
      '<r><a xsi:nil="1"/><a xsi:nil="1"/></r>',
    ]) {
      throws(() => read(text), /<a> given twice/);
      throws(() => read(text, { repeats: 'allow' }), /<a> given twice/);
    }
  });

  test('a prefix that an inner element redeclares is valid up to the end of that element', () => {
    const inner = `<a xmlns:i="urn:x"><b xmlns:i="${INSTANCE}" i:nil="1"/></a>`;
    const text = `<r xmlns:i="${INSTANCE}">${inner}<c i:nil="1"/></r>`;
    deepEqual(read(text).children, [leaf('a')]);
    throws(() => read(text.replace('<b ', '<b/><d i:nil="1"/><b ')), /attribute i:nil; only/);
  });
});

describe('line ends as they were sent', () => {
  test('the reader also keeps the original line ends, only on request and only if they differ', () => {
    const text = '<r><a>1\r\n2\r3\n4</a><b>1\n2</b><c>&#13;\n</c></r>';
    deepEqual(read(text, { keepLineEnds: true }).children, [
      { name: 'a', text: '1\n2\n3\n4', sent: '1\r\n2\r3\n4', children: [] },
      leaf('b', '1\n2'),
      leaf('c', '\r\n'),
    ]);
    ok(read(text).children.every((child) => !('sent' in child)));
  });

  test('the original line ends survive around references, comments and CDATA', () => {
    const [a] = read('<r><a>&lt;\r\n<!--\r-->\r<![CDATA[&\r\n]]>&#13;\n</a></r>', {
      keepLineEnds: true,
    }).children;
    deepEqual([a!.text, a!.sent], ['<\n\n&\n\r\n', '<\r\n\r&\r\n\r\n']);
  });

  test('the original text with normalised line ends equals the text', () => {
    const pieces = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', '<!--x-->', ' '), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const [a] = read(`<r><a>${parts.join('')}</a></r>`, { keepLineEnds: true }).children;
        equal(a!.sent ?? a!.text, parts.join('').replaceAll('<!--x-->', ''));
        const chunks = parts.join('').split('<!--x-->');
        equal(a!.text, chunks.map((chunk) => chunk.replace(/\r\n?/g, '\n')).join(''));
      }),
    );
  });
});
