// Compares the XML reader with the library @xmldom/xmldom, on generated and on broken documents.
import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { DOMParser, type Node } from '@xmldom/xmldom';
import fc from 'fast-check';
import {
  parseXml,
  parseXmlStrictly,
  writeXml,
  type XmlElement,
  XmlError,
  type XmlTree,
} from './xml.ts';

/** The number of runs; XML_RUNS=200000 makes a long run. */
const RUNS = Number(process.env.XML_RUNS ?? 2000);

interface Judged {
  readonly tree: XmlElement | undefined;
  readonly problems: readonly string[];
}

/**
 * The result of xmldom in our form. Some rules of xmldom differ from XML 1.0:
 * - xmldom normalises U+0085 and U+2028 to LF, as XML 1.1 does; XML 1.0 (2.11) normalises only CR
 * LF and CR.
 * - xmldom accepts a lone byte order mark as content; by XML 1.0 (4.3.3) it is not part of the
 * document.
 * - xmldom and XML refuse white space before the declaration; our reader skips it.
 * - xmldom warns of U+FFFD, which is an ordinary character.
 */
function judge(text: string): Judged {
  const problems: string[] = [];
  const parser = new DOMParser({
    locator: false,
    normalizeLineEndings: (source) => source.replace(/\r\n?/g, '\n'),
    onError: (level, message) => {
      if (!message.startsWith('Unicode replacement character'))
        problems.push(`${level} ${message}`);
    },
  });
  try {
    const root = parser.parseFromString(
      text.replace(/^\uFEFF?(?:[ \t\r\n]+(?=<\?xml[ \t\r\n]))?/, ''),
      'text/xml',
    ).documentElement;
    return { tree: root ? toTree(root) : undefined, problems };
  } catch (error) {
    return { tree: undefined, problems: [...problems, String(error)] };
  }
}

function toTree(element: Node): XmlElement {
  const children: XmlElement[] = [];
  let text = '';
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) children.push(toTree(node));
    else if (node.nodeType !== node.COMMENT_NODE) text += node.nodeValue;
  }
  if (children.length === 0) return { name: element.nodeName, text, children };
  // Our reader refuses text between elements unless it is white space, and drops white space.
  return { name: element.nodeName, text: text.replace(/[ \t\r\n]+/g, ''), children };
}

const LIMITS = { maxBytes: 1024 * 1024, repeats: 'allow' } as const;

/**
 * Reads with the strict reader, which must agree with the combined reader, whichever part did the
 * work.
 */
function read(text: string): XmlElement | XmlError {
  const strictly = resultOf(() => parseXmlStrictly(text, LIMITS));
  const whole = resultOf(() => parseXml(text, LIMITS));
  deepEqual(whole, strictly);
  return strictly;
}

function resultOf(run: () => XmlElement): XmlElement | XmlError {
  try {
    return run();
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error; // A parser may refuse a document, but must not fail in another way.
  }
}

const NAMES = ['a', 'b', 'Request', 'Param', 'OrderID', '备注', 'x-1', '_y.z', 'é', '\u{20000}'];
const PLAIN = [...'aZ09 \n\t-]=%"\'é订单😀\uFFFD\u2028\u0085\u00A0', '\r', '\r\n'];
const REFERENCES = [
  '&amp;',
  '&lt;',
  '&gt;',
  '&quot;',
  '&apos;',
  '&#65;',
  '&#x4E2D;',
  '&#x1F600;',
  '&#13;',
];
const string = (units: readonly string[]) => fc.string({ unit: fc.constantFrom(...units) });

const name = fc.constantFrom(...NAMES);
const text = string([...PLAIN, '>', ...REFERENCES]).map((s) =>
  s.replaceAll(']]>', ']] >').replace(/\]$/, '] '),
);
const cdata = string([...PLAIN, '<', '>', '&', '&lt;']).map(
  (s) => `<![CDATA[${s.replaceAll(']]>', ']] >')}]]>`,
);
const comment = string([...PLAIN, '<', '>', '&', '&b;']).map(
  (s) => `<!--${s.replaceAll('-', '- ')}-->`,
);
const space = string([' ', '\n', '\t', '\r\n']);
const blank = fc.oneof(space, comment, fc.constantFrom('&#32;', '&#10;', '<![CDATA[ ]]>'));
const attributes = fc.constantFrom(
  '',
  '',
  '',
  ' ',
  '\n',
  ' xmlns="urn:a"',
  " xmlns:b='>&amp;\"'",
  ' xmlns = "a" xmlns:b="c" ',
  ' i:type="b:string" xmlns:b="c" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"',
  ` xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil="false"`,
);
const joined = (parts: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(parts, { maxLength }).map((all) => all.join(''));

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  content: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    joined(fc.oneof(text, cdata, comment), 3),
    joined(fc.oneof({ arbitrary: tie('element'), weight: 3 }, blank), 5),
  ),
  element: fc
    .tuple(name, attributes, tie('content'), space)
    .map(([n, a, c, s]) => (c === '' && s === '' ? `<${n}${a}/>` : `<${n}${a}>${c}</${n}${s}>`)),
}));

const declaration = fc.constantFrom(
  '',
  '',
  '<?xml version="1.0"?>',
  '<?xml version=\'1.0\' encoding="UTF-8" ?>',
  '\uFEFF',
  '\uFEFF<?xml version="1.0" encoding="utf-16" standalone="yes"?>',
  '\n \r\n<?xml version="1.0" encoding="gb2312"?>',
);
const misc = joined(fc.oneof(space, comment), 2);
const wellFormed = fc.tuple(declaration, misc, element, misc).map((parts) => parts.join(''));

test('both readers build the same tree from a well-formed document of our subset', () => {
  let branching = 0;
  fc.assert(
    fc.property(wellFormed, (document) => {
      const ours = read(document);
      ok(!(ours instanceof XmlError), `refused: ${ours}`);
      deepEqual(judge(document), { tree: ours, problems: [] });
      if (ours.children.length > 1) branching++;
    }),
    { numRuns: RUNS },
  );
  ok(branching > RUNS / 20, `only ${branching} of ${RUNS} documents had several elements`);
});

const TOKENS = [
  ...['<', '>', '&', ';', '/', '"', "'", '=', '!', '?', '-', '--', ']', ']]>', ':', '#', ' ', 'x'],
  ...['<!--', '-->', '<![CDATA[', '<?', '?>', '</', '/>', '<a>', '</a>', '<a/>', '<x:a/>'],
  ...[
    '<!DOCTYPE a>',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '<?xml version="1.0"?>',
    '<?p?>',
    ' id="1"',
  ],
  ...[' xmlns="u"', ' xmlns:b="u"', ' xmlns', '&amp;', '&lt', '&nbsp;', '&constructor;', '&#65;'],
  ...[
    '&#0;',
    '&#xD800;',
    '&#xFFFE;',
    '&#x110000;',
    '\u0000',
    '\u000B',
    '\uFFFE',
    '\uD800',
    '\uDE00',
  ],
  ...['\uFEFF', '\u00A0', '\u0085', '\r', '\n', '订', '😀', 'encoding="gb2312"'],
];
const place = fc.double({ min: 0, max: 1, noNaN: true });
const mutation = fc.record({
  kind: fc.constantFrom(
    ...(['delete', 'insert', 'replace', 'duplicate', 'duplicateTag'] as const),
    ...(['insertText', 'insertText'] as const),
  ),
  from: place,
  to: place,
  length: fc.integer({ min: 1, max: 8 }),
  token: fc.constantFrom(...TOKENS),
});
/** Usually one mutation: with three mutations hardly any document stays well-formed. */
const mutations = fc.oneof(
  { arbitrary: fc.tuple(mutation), weight: 3 },
  fc.array(mutation, { minLength: 2, maxLength: 3 }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutate(document: string, { kind, from, to, length, token }: Mutation): string {
  const at = Math.floor(from * document.length);
  const end = Math.min(document.length, at + length);
  const [before, piece, after] = [
    document.slice(0, at),
    document.slice(at, end),
    document.slice(end),
  ];
  switch (kind) {
    case 'delete':
      return before + after;
    case 'insert':
      return before + token + piece + after;
    case 'replace':
      return before + token + after;
    case 'duplicate':
      return before + piece + piece + after;
    case 'insertText': {
      const end = document.indexOf('</', at);
      return end < 0 ? document + token : document.slice(0, end) + token + document.slice(end);
    }
    case 'duplicateTag': {
      const tags = document.match(/<[^<>]*>/g) ?? [''];
      const target = Math.floor(to * document.length);
      return document.slice(0, target) + tags[at % tags.length] + document.slice(target);
    }
  }
}

/**
 * xmldom refuses some well-formed documents, because it applies the DOM's createElementNS rules,
 * which forbid the element name `xmlns` and two reserved namespaces.
 */
const isDomRule = (problem: string): boolean => problem.includes('NamespaceError');

test('xmldom accepts every mutated document that our reader accepts, with the same tree', () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(wellFormed, mutations, (document, list) => {
      const broken = list.reduce(mutate, document);
      const ours = read(broken);
      if (ours instanceof XmlError) {
        refused++;
        return;
      }
      accepted++;
      const judged = judge(broken);
      if (judged.problems.some(isDomRule)) return;
      deepEqual(judged, { tree: ours, problems: [] });
    }),
    { numRuns: RUNS },
  );
  ok(accepted > RUNS / 10, `only ${accepted} of ${RUNS} mutants were accepted`);
  ok(refused > RUNS / 5, `only ${refused} of ${RUNS} mutants were refused`);
});

test('the position of a refusal lies inside the document', () => {
  fc.assert(
    fc.property(wellFormed, mutation, (document, m) => {
      const broken = mutate(document, m);
      const refusal = read(broken);
      if (!(refusal instanceof XmlError)) return;
      const lines = broken.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
      const line = lines[refusal.line - 1];
      ok(line !== undefined, refusal.message);
      ok(refusal.column >= 1 && refusal.column <= line.length + 1, refusal.message);
    }),
    { numRuns: RUNS },
  );
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...PLAIN, '<', '>', '&', '&amp;', ']]>', '<!--', '\u0000', '\u001F', '\uFFFE'),
    fc.constantFrom('\uD800', '\uDFFF'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const { tree } = fc.letrec<{ tree: XmlTree }>((tie) => ({
  tree: fc.array(fc.tuple(name, fc.oneof({ maxDepth: 5 }, anyText, tie('tree'))), { maxLength: 4 }),
}));

/** Replaces the characters that XML cannot carry (XML 1.0, 2.2), code point by code point. */
function carried(value: string): string {
  const can = (code: number): boolean =>
    [0x9, 0xa, 0xd].includes(code) ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000;
  return Array.from(value, (c) => (can(c.codePointAt(0)!) ? c : '\uFFFD')).join('');
}

test('parseXml and xmldom restore the output of writeXml', () => {
  const expected = ([tag, content]: XmlTree[number]): XmlElement =>
    typeof content === 'string'
      ? { name: tag, text: carried(content), children: [] }
      : { name: tag, text: '', children: content.map(expected) };
  fc.assert(
    fc.property(tree, (children) => {
      const root: XmlTree[number] = ['root', children];
      const written = writeXml([root]);
      deepEqual(read(written), expected(root));
      deepEqual(judge(written), { tree: expected(root), problems: [] });
    }),
    { numRuns: RUNS },
  );
});
