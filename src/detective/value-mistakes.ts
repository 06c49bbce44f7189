// Mistakes with the values that are signed: encoded, decoded, in another case, trimmed, or in another charset.
import type { NamedValue } from '../protocol/evidence.ts';
import { caseMistakes } from './case-mistakes.ts';
import { type Charset, encodeText, isAscii, misread } from './charsets.ts';
import type { Draft } from './draft.ts';
import { ALONE, changeLeaf, detail, type Mistake, mapLeaves, STAGE } from './mistake.ts';
import { escapeXml } from './xml-layouts.ts';

/** Of a text that will be signed in the charset. */
type Change = (value: string, charset?: Charset) => string;

const lowerHex: Change = (text) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
/** As encodeURIComponent does it, of the bytes that the charset has. */
const urlEncoded: Change = (text, charset = 'utf8') =>
  charset === 'utf8'
    ? encodeURIComponent(text)
    : text.replace(/[^\0-\x7f]|[^\w.!~*'()-]/gu, (character) =>
        [...encodeText(character, charset)]
          .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
      );
const formEncoded: Change = (text, charset) =>
  urlEncoded(text, charset)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
const dotNet: Change = (text, charset) =>
  lowerHex(urlEncoded(text, charset).replaceAll('%20', '+').replace(/[~']/g, hexOf));
const hexOf = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;
const escapedJson: Change = (text) => JSON.stringify(text).slice(1, -1);
const unicodeEscaped: Change = (text) =>
  text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function urlDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};
const unescapeXml: Change = (text) =>
  text.replace(/&(?:lt|gt|quot|apos|amp);/g, (e) => ENTITIES[e]!);

const ENCODINGS: readonly [zh: string, en: string, change: Change, weight: number][] = [
  ['URL 编码', 'URL-encoded', urlEncoded, 0],
  [
    'URL 编码（小写十六进制）',
    'URL-encoded with lower-case digits',
    (t, charset) => lowerHex(urlEncoded(t, charset)),
    0,
  ],
  ['表单编码（空格为 +）', 'form-encoded, a space as +', formEncoded, 0],
  ['.NET 的 URL 编码', 'URL-encoded as .NET does it', dotNet, 1],
  ['XML 转义', 'with XML escapes', escapeXml, 1],
  ['JSON 转义', 'with JSON escapes', escapedJson, 2],
  ['\\u 转义', 'with \\u escapes', unicodeEscaped, 2],
  ['两次 URL 编码', 'URL-encoded twice', (t) => encodeURIComponent(encodeURIComponent(t)), 2],
];

const DECODINGS: readonly [zh: string, en: string, change: Change, weight: number][] = [
  ['URL 解码', 'URL-decoded', urlDecoded, 0],
  [
    'URL 解码（+ 为空格）',
    'URL-decoded, + as a space',
    (t) => urlDecoded(t.replaceAll('+', ' ')),
    0,
  ],
  ['XML 反转义', 'with XML escapes undone', unescapeXml, 1],
  ['+ 变成空格', 'with + as a space', (t) => t.replaceAll('+', ' '), 1],
  ['两次 URL 解码', 'URL-decoded twice', (t) => urlDecoded(urlDecoded(t)), 2],
];

/** @param leaves the values that are signed, as they arrived */
export function valueMistakes(leaves: readonly NamedValue[], hasTree: boolean): Mistake[] {
  return [...encodings(leaves, hasTree), ...caseMistakes(leaves, hasTree), ...trims(leaves)];
}

function encodings(leaves: readonly NamedValue[], hasTree: boolean): Mistake[] {
  const make =
    (id: 'value-encoded' | 'value-decoded') =>
    ([zh, en, change, weight]: (typeof ENCODINGS)[number]): Mistake[] => {
      const touched = leaves.filter(({ value }) => change(value) !== value);
      const rest = { id, stage: STAGE.encoded, group: 'encoding' } as const;
      const all: Mistake = {
        ...rest,
        detail: detail(zh, en),
        weight,
        apply: (draft) => mapLeaves(draft, (value) => change(value, draft.charset)),
      };
      const one = ({ name }: NamedValue): Mistake => ({
        ...rest,
        detail: detail(`只有 ${name} ${zh}`, `${name} alone ${en}`),
        weight: weight === 0 ? 1 : ALONE,
        apply: (draft) => changeLeaf(draft, name, (value) => change(value, draft.charset)),
      });
      return [
        ...(touched.length > 0 ? [all] : []),
        ...(touched.length > 1 ? touched.map(one) : []),
      ];
    };
  const whole = hasTree
    ? ENCODINGS.slice(0, 4).map(
        ([zh, en, change]): Mistake => ({
          id: 'value-encoded',
          detail: detail(`整个字符串${zh}`, `the whole string ${en}`),
          stage: STAGE.joined,
          weight: 2,
          group: 'encoding',
          apply: (draft) => {
            const { tree } = draft;
            if (!tree) return;
            const { withKey } = tree;
            tree.withKey = (text, key) => withKey(change(text, draft.charset), key);
          },
        }),
      )
    : [];
  return [
    ...ENCODINGS.flatMap(make('value-encoded')),
    ...whole,
    ...DECODINGS.flatMap(make('value-decoded')),
  ];
}

function trims(leaves: readonly NamedValue[]): Mistake[] {
  const made: Mistake[] = [];
  const add = (zh: string, en: string, weight: number, apply: (draft: Draft) => void): void => {
    const rest = { stage: STAGE.values, weight, group: 'value-trimmed' } as const;
    made.push({ id: 'value-trimmed', detail: detail(zh, en), ...rest, apply });
  };
  const padded = leaves.filter(({ value }) => value.trim() !== value);
  if (padded.length > 0) {
    add('两端的空白在签名前去掉了', 'trimmed before signing', 0, (draft) =>
      mapLeaves(draft, (value) => value.trim()),
    );
  }
  if (padded.length > 1) {
    for (const { name } of padded) {
      add(`只有 ${name} 去掉了空白`, `only ${name} trimmed`, 1, (draft) =>
        changeLeaf(draft, name, (value) => value.trim()),
      );
    }
  }
  for (const { name } of leaves) {
    const blanks = [
      ['末尾多一个空格', 'a space behind', (value: string) => `${value} `, 1],
      ['开头多一个空格', 'a space before', (value: string) => ` ${value}`, 1],
      ['末尾多一个换行', 'a line end behind', (value: string) => `${value}\n`, 2],
    ] as const;
    for (const [zh, en, change, weight] of blanks) {
      add(`${name} ${zh}`, `${en} ${name}`, weight, (draft) => changeLeaf(draft, name, change));
    }
  }
  return made;
}

const CHARSETS: readonly [Exclude<Charset, 'utf8'>, zh: string, en: string, weight: number][] = [
  ['gbk', '', '', 0],
  ['latin1-question', '不能表示的字符变成 ?', 'what it does not have became ?', 0],
  ['latin1-low', '只取低字节', 'the low byte of each character', 1],
];

/** @param hasMore whether anything that is signed is not ASCII */
export function charsetMistakes(hasMore: boolean, hasBody: boolean): Mistake[] {
  if (!hasMore) return [];
  const made = CHARSETS.map(
    ([charset, zh, en, weight]): Mistake => ({
      id: charset === 'gbk' ? 'charset-gbk' : 'charset-latin1',
      ...(zh && { detail: detail(zh, en) }),
      stage: STAGE.charset,
      weight,
      group: 'charset',
      apply: (draft) => {
        draft.charset = charset;
      },
    }),
  );
  const misreads = (['gbk', 'latin1'] as const).map(
    (as): Mistake => ({
      id: as === 'gbk' ? 'charset-gbk' : 'charset-latin1',
      detail: detail('UTF-8 的字节被当作该编码读取', 'bytes of UTF-8 were read in it'),
      stage: STAGE.charset,
      weight: 1,
      group: 'charset',
      ...(hasBody
        ? { bytes: (bytes: Buffer) => (isAscii(bytes) ? null : misread(bytes, as)) }
        : {
            apply: (draft: Draft) =>
              mapLeaves(draft, (value) => misread(Buffer.from(value), as).toString()),
          }),
    }),
  );
  return [...made, ...misreads];
}
