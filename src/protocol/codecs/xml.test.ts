// Tests what the strict XML reader refuses, with the position, and what it reads;
// xml-judged.test.ts compares it with a library.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { escapeXml, parseXml, writeXml, type XmlElement, XmlError, type XmlLimits } from './xml.ts';

const ROOMY: XmlLimits = { maxBytes: 1024 * 1024 };
const read = (text: string, limits: Partial<XmlLimits> = {}): XmlElement =>
  parseXml(text, { ...ROOMY, ...limits });
const leaf = (name: string, text = ''): XmlElement => ({ name, text, children: [] });
const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);

function refuses(text: string, problem: string, line: number, column: number, limits = {}): void {
  throws(
    () => read(text, limits),
    (error) => {
      ok(error instanceof XmlError, String(error));
      equal(error.message, `${problem} (line ${line}, column ${column})`);
      deepEqual([error.code, error.line, error.column], ['ERR_XML', line, column]);
      return true;
    },
  );
}

type Refusal = readonly [text: string, problem: string, line: number, column: number];

function refusals(rule: string, cases: readonly Refusal[]): void {
  describe(rule, () => {
    for (const refusal of cases) test(JSON.stringify(refusal[0]), () => refuses(...refusal));
  });
}

const DECLARED = 'DOCTYPE and other declarations are not accepted';
const INSTRUCTION = 'processing instructions are not accepted';
const FORBIDDEN = 'character that XML does not allow';
const reference = (text: string): string =>
  `reference ${text} is not one of the five or a character`;

refusals('"refused are DOCTYPE": with and without a subset, wherever it stands', [
  ['<!DOCTYPE a><a/>', DECLARED, 1, 1],
  ['<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>', DECLARED, 2, 1],
  ['<!DOCTYPE a [<!ENTITY lol "lol">]><a>&lol;</a>', DECLARED, 1, 1],
  ['<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>', DECLARED, 1, 1],
  ['<a>\n <!ENTITY b "c"></a>', DECLARED, 2, 2],
  ['<a/><!DOCTYPE a>', 'content after the root element', 1, 5],
  ['<!doctype html><a/>', DECLARED, 1, 1],
]);

refusals('"entities other than the five and character references" are refused', [
  ['<a>x\ny&nbsp;</a>', reference('&nbsp;'), 2, 2],
  // Names that every JavaScript object inherits are unknown entities like any other name.
  ['<a>&constructor;</a>', reference('&constructor;'), 1, 4],
  ['<a>&__proto__;</a>', reference('&__proto__;'), 1, 4],
  ['<a>&toString;</a>', reference('&toString;'), 1, 4],
  ['<a>&AMP;</a>', reference('&AMP;'), 1, 4],
  ['<a>&;</a>', reference('&;'), 1, 4],
  ['<a>a & b</a>', reference('& b'), 1, 6],
  ['<a>&amp</a>', reference('&amp'), 1, 4],
  ['<a>&amp&lt;</a>', reference('&amp'), 1, 4],
  ['<a>&#;</a>', reference('&#;'), 1, 4],
  ['<a>&#x;</a>', reference('&#x;'), 1, 4],
  ['<a>&#X41;</a>', reference('&#X41;'), 1, 4],
  ['<a>&#4a;</a>', reference('&#4a;'), 1, 4],
  ['<a>&#-1;</a>', reference('&#-1;'), 1, 4],
  ['<a>&#1114112;</a>', reference('&#1114112;'), 1, 4],
  ['<a>&#x110000;</a>', reference('&#x110000;'), 1, 4],
  ['<a xmlns="&b;"/>', reference('&b;'), 1, 11],
]);

refusals('"control characters" and what else XML cannot carry are refused, as references too', [
  ['<a>&#0;</a>', reference('&#0;'), 1, 4],
  ['<a>&#x1F;</a>', reference('&#x1F;'), 1, 4],
  ['<a>&#xD800;</a>', reference('&#xD800;'), 1, 4],
  ['<a>&#57343;</a>', reference('&#57343;'), 1, 4],
  ['<a>&#xD83D;&#xDE00;</a>', reference('&#xD83D;'), 1, 4],
  ['<a>&#xFFFE;</a>', reference('&#xFFFE;'), 1, 4],
  ['<a>&#xFFFF;</a>', reference('&#xFFFF;'), 1, 4],
  ['<a>\u0000</a>', FORBIDDEN, 1, 4],
  ['<a>x\ny\u0008</a>', FORBIDDEN, 2, 2],
  ['<a>\u000B</a>', FORBIDDEN, 1, 4],
  ['<a>\u000C</a>', FORBIDDEN, 1, 4],
  ['<a>\u001B</a>', FORBIDDEN, 1, 4],
  ['<a>\uFFFE</a>', FORBIDDEN, 1, 4],
  ['<a>\uFFFF</a>', FORBIDDEN, 1, 4],
  ['<a>\uD83D</a>', FORBIDDEN, 1, 4],
  ['<a>\uDE00\uD83D</a>', FORBIDDEN, 1, 4],
  ['<a><!--\u0001--></a>', FORBIDDEN, 1, 8],
  ['<a><![CDATA[\u0001]]></a>', FORBIDDEN, 1, 13],
  ['<a xmlns="\u0001"/>', FORBIDDEN, 1, 11],
  ['<a/>\u0000', FORBIDDEN, 1, 5],
]);

refusals('"processing instructions other than the declaration" are refused', [
  ['<?php echo?><a/>', INSTRUCTION, 1, 1],
  ['<a><?b c?></a>', INSTRUCTION, 1, 4],
  ['<?xml-stylesheet href="x"?><a/>', INSTRUCTION, 1, 1],
  ['<a/><?b?>', 'content after the root element', 1, 5],
  ['\n<!-- --><?xml version="1.0"?><a/>', INSTRUCTION, 2, 9],
  ['\n<?xml?><a/>', INSTRUCTION, 2, 1],
  ['<?xml version="1.0"?><?xml version="1.0"?><a/>', INSTRUCTION, 1, 22],
  ['<?xml?><a/>', INSTRUCTION, 1, 1],
  ['<?xml encoding="utf-8"?><a/>', 'malformed XML declaration', 1, 1],
  ['<?xml version="2.0"?><a/>', 'malformed XML declaration', 1, 1],
  ['<?xml version="1.0\'?><a/>', 'malformed XML declaration', 1, 1],
  ['<?xml version="1.0" standalone="maybe"?><a/>', 'malformed XML declaration', 1, 1],
  ['<?xml version="1.0" encoding=""?><a/>', 'malformed XML declaration', 1, 1],
]);

refusals('"attributes other than xmlns*" are refused, and what is no attribute', [
  ['<a\n  id="1"/>', 'attribute id; only xmlns, xsi:nil and xsi:type are accepted', 2, 3],
  ['<a x:y="1"/>', 'attribute x:y; only xmlns, xsi:nil and xsi:type are accepted', 1, 4],
  ['<a xml:lang="zh"/>', 'attribute xml:lang; only xmlns, xsi:nil and xsi:type are accepted', 1, 4],
  ['<a xmlnsx="1"/>', 'attribute xmlnsx; only xmlns, xsi:nil and xsi:type are accepted', 1, 4],
  ['<a xmlns="u" xmlns="u"/>', 'attribute xmlns given twice', 1, 14],
  ['<a xmlns:x="u" xmlns:x="v"/>', 'attribute xmlns:x given twice', 1, 16],
  ['<a xmlns="u"xmlns:x="v"/>', 'malformed start tag', 1, 13],
  ['<a xmlns/>', 'attribute without a value', 1, 9],
  ['<a xmlns=u/>', 'attribute value without quotes', 1, 10],
  ['<a xmlns="u/>', 'attribute value is not closed', 1, 10],
  ['<a xmlns="<"/>', '< in an attribute value', 1, 10],
  ['<a xmlns:="u"/>', 'attribute without a value', 1, 9],
]);

refusals('what is not well-formed is refused', [
  ['', 'the root element is missing', 1, 1],
  [' \n ', 'the root element is missing', 2, 2],
  ['text', 'the root element is missing', 1, 1],
  ['<a/><b/>', 'content after the root element', 1, 5],
  // 001's own sample contains </Request> twice.
  ['<Request></Request></Request>', 'content after the root element', 1, 20],
  ['<a/> x', 'content after the root element', 1, 6],
  ['<a>', '<a> is not closed', 1, 1],
  ['<a>\n<b></b>x', '<a> is not closed', 1, 1],
  ['<a>\n<b></c></a>', '<b> is closed by another tag', 2, 4],
  ['<a></ab>', '<a> is closed by another tag', 1, 4],
  ['<ab></a>', '<ab> is closed by another tag', 1, 5],
  ['<a></a', '<a> is closed by another tag', 1, 4],
  ['<a><b></a></b>', '<b> is closed by another tag', 1, 7],
  ['<a>x]]></a>', ']]> in text', 1, 5],
  ['<a><!-- a -- b --></a>', '-- inside a comment', 1, 11],
  ['<a><!-- a ---></a>', '-- inside a comment', 1, 11],
  ['<a><!-- a</a>', 'comment is not closed', 1, 4],
  ['<a><!---></a>', 'comment is not closed', 1, 4],
  ['<a><![CDATA[b</a>', 'CDATA section is not closed', 1, 4],
  ['<a><![cdata[b]]></a>', DECLARED, 1, 4],
  ['<a/ >', 'malformed start tag', 1, 3],
  ['<a\u00A0/>', 'malformed start tag', 1, 3],
  ['< a/>', 'a name is expected', 1, 2],
  ['<1/>', 'a name is expected', 1, 2],
  ['<>', 'a name is expected', 1, 2],
  ['<a', 'malformed start tag', 1, 3],
  ['<x:a/>', 'malformed start tag', 1, 3],
  ['<a><x:b xmlns:x="u">1</x:b></a>', 'malformed start tag', 1, 6],
]);

test('the reader refuses text beside elements in either sequence, and accepts white space and comments', () => {
  const problem = '<a> holds text beside elements';
  refuses('<a>x<b/></a>', problem, 1, 1);
  refuses('<a><b/>x</a>', problem, 1, 1);
  refuses('<r>\n <a><b/><![CDATA[x]]></a></r>', problem, 2, 2);
  refuses('<a><b/>&#65;</a>', problem, 1, 1);
  refuses('<a><b/>\u00A0</a>', problem, 1, 1);
  deepEqual(read('<a>\r\n\t <b/><!-- c --> <c>1</c></a>').children, [leaf('b'), leaf('c', '1')]);
});

test('"depth over 16" is refused: 16 is read, 17 is not, and a smaller limit holds', () => {
  let deepest = read(nested(16));
  for (let depth = 1; depth < 16; depth++) deepest = deepest.children[0]!;
  deepEqual(deepest, leaf('a'));
  refuses(nested(17), 'elements nested deeper than 16', 1, 49);
  refuses(nested(100_000), 'elements nested deeper than 16', 1, 49);
  refuses(nested(3), 'elements nested deeper than 2', 1, 7, { maxDepth: 2 });
});

test('the size limit counts bytes of UTF-8: a document at the limit is read, one byte more is refused', () => {
  const text = '<a>订😀</a>'; // 7 + 3 + 4 bytes, 10 code units
  equal(Buffer.byteLength(text), 14);
  deepEqual(read(text, { maxBytes: 14 }), leaf('a', '订😀'));
  refuses(text, 'document larger than 13 bytes', 1, 11, { maxBytes: 13 });
  for (const character of ['x', 'é', '单', '😀']) {
    const size = Buffer.byteLength(character);
    const full = `<a>${character.repeat(Math.floor((65_536 - 7) / size))}</a>`.padEnd(65_536, ' ');
    const fitting = full.slice(0, full.length - (Buffer.byteLength(full) - 65_536));
    equal(Buffer.byteLength(fitting), 65_536);
    equal(read(fitting, { maxBytes: 65_536 }).name, 'a');
    throws(
      () => read(`${fitting} `, { maxBytes: 65_536 }),
      /^XmlError: document larger than 65536/,
    );
  }
});

test('a repeated element is refused, or kept in sequence if repeats are allowed', () => {
  refuses('<a><b>1</b>\n<b>2</b></a>', '<b> given twice', 2, 1);
  refuses('<a><b/><c/><b/></a>', '<b> given twice', 1, 12);
  equal(read('<a><b><c/></b><c/></a>').children.length, 2); // not in the same element
  equal(read('<a><b/><B/></a>').children.length, 2); // not the same name
  const repeated = read('<a><b>1</b><b>2</b></a>', { repeats: 'allow' });
  deepEqual(repeated.children, [leaf('b', '1'), leaf('b', '2')]);
});

test('valid UTF-8 is read as UTF-8 whatever is declared, with "white space before the declaration"', () => {
  for (const declaration of [
    '<?xml version="1.0"?>',
    "<?xml version='1.0' encoding='UTF-8'?>",
    '<?xml version="1.0" encoding="utf-16"?>',
    '<?xml version = "1.0" encoding = "Utf-8" standalone = "yes" ?>\n',
    '<?xml version="1.1" standalone="no"?>',
    '<?xml version="1.0" encoding="gb2312"?>',
    "<?xml version='1.0' encoding='GBK' standalone='yes'?>",
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    '\n<?xml version="1.0"?>',
    ' \t\r\n<?xml version="1.0" encoding="GB18030"?>\r\n',
  ]) {
    deepEqual(read(`${declaration}<a>订</a>`), leaf('a', '订'), declaration);
    deepEqual(read(`\uFEFF${declaration}<a>1</a>`), leaf('a', '1'), `BOM ${declaration}`);
  }
  refuses('\uFEFF\uFEFF<a/>', 'the root element is missing', 1, 1);
});

test('line ends become LF (XML 1.0, 2.11); a line end written as a reference stays', () => {
  equal(read('<a>1\r\n2\r3\n4\r\r\n5</a>').text, '1\n2\n3\n4\n\n5');
  equal(read('<a>&#13;\r\n&#xD;&#10;&#9;</a>').text, '\r\n\r\n\t');
  equal(read('<a>\u0085\u2028</a>').text, '\u0085\u2028'); // line ends in XML 1.1 only
  refuses('<a>\r\n\r&b;</a>', reference('&b;'), 3, 1);
});

test('the reader handles CDATA and comments as XML defines them', () => {
  equal(read('<a>1<![CDATA[<b>&amp;]] ]>]]>2<!-- <c> &d; -->3</a>').text, '1<b>&amp;]] ]>23');
  equal(read('<a><![CDATA[]]]]><![CDATA[>]]></a>').text, ']]>');
  equal(read('<a>]]&gt;]]<!---->&#62;]]<![CDATA[>]]></a>').text, ']]>]]>]]>');
  equal(read('<!-- 1 --><a/><!-- - -->\n').name, 'a');
});

test('the reader accepts the five entities, characters by number, names in any script, and xmlns', () => {
  equal(read('<a>&amp;&lt;&gt;&quot;&apos;</a>').text, '&<>"\'');
  equal(read('<a>&amp;lt;&#38;amp;</a>').text, '&lt;&amp;'); // one level, never two
  equal(read('<a>&#65;&#x4e2D;&#x1F600;&#0000065;&#x10FFFF;</a>').text, 'A中😀A\u{10FFFF}');
  deepEqual(read('<订单 ><é.1-·/></订单 >').children, [leaf('é.1-·')]);
  deepEqual(read('<a xmlns="u>&amp;" xmlns:x = \'"\'>1</a>'), leaf('a', '1'));
  deepEqual([read('<a/>'), read('<a />'), read('<a></a>')], [leaf('a'), leaf('a'), leaf('a')]);
});

test('the writer escapes text, and writes U+FFFD for characters that XML cannot carry', () => {
  equal(
    escapeXml('a&b<c>d\re\u0000f\uD800g\uFFFE😀"\''),
    'a&amp;b&lt;c&gt;d&#xD;e\uFFFDf\uFFFDg\uFFFD😀"\'',
  );
  const tree = [
    ['a', [['b', '1&2']]],
    ['c', ''],
    ['d', []],
  ] as const;
  equal(writeXml(tree), '<a><b>1&amp;2</b></a><c></c><d></d>');
});
