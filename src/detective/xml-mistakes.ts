// An XML body that was signed in another layout than it was sent in.
import { asDocumented, byName, ofBody, onText, relaid } from './body-change.ts';
import type { Mistake } from './mistake.ts';
import {
  readXml,
  sortedXml,
  withGreater,
  withHexReferences,
  withoutGreater,
  withoutQuotes,
  withoutReferences,
  withQuotes,
  withReferences,
  writeXmlAs,
  type XmlLayout,
} from './xml-layouts.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

export function xmlMistakes(names: readonly string[]): Mistake[] {
  const pretty = (indent: string): XmlLayout => ({ indent, declaration: undefined });
  const layouts: readonly (readonly [zh: string, en: string, layout: XmlLayout, weight: number])[] =
    [
      ['压缩的 XML', 'compact XML', { indent: null }, 0],
      ['缩进 2 格的 XML', 'XML indented by 2', pretty('  '), 0],
      ['缩进 4 格的 XML', 'XML indented by 4', pretty('    '), 0],
      ['带 XML 声明', 'with an XML declaration', { declaration: DECLARATION }, 0],
      ['不带 XML 声明', 'without an XML declaration', { declaration: null }, 0],
      [
        '声明后换行',
        'with a declaration and a line end',
        { declaration: DECLARATION, lineAfterDeclaration: true },
        0,
      ],
      ['用制表符缩进', 'XML indented by tabs', pretty('\t'), 1],
      [
        '小写 utf-8 的声明',
        'with a declaration of utf-8',
        { declaration: DECLARATION.replace('UTF', 'utf') },
        1,
      ],
      [
        '不带编码的声明',
        'with a declaration without an encoding',
        { declaration: '<?xml version="1.0"?>' },
        1,
      ],
      ['空元素写成 <a/>', 'empty elements as <a/>', { empty: 'short' }, 1],
      ['空元素写成 <a />', 'empty elements as <a />', { empty: 'spaced' }, 1],
      ['空元素写成 <a></a>', 'empty elements as <a></a>', { empty: 'long' }, 1],
      ['字符引用写成字符', 'references as characters', { text: withoutReferences }, 1],
      ['字符写成引用', 'characters as references', { text: withReferences }, 1],
      [
        '字符写成十六进制引用',
        'characters as hexadecimal references',
        { text: withHexReferences },
        2,
      ],
      ['引号转义', 'quotes as references', { text: withQuotes }, 1],
      ['引号不转义', 'quotes as characters', { text: withoutQuotes }, 1],
      ['> 不转义', '> as a character', { text: withoutGreater }, 1],
      ['> 写成 &gt;', '> as &gt;', { text: withGreater }, 1],
      [
        '带声明并缩进 2 格',
        'with a declaration, indented by 2',
        { ...pretty('  '), declaration: DECLARATION },
        1,
      ],
      [
        '带声明并缩进 4 格',
        'with a declaration, indented by 4',
        { ...pretty('    '), declaration: DECLARATION },
        1,
      ],
      ['缩进 2 格，CRLF', 'XML indented by 2, CR LF', { ...pretty('  '), lineEnd: '\r\n' }, 2],
      ['缩进 4 格，CRLF', 'XML indented by 4, CR LF', { ...pretty('    '), lineEnd: '\r\n' }, 2],
      [
        '带声明，压缩',
        'with a declaration, compact',
        { indent: null, declaration: DECLARATION },
        2,
      ],
      ['不带声明，压缩', 'without a declaration, compact', { indent: null, declaration: null }, 2],
      [
        '不带声明，缩进',
        'without a declaration, indented',
        { ...pretty('  '), declaration: null },
        2,
      ],
      [
        '声明带 standalone',
        'with a standalone declaration',
        { declaration: DECLARATION.replace('?>', ' standalone="no"?>') },
        2,
      ],
      [
        '声明带 standalone="yes"',
        'with a declaration standalone="yes"',
        { declaration: DECLARATION.replace('?>', ' standalone="yes"?>') },
        2,
      ],
    ];
  const orders = [
    ['按名称排序的元素', 'XML with sorted elements', byName, 0],
    ['按文档顺序的元素', 'XML in the order of the document', asDocumented(names), 1],
  ] as const;
  const make = (
    what: readonly [zh: string, en: string],
    weight: number,
    change: (text: string) => string | null,
  ): Mistake[] =>
    [false, true].map((trims) =>
      ofBody(
        'body-reformatted',
        what,
        Math.min(2, weight + Number(trims)),
        onText(relaid(change, trims)),
      ),
    );
  return [
    ...layouts.flatMap(([zh, en, layout, weight]) =>
      make([zh, en], weight, (text) => {
        const document = readXml(text);
        return document && writeXmlAs(document, layout);
      }),
    ),
    ...orders.flatMap(([zh, en, order, weight]) =>
      make([zh, en], weight, (text) => sortedXml(text, order)),
    ),
  ];
}
