// Mistakes with a string to sign that is a plain sequence: parts missing, in another order, or with separators.
import type { NamedValue } from '../protocol/evidence.ts';
import type { Draft, Piece } from './draft.ts';
import { ALONE, detail, type Mistake, STAGE } from './mistake.ts';

/** Orders of so many pieces at most are all tried: 720. */
const PERMUTED = 6;

export function partMistakes(pieces: readonly Piece[], beside: readonly NamedValue[]): Mistake[] {
  return [...missing(pieces), ...orders(pieces), ...separators(pieces), ...extras(beside, pieces)];
}

const labelOf = ({ name, value }: Piece): string => name || JSON.stringify(value);

function missing(pieces: readonly Piece[]): Mistake[] {
  const made: Mistake[] = [];
  const without = (gone: readonly number[], weight: number): void => {
    const names = gone.map((i) => labelOf(pieces[i]!));
    made.push({
      id: 'part-missing',
      detail: detail(`没有 ${names.join('、')}`, `without ${names.join(' and ')}`),
      stage: STAGE.fields,
      weight,
      group: 'part-missing',
      apply: (draft) => {
        const left = new Set(gone.map((i) => pieces[i]!.name));
        draft.pieces = draft.pieces.filter((piece) => !left.has(piece.name));
      },
    });
  };
  for (const i of pieces.keys()) {
    if (pieces[i]!.is === 'separator') continue;
    without([i], 0);
    for (let other = i + 1; other < pieces.length; other++) without([i, other], ALONE);
  }
  return made;
}

/** @returns orders of the numbers 0 to `count` - 1 */
function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)),
  );
}

function orders(pieces: readonly Piece[]): Mistake[] {
  const count = pieces.length;
  const own = pieces.map((_, i) => i);
  const known = new Set([own.join()]);
  const made: Mistake[] = [];
  const add = (order: readonly number[], weight: number): void => {
    if (known.has(order.join())) return;
    known.add(order.join());
    const names = order.map((i) => labelOf(pieces[i]!)).join(', ');
    const wanted = order.map((i) => pieces[i]!.name);
    made.push({
      id: 'part-order',
      detail: detail(names, names),
      stage: STAGE.order,
      weight,
      group: 'part-order',
      apply: (draft) => reorder(draft, wanted),
    });
  };
  const moved = (from: number, to: number): number[] =>
    own.toSpliced(from, 1).toSpliced(to, 0, from);
  const secret = pieces.findIndex(({ is }) => is === 'secret');
  if (secret >= 0) for (const to of own) add(moved(secret, to), to === count - 1 ? 0 : 1);
  for (let i = 0; i + 1 < count; i++) add(moved(i, i + 1), 0);
  add(own.toReversed(), 1);
  for (const from of own) for (const to of own) add(moved(from, to), 2);
  if (count <= PERMUTED) for (const order of permutations(count)) add(order, ALONE);
  if (secret >= 0) made.push(...secretTwice(pieces[secret]!));
  return made;
}

/** A piece that another mistake has added or taken away does not change the order of the rest. */
function reorder(draft: Draft, wanted: readonly string[]): void {
  const place = (piece: Piece): number => {
    const at = wanted.indexOf(piece.name);
    return at < 0 ? wanted.length : at;
  };
  draft.pieces.sort((a, b) => place(a) - place(b));
}

function secretTwice({ name }: Piece): Mistake[] {
  const rest = { id: 'part-order', stage: STAGE.order, weight: 1, group: 'part-order' } as const;
  const twice = (at: 'both' | 'start' | 'end') => (draft: Draft) => {
    const secret: Piece = { is: 'secret', name, value: '' };
    const others = draft.pieces.filter(({ is }) => is !== 'secret');
    if (at === 'both') draft.pieces = [secret, ...others, { ...secret }];
    else if (at === 'start') draft.pieces = [secret, { ...secret }, ...others];
    else draft.pieces = [...others, secret, { ...secret }];
  };
  return [
    {
      ...rest,
      detail: detail(`${name} 在首尾各一次`, `${name} at both ends`),
      apply: twice('both'),
    },
    {
      ...rest,
      weight: ALONE,
      detail: detail(`${name} 在末尾两次`, `${name} twice at the end`),
      apply: twice('end'),
    },
    {
      ...rest,
      weight: ALONE,
      detail: detail(`${name} 在开头两次`, `${name} twice at the start`),
      apply: twice('start'),
    },
  ];
}

/** The empty one is a mistake where the platform has separators of its own. */
const BETWEEN = [
  '',
  '&',
  ',',
  '|',
  ':',
  ' ',
  '\n',
  '+',
  '-',
  '_',
  ';',
  '.',
  '#',
  '/',
  '\t',
  ', ',
  '\r\n',
];

function separators(pieces: readonly Piece[]): Mistake[] {
  const rest = { id: 'separators', stage: STAGE.joined, group: 'separators' } as const;
  const between = BETWEEN.map(
    (text, i): Mistake => ({
      ...rest,
      detail: detail(
        `各部分之间是 ${JSON.stringify(text)}`,
        `${JSON.stringify(text)} between the parts`,
      ),
      weight: i < 4 ? 0 : i < 7 ? 1 : 2,
      apply: (draft) => {
        const own = draft.pieces.filter(({ is }) => is === 'separator');
        if (own.length === 0) draft.between = text;
        for (const piece of own) piece.value = text;
      },
    }),
  );
  const lower = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);
  const spellings: readonly ((name: string) => string)[] = [(name) => name, lower];
  const named = spellings.flatMap((spell) =>
    ['&', ''].map(
      (text): Mistake => ({
        ...rest,
        detail: detail(
          `写成了 ${spell(pieces[0]!.name)}=…${text}`,
          `written as ${spell(pieces[0]!.name)}=…${text}`,
        ),
        weight: 2,
        apply: (draft) => {
          draft.between = text;
          draft.written = (piece, value) => (piece.name ? `${spell(piece.name)}=${value}` : value);
        },
      }),
    ),
  );
  const isBare = pieces.every(({ is }) => is !== 'separator');
  const places = isBare ? pieces.slice(0, -1) : [];
  // A blank behind one part is a blank of its value or of the key, and other mistakes.
  const signs = BETWEEN.filter((text) => text.trim() === text && text !== '');
  const single = signs.flatMap((text) =>
    places.map(
      ({ name }): Mistake => ({
        ...rest,
        detail: detail(
          `只在 ${name} 之后有 ${JSON.stringify(text)}`,
          `${JSON.stringify(text)} behind ${name} alone`,
        ),
        weight: ALONE,
        apply: (draft) => {
          const { written } = draft;
          draft.written = (piece, value) =>
            written(piece, value) + (piece.name === name ? text : '');
        },
      }),
    ),
  );
  const ends = ['\n', '\r\n', ' ', '&'].map(
    (text): Mistake => ({
      ...rest,
      detail: detail(
        `末尾多了 ${JSON.stringify(text)}`,
        `${JSON.stringify(text)} behind the whole`,
      ),
      weight: text === '\n' ? 0 : 2,
      apply: (draft) => {
        const { whole } = draft;
        draft.whole = (given) => whole(given) + text;
      },
    }),
  );
  return [...between, ...named, ...single, ...ends];
}

/** Each value that travels with the call, at each place of the string where a client is likely to put it. */
function extras(beside: readonly NamedValue[], pieces: readonly Piece[]): Mistake[] {
  return beside.flatMap(({ name, value }) =>
    Array.from({ length: pieces.length + 1 }, (_, i) => pieces.length - i).map((at, i): Mistake => {
      const before = pieces[at]?.name;
      return {
        id: 'extra-field',
        detail: detail(
          before ? `${name}，在 ${before} 之前` : `${name}，在末尾`,
          before ? `${name}, before ${before}` : `${name}, at the end`,
        ),
        stage: STAGE.fields,
        weight: i === 0 ? 0 : i < 3 ? 1 : ALONE,
        group: 'extra-field',
        apply: (draft) => {
          const found = draft.pieces.findIndex((piece) => piece.name === before);
          const index = before === undefined || found < 0 ? draft.pieces.length : found;
          draft.pieces.splice(index, 0, { is: 'field', name, value });
        },
      };
    }),
  );
}
