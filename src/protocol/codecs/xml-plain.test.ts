// Compares the plain reader with the strict one: it reads the same tree, or leaves the document to
// the strict reader.
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseXml, parseXmlStrictly, type XmlElement, XmlError } from './xml.ts';
import { readPlainXml } from './xml-plain.ts';

/** The number of runs; XML_RUNS=200000 makes a long run. */
const RUNS = Number(process.env.XML_RUNS ?? 5000);
const MAX_BYTES = 1024 * 1024;

const string = (units: readonly string[]) => fc.string({ unit: fc.constantFrom(...units) });
const joined = (parts: fc.Arbitrary<string>) =>
  fc.array(parts, { maxLength: 4 }).map((all) => all.join(''));

const name = fc.constantFrom('a', 'B', '_c', 'x-1', 'y.z', 'Request', 'Request1', 'constructor');
const text = string([...'aZ09 \n\t-]=%"\'/é订\uFFFD\u2028\uD7FF\u0000']);
const space = string([' ', '\n', '\t']);
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  content: fc.oneof(
    { maxDepth: 5 },
    text,
    joined(fc.tuple(space, tie('element'), space).map((parts) => parts.join(''))),
  ),
  element: fc.tuple(name, tie('content')).map(([tag, content]) => `<${tag}>${content}</${tag}>`),
}));
const declaration = fc.constantFrom(
  '',
  '<?xml version="1.0"?>',
  '<?xml version="1.0" encoding="utf-8"?>\n',
  '<?xml version="1.0" encoding="gb2312"?>',
);

const STRANGE = [
  ...['<', '>', '</', '/>', '&', '&amp;', ']]>', '<!--x-->', '<![CDATA[x]]>', '<?p?>', '<a/>'],
  ...['<a>', '</a>', ' xmlns="u"', ' id="1"', ':', ' ', 'x', 'é', '\r', '\r\n', '\u0000', '\u001F'],
  ...['\uD800', '\uDC00', '😀', '\uE000', '\uFEFF', '\uFFFE', '\u00A0', '\u0085', '<!DOCTYPE a>'],
];
/** A position, the number of characters to remove, and the text to insert. */
const edit = fc.tuple(fc.nat(), fc.nat(4), fc.constantFrom('', ...STRANGE));
type Edit = readonly [at: number, length: number, token: string];

function apply(document: string, [place, length, token]: Edit): string {
  const at = place % (document.length + 1);
  return document.slice(0, at) + token + document.slice(at + length);
}

test('the plain reader reads the same as the strict reader under the same limits, or returns null', () => {
  let read = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.tuple(declaration, element, space).map((parts) => parts.join('')),
      fc.array(edit, { maxLength: 2 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('refuse' as const, 'allow' as const),
      (document, edits, maxDepth, repeats) => {
        const given = edits.reduce(apply, document);
        const plain = readPlainXml(given, maxDepth, repeats === 'refuse');
        let strict: XmlElement | null = null;
        try {
          strict = parseXmlStrictly(given, { maxBytes: MAX_BYTES, maxDepth, repeats });
        } catch (error) {
          ok(error instanceof XmlError, String(error));
          refused++;
        }
        if (plain === null) return;
        read++;
        deepEqual(plain, strict);
      },
    ),
    { numRuns: RUNS },
  );
  ok(read > RUNS / 10, `only ${read} of ${RUNS} documents were plain`);
  ok(refused > RUNS / 5, `only ${refused} of ${RUNS} documents were refused`);
});

test('the plain reader reads the most frequent documents, and returns null for unusual ones', () => {
  const document = '<Request>\n  <Action>HastenOrder</Action><备注/></Request>';
  const plain = document.replace('<备注/>', '<Remark>改签</Remark>');
  for (const head of ['', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>\r\n']) {
    equal(readPlainXml(head + plain, 16, true) === null, head.includes('\r'), head);
    ok(readPlainXml(head.trim() + plain, 16, true), head);
    equal(readPlainXml(head + document, 16, true), null);
  }
});

test('parseXml reads more children than the plain reader compares, and refuses a repeated child', () => {
  const many = Array.from({ length: 100 }, (_, i) => `<a${i}>${i}</a${i}>`);
  for (const children of [many.slice(0, 32), many.slice(0, 33), many]) {
    const root = parseXml(`<r>${children.join('')}</r>`, { maxBytes: MAX_BYTES });
    equal(root.children.length, children.length);
  }
  for (const children of [many, many.slice(0, 9)]) {
    throws(
      () => parseXml(`<r>${children.join('')}<a7>1</a7></r>`, { maxBytes: MAX_BYTES }),
      (error: Error) => match(error.message, /^<a7> given twice \(line 1, column \d+\)$/) ?? true,
    );
  }
});
