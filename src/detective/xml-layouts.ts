// An XML body in the layouts that libraries give it: indented, compact, with or without a declaration, with other escapes.
import type { Inner } from './json-layouts.ts';

type Part =
  | { readonly is: 'open' | 'close' | 'empty'; readonly tag: string; readonly name: string }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'other'; readonly text: string };

export interface XmlDocument {
  /** Null where there is none. */
  readonly declaration: string | null;
  readonly parts: readonly Part[];
}

const PIECE = /<\?xml\b[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/g;
const TAG = /^<(\/?)([^\s/>]+)[^>]*?(\/?)>$/;

/** Null where the text does not look like XML. It is not checked: the platform does that. */
export function readXml(text: string): XmlDocument | null {
  const bare = text.replace(/^\uFEFF/, '');
  if (!bare.trimStart().startsWith('<')) return null;
  let declaration: string | null = null;
  const parts: Part[] = [];
  for (const [piece] of bare.matchAll(PIECE)) {
    const tag = TAG.exec(piece);
    if (piece.startsWith('<?xml')) declaration = piece;
    else if (!piece.startsWith('<')) parts.push({ is: 'text', text: piece });
    else if (piece.startsWith('<!') || piece.startsWith('<?') || !tag)
      parts.push({ is: 'other', text: piece });
    else {
      const is = tag[1] ? 'close' : tag[3] ? 'empty' : 'open';
      parts.push({ is, tag: piece, name: tag[2]! });
    }
  }
  return { declaration, parts };
}

export interface XmlLayout {
  /** Undefined keeps the white space between tags; null removes it; a text indents with it. */
  readonly indent?: string | null;
  readonly lineEnd?: string;
  /** Undefined keeps the declaration; null removes it. */
  readonly declaration?: string | null | undefined;
  /** Whether a line end stands behind the declaration. */
  readonly lineAfterDeclaration?: boolean;
  readonly text?: (text: string) => string;
  /** How an element without content is written. */
  readonly empty?: 'short' | 'spaced' | 'long';
}

export function writeXmlAs({ declaration, parts }: XmlDocument, layout: XmlLayout): string {
  const { indent, lineEnd = '\n', text: change = (text: string) => text } = layout;
  const head = layout.declaration === undefined ? declaration : layout.declaration;
  const shaped = layout.empty ? shapeEmpty(parts, layout.empty) : parts;
  let out = head ?? '';
  if (head !== null && (layout.lineAfterDeclaration || typeof indent === 'string')) out += lineEnd;
  let depth = 0;
  shaped.forEach((part, i) => {
    const [before, after] = [shaped[i - 1], shaped[i + 1]];
    if (part.is === 'text') {
      const isBetween =
        part.text.trim() === '' && !(before?.is === 'open' && after?.is === 'close');
      if (indent === undefined || !isBetween) out += change(part.text);
      return;
    }
    if (part.is === 'close') depth--;
    const isFirst = out === '' || out === head || out.endsWith(lineEnd);
    if (typeof indent === 'string' && !holdsText(shaped, i)) {
      out += (isFirst ? '' : lineEnd) + indent.repeat(Math.max(0, depth));
    }
    out += 'tag' in part ? part.tag : part.text;
    if (part.is === 'open') depth++;
  });
  return out;
}

/** Whether a tag at `i` closes an element right behind its text or its opening tag. */
function holdsText(parts: readonly Part[], i: number): boolean {
  if (parts[i]!.is !== 'close') return false;
  const before = parts[i - 1];
  if (before?.is === 'open') return true;
  return before?.is === 'text' && (before.text.trim() !== '' || parts[i - 2]?.is === 'open');
}

function shapeEmpty(parts: readonly Part[], empty: 'short' | 'spaced' | 'long'): Part[] {
  const out: Part[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const next = parts[i + 1];
    const isPair = part.is === 'open' && next?.is === 'close' && next.name === part.name;
    if (!isPair && part.is !== 'empty') {
      out.push(part);
      continue;
    }
    if (isPair) i++;
    const { name } = part as { readonly name: string };
    if (empty === 'long') {
      out.push({ is: 'open', tag: `<${name}>`, name }, { is: 'close', tag: `</${name}>`, name });
    } else out.push({ is: 'empty', tag: empty === 'short' ? `<${name}/>` : `<${name} />`, name });
  }
  return out;
}

const REFERENCE = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi;

/** `&#20013;` as 中. */
export const withoutReferences = (text: string): string =>
  text.replace(REFERENCE, (whole, hex: string | undefined, digits: string | undefined) => {
    const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
    return code > 0x7f && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
export const withReferences = (text: string): string =>
  text.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
export const withHexReferences = (text: string): string =>
  text.replace(
    /[^\0-\x7f]/gu,
    (character) => `&#x${character.codePointAt(0)!.toString(16).toUpperCase()};`,
  );
export const withQuotes = (text: string): string =>
  text.replaceAll('"', '&quot;').replaceAll("'", '&apos;');
export const withoutQuotes = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&#39;', "'");
export const withoutGreater = (text: string): string => text.replaceAll('&gt;', '>');
export const withGreater = (text: string): string => text.replaceAll('>', '&gt;');

/** What each element holds that holds elements, and the whole of it below the root, in the order in which they begin. */
export function innerNodes(text: string): Inner[] {
  const found: (Inner & { readonly at: number })[] = [];
  const opened: { readonly name: string; readonly at: number; readonly end: number }[] = [];
  for (const tag of text.matchAll(/<(\/?)([A-Za-z_][^\s/>]*)[^>]*?(\/?)>/g)) {
    if (tag[3]) continue;
    const end = tag.index + tag[0].length;
    if (!tag[1]) opened.push({ name: tag[2]!, at: tag.index, end });
    else {
      const open = opened.pop();
      if (!open || open.end === tag.index) continue;
      const { name, at } = open;
      const content = text.slice(open.end, tag.index);
      const bare = content.trim();
      // White space around what an element holds is its layout.
      if (!bare.startsWith('<')) continue;
      if (opened.length > 0) found.push({ name, at, text: text.slice(at, end) });
      found.push({ name, at: open.end, text: bare });
      if (bare !== content) found.push({ name, at: text.length + at, text: content });
    }
  }
  return found.sort((one, other) => one.at - other.at);
}

/** The elements of each parent in the order of `order`, where all of them are elements. */
export function sortedXml(text: string, order: (a: string, b: string) => number): string | null {
  const document = readXml(text);
  if (!document) return null;
  const { declaration, parts } = document;
  if (parts.some(({ is }) => is === 'other')) return null;
  let at = 0;
  const element = (): { name: string; text: string } | null => {
    const open = parts[at++];
    if (!open || open.is === 'text' || open.is === 'other') return null;
    if (open.is === 'empty') return { name: open.name, text: open.tag };
    const children: { name: string; text: string }[] = [];
    let words = '';
    for (;;) {
      const next = parts[at];
      if (!next) return null;
      if (next.is === 'text') {
        words += next.text;
        at++;
      } else if (next.is === 'close') {
        at++;
        const inner =
          children.length === 0
            ? words
            : children
                .toSorted((a, b) => order(a.name, b.name))
                .map((child) => child.text)
                .join('');
        return { name: open.name, text: open.tag + inner + next.tag };
      } else {
        const child = element();
        if (!child) return null;
        children.push(child);
      }
    }
  };
  while (parts[at]?.is === 'text') at++;
  const root = element();
  return root && (declaration ?? '') + root.text;
}

/** As most programs escape a text. The wire's own writer escapes a carriage return, too. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
