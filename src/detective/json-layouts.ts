// A JSON body in the layouts that libraries give it: indented, compact, sorted, with other escapes. Numbers stay as written.

type Node =
  | { readonly is: 'object'; readonly entries: readonly (readonly [name: string, value: Node])[] }
  | { readonly is: 'array'; readonly items: readonly Node[] }
  | { readonly is: 'string'; readonly text: string }
  | { readonly is: 'word'; readonly text: string };

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\]:,])|([^\s{}[\]:,"]+))/gy;

class NotJson extends Error {}

/** Null where the text is no JSON. Of equal names both are kept. */
export function parseLoosely(text: string): Node | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    tokens.push(found[1] ?? found[2] ?? found[3]!);
    end = TOKEN.lastIndex;
  }
  if (text.slice(end).trim() !== '' || tokens.length === 0) return null;
  let at = 0;
  const read = (depth: number): Node => {
    if (depth > 64) throw new NotJson();
    const token = tokens[at++];
    if (token === undefined) throw new NotJson();
    if (token.startsWith('"')) return { is: 'string', text: JSON.parse(token) };
    if (token === '{') return { is: 'object', entries: list('}', () => entry(depth)) };
    if (token === '[') return { is: 'array', items: list(']', () => read(depth + 1)) };
    if (/^[}\]:,]$/.test(token)) throw new NotJson();
    return { is: 'word', text: token };
  };
  const entry = (depth: number): readonly [string, Node] => {
    const name = read(depth + 1);
    if (name.is !== 'string' || tokens[at++] !== ':') throw new NotJson();
    return [name.text, read(depth + 1)];
  };
  const list = <T>(close: string, one: () => T): T[] => {
    const items: T[] = [];
    if (tokens[at] === close) {
      at++;
      return items;
    }
    for (;;) {
      items.push(one());
      const token = tokens[at++];
      if (token === close) return items;
      if (token !== ',') throw new NotJson();
    }
  };
  try {
    const root = read(0);
    return at === tokens.length ? root : null;
  } catch (error) {
    if (error instanceof NotJson || error instanceof SyntaxError) return null;
    throw error;
  }
}

export interface Layout {
  /** Absent: on one line. */
  readonly indent?: string;
  readonly lineEnd?: string;
  readonly colon: string;
  readonly comma: string;
  readonly quote: (text: string) => string;
  readonly order?: ((a: string, b: string) => number) | undefined;
}

export function writeJson(root: Node, layout: Layout): string {
  const { indent, lineEnd = '\n', colon, comma, quote, order } = layout;
  const around = (open: string, close: string, items: readonly string[], depth: number): string => {
    if (items.length === 0) return open + close;
    if (indent === undefined) return open + items.join(comma) + close;
    const inner = lineEnd + indent.repeat(depth + 1);
    return (
      open + inner + items.join(comma.trimEnd() + inner) + lineEnd + indent.repeat(depth) + close
    );
  };
  const write = (node: Node, depth: number): string => {
    if (node.is === 'word') return node.text;
    if (node.is === 'string') return quote(node.text);
    if (node.is === 'array') {
      return around(
        '[',
        ']',
        node.items.map((item) => write(item, depth + 1)),
        depth,
      );
    }
    const entries = order ? node.entries.toSorted(([a], [b]) => order(a, b)) : node.entries;
    const written = entries.map(([name, value]) => quote(name) + colon + write(value, depth + 1));
    return around('{', '}', written, depth);
  };
  return write(root, 0);
}

const hex4 = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');

export const plainString = (text: string): string => JSON.stringify(text);
export const asciiString = (text: string): string =>
  JSON.stringify(text).replace(/[^\0-\x7f]/g, (unit) => `\\u${hex4(unit)}`);
export const asciiUpper = (text: string): string =>
  JSON.stringify(text).replace(/[^\0-\x7f]/g, (unit) => `\\u${hex4(unit).toUpperCase()}`);
export const slashed =
  (quote: (text: string) => string) =>
  (text: string): string =>
    quote(text).replaceAll('/', '\\/');
/** As Gson and .NET escape what HTML could take for markup. */
export const htmlSafe = (text: string): string =>
  JSON.stringify(text).replace(/[<>&'=+]/g, (unit) => `\\u${hex4(unit)}`);

export interface Inner {
  readonly name: string;
  readonly text: string;
}

/** The texts of the objects and arrays below the root, in the order in which they begin. */
export function innerTexts(text: string): Inner[] {
  const found: (Inner & { readonly at: number })[] = [];
  const opened: { readonly name: string; readonly at: number }[] = [];
  let last = '';
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    const [, string, mark] = token;
    if (string !== undefined) last = string;
    else if (mark === '{' || mark === '[') opened.push({ name: last, at: TOKEN.lastIndex - 1 });
    else if (mark === '}' || mark === ']') {
      const open = opened.pop();
      if (open && opened.length > 0) {
        found.push({ ...open, text: text.slice(open.at, TOKEN.lastIndex) });
      }
    }
  }
  return found.sort((a, b) => a.at - b.at);
}
