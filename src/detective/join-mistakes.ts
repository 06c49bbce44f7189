// Mistakes with fields that are signed by name: their order, the nested object, and what stands between them.
import type { ArrivedFields } from '../protocol/evidence.ts';
import { type Field, isGroup, type Tree } from './draft.ts';
import { onTree } from './field-mistakes.ts';
import { ALONE, detail, type Mistake, STAGE } from './mistake.ts';
import { escapeXml } from './xml-layouts.ts';

type Detail = NonNullable<Mistake['detail']>;

export function joinMistakes(fields: ArrivedFields): Mistake[] {
  return [...orders(fields), ...nestings(fields), ...joins()];
}

const caseless = (a: string, b: string): number => {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
};

function orders({ documented }: ArrivedFields): Mistake[] {
  const place = (name: string): number => {
    const at = documented.indexOf(name);
    return at < 0 ? documented.length : at;
  };
  const asDocumented = (a: string, b: string): number => place(a) - place(b);
  const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
  const made: readonly [Detail, Partial<Pick<Tree, 'order' | 'innerOrder'>>, number][] = [
    [detail('按发送的顺序', 'in the order sent'), { order: null }, 0],
    [detail('按文档的顺序', 'in the order of the document'), { order: asDocumented }, 0],
    [detail('不区分大小写', 'sorted without regard to case'), { order: caseless }, 0],
    [detail('降序', 'in descending order'), { order: descending }, 1],
    [detail('内层未排序', 'unsorted within the nested object'), { innerOrder: null }, 1],
    [
      detail('内层按文档的顺序', 'in the order of the document within the nested object'),
      { innerOrder: asDocumented },
      1,
    ],
    [
      detail('外层未排序', 'unsorted outside of the nested object'),
      { order: null, innerOrder: (a, b) => (a < b ? -1 : a > b ? 1 : 0) },
      1,
    ],
  ];
  return made.map(([what, change, weight]) => ({
    id: 'order',
    detail: what,
    stage: STAGE.order,
    weight,
    group: 'order',
    apply: onTree((tree) => {
      Object.assign(tree, change);
    }),
  }));
}

const xmlOf = (fields: readonly Field[]): string =>
  fields
    .map((field) => {
      const inner = isGroup(field) ? xmlOf(field.fields) : escapeXml(field.value);
      return `<${field.name}>${inner}</${field.name}>`;
    })
    .join('');

const jsonOf = (fields: readonly Field[]): string =>
  JSON.stringify(
    Object.fromEntries(fields.flatMap((f) => (isGroup(f) ? [] : [[f.name, f.value]]))),
  );

function nestings({ all }: ArrivedFields): Mistake[] {
  const groups = all.filter((field) => typeof field.value !== 'string');
  if (groups.length === 0) return [];
  const names = groups.map(({ name }) => name).join(', ');
  const forms: readonly [Detail, (tree: Tree) => void, number][] = [
    [
      detail(`${names} 的字段与外层一起排序`, `the fields of ${names} sorted among the others`),
      (tree) => {
        tree.fields = tree.fields.flatMap((field) => (isGroup(field) ? field.fields : [field]));
      },
      0,
    ],
    [
      detail(`缺少 ${names}=`, `${names}= is left out`),
      (tree) => {
        tree.namesGroups = false;
      },
      0,
    ],
    [
      detail(`${names} 写成了 XML`, `${names} as XML`),
      groupAs((_, __, fields) => xmlOf(fields)),
      0,
    ],
    [
      detail(`${names} 写成了 JSON`, `${names} as JSON`),
      groupAs((_, __, fields) => jsonOf(fields)),
      1,
    ],
    [
      detail(`${names} 写成了完整的 XML 元素`, `${names} as a whole XML element`),
      groupAs((name, _, fields) => `<${name}>${xmlOf(fields)}</${name}>`),
      2,
    ],
    [detail(`${names} 带有花括号`, `${names} in braces`), groupAs((_, inner) => `{${inner}}`), 2],
    [
      detail(`字段写成了 ${names}.名称`, `fields written as ${names}.name`),
      (tree) => {
        tree.fields = tree.fields.flatMap((field) =>
          isGroup(field)
            ? field.fields.map((one) => ({ ...one, name: `${field.name}.${one.name}` }))
            : [field],
        );
      },
      2,
    ],
  ];
  const made = forms.map(
    ([what, change, weight]): Mistake => ({
      id: 'not-nested',
      detail: what,
      stage: STAGE.joined,
      weight,
      group: 'nesting',
      apply: onTree(change),
    }),
  );
  const inner = (withName: boolean): Mistake => ({
    id: 'inner-node-only',
    detail: detail(`只签了 ${names}`, `only ${names} was signed`),
    stage: STAGE.joined,
    weight: withName ? 1 : 0,
    group: 'nesting',
    apply: onTree((tree) => {
      tree.fields = withName
        ? tree.fields.filter(isGroup)
        : tree.fields.flatMap((field) => (isGroup(field) ? field.fields : []));
    }),
  });
  return [...made, inner(false), inner(true)];
}

const groupAs =
  (group: Tree['group']) =>
  (tree: Tree): void => {
    tree.group = group;
  };

const PAIRS = [',', ';', '|', '', '\n', ' ', '&&', ', ', '&amp;', '_', '-', '+', '\t', '\r\n'];
const EQUALS = [':', '', ' ', ' = ', '->', ': '];

const quoted = (text: string): string => JSON.stringify(text);

function joins(): Mistake[] {
  const rest = { id: 'separators', stage: STAGE.joined, group: 'separators' } as const;
  const pairs = PAIRS.map(
    (pair, i): Mistake => ({
      ...rest,
      detail: detail(`字段之间是 ${quoted(pair)}`, `${quoted(pair)} between the fields, not "&"`),
      weight: i < 6 ? 0 : 2,
      apply: onTree((tree) => {
        tree.pair = pair;
      }),
    }),
  );
  const equals = EQUALS.map(
    (sign, i): Mistake => ({
      ...rest,
      detail: detail(`名称后是 ${quoted(sign)}`, `${quoted(sign)} behind the names, not "="`),
      weight: i < 2 ? 0 : 2,
      apply: onTree((tree) => {
        tree.equals = sign;
      }),
    }),
  );
  const bare: Mistake = {
    ...rest,
    detail: detail('只拼接了值', 'the values alone, without names and separators'),
    weight: 0,
    apply: onTree((tree) => {
      tree.pair = '';
      tree.equals = null;
    }),
  };
  const glued: Mistake = {
    ...rest,
    detail: detail('名称和值直接相连', 'names and values without separators'),
    weight: ALONE,
    apply: onTree((tree) => {
      tree.pair = '';
      tree.equals = '';
    }),
  };
  const ends: readonly [string, string, (text: string, key: string) => string][] = [
    ['密钥前多了 &', '& before the key', (text, key) => `${text}&${key}`],
    ['开头多了 ?', '? before the string', (text, key) => `?${text}${key}`],
    ['开头多了 &', '& before the string', (text, key) => `&${text}${key}`],
    ['密钥前多了 |', '| before the key', (text, key) => `${text}|${key}`],
    ['密钥前多了空格', 'a space before the key', (text, key) => `${text} ${key}`],
    ['末尾多了 &', '& behind the key', (text, key) => `${text}${key}&`],
    ['密钥前多了换行', 'a line end before the key', (text, key) => `${text}\n${key}`],
  ];
  const around = ends.map(
    ([zh, en, put], i): Mistake => ({
      ...rest,
      stage: STAGE.keyPlace,
      group: 'key-position',
      detail: detail(zh, en),
      weight: i === 0 ? 0 : 2,
      apply: onTree((tree) => {
        tree.withKey = put;
      }),
    }),
  );
  return [...pairs, ...equals, bare, glued, ...around];
}
