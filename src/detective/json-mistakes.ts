// A JSON body that was signed in another layout than it was sent in.
import { asDocumented, byName, ofBody, onText, relaid } from './body-change.ts';
import {
  asciiString,
  asciiUpper,
  htmlSafe,
  type Layout,
  parseLoosely,
  plainString,
  slashed,
  writeJson,
} from './json-layouts.ts';
import type { Mistake } from './mistake.ts';

const compact = { colon: ':', comma: ',', quote: plainString } as const;
const spaced = { colon: ': ', comma: ', ', quote: plainString } as const;
export function jsonMistakes(names: readonly string[]): Mistake[] {
  const order = asDocumented(names);
  const pretty = (indent: string): Layout => ({ ...spaced, indent });
  const layouts: readonly (readonly [zh: string, en: string, layout: Layout, weight: number])[] = [
    ['压缩的 JSON', 'compact JSON', compact, 0],
    ['缩进 2 格的 JSON', 'JSON indented by 2', pretty('  '), 0],
    ['缩进 4 格的 JSON', 'JSON indented by 4', pretty('    '), 0],
    ['冒号和逗号后有空格', 'JSON with spaces behind : and ,', spaced, 0],
    ['中文写成 \\u', 'JSON with \\u escapes', { ...compact, quote: asciiString }, 0],
    ['/ 写成 \\/', 'JSON with / as \\/', { ...compact, quote: slashed(plainString) }, 0],
    ['按名称排序', 'JSON with sorted names', { ...compact, order: byName }, 0],
    ['按文档顺序', 'JSON in the order of the document', { ...compact, order }, 1],
    ['空格和 \\u', 'JSON with spaces and \\u escapes', { ...spaced, quote: asciiString }, 1],
    ['\\u 和 \\/', 'JSON with \\u escapes and \\/', { ...compact, quote: slashed(asciiString) }, 1],
    ['用制表符缩进', 'JSON indented by tabs', pretty('\t'), 1],
    ['排序且带空格', 'JSON with sorted names and spaces', { ...spaced, order: byName }, 1],
    ['缩进 2 格，CRLF', 'JSON indented by 2, CR LF', { ...pretty('  '), lineEnd: '\r\n' }, 2],
    ['缩进 4 格，CRLF', 'JSON indented by 4, CR LF', { ...pretty('    '), lineEnd: '\r\n' }, 2],
    ['大写的 \\U', 'JSON with \\u escapes in upper case', { ...compact, quote: asciiUpper }, 2],
    ['HTML 转义', 'JSON escaped for HTML', { ...compact, quote: htmlSafe }, 2],
    ['缩进且 \\u', 'JSON indented, with \\u escapes', { ...pretty('    '), quote: asciiString }, 2],
    [
      '缩进、\\u 和 \\/',
      'JSON indented, with \\u and \\/',
      { ...pretty('    '), quote: slashed(asciiString) },
      2,
    ],
    ['缩进且排序', 'JSON indented, with sorted names', { ...pretty('  '), order: byName }, 2],
    ['缩进，冒号前有空格', 'JSON with spaces around :', { ...pretty('  '), colon: ' : ' }, 2],
    [
      '按文档顺序，缩进',
      'JSON in the order of the document, indented',
      { ...pretty('  '), order },
      2,
    ],
  ];
  return layouts.flatMap(([zh, en, layout, weight]) => {
    const change = (text: string): string | null => {
      if (text[0] !== '{' && text[0] !== '[') return null;
      const root = parseLoosely(text);
      return root && writeJson(root, layout);
    };
    return [false, true].map((trims) =>
      ofBody(
        'body-reformatted',
        [zh, en],
        Math.min(2, weight + Number(trims)),
        onText(relaid(change, trims)),
      ),
    );
  });
}
