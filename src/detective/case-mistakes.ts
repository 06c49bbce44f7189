// Mistakes with upper and lower case: of a value, of a name, and of the whole string.
import type { NamedValue } from '../protocol/evidence.ts';
import { type Draft, isGroup } from './draft.ts';
import { ALONE, changeLeaf, detail, type Mistake, mapLeaves, STAGE } from './mistake.ts';

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
/** OrderID as OrderId. */
const lowerEnd = (text: string): string =>
  text.replace(/([A-Z])([A-Z]+)$/, (_, first: string, rest: string) => first + rest.toLowerCase());

const CASES = [
  ['大写', 'in upper case', (text: string) => text.toUpperCase()],
  ['小写', 'in lower case', (text: string) => text.toLowerCase()],
] as const;
const NAME_CASES = [
  ...CASES,
  ['首字母小写', 'with a small first letter', lowerFirst],
  ['末尾缩写只有首字母大写', 'with Id at its end for ID', lowerEnd],
] as const;

/** One name in another case, one value wherever it stands, and the whole string: tried alone. */
function rareCases(leaves: readonly NamedValue[], hasTree: boolean): Mistake[] {
  const rest = { id: 'value-case', weight: ALONE, group: 'value-case' } as const;
  const twice = leaves
    .filter(({ value }, i) => leaves.findIndex((one) => one.value === value) < i)
    .map(({ value }) => value);
  const values = [...new Set(twice)].flatMap((value) =>
    CASES.filter(([, , change]) => change(value) !== value).map(
      ([zh, en, change]): Mistake => ({
        ...rest,
        detail: detail(`值 ${value} 处处${zh}`, `${value} ${en} wherever it stands`),
        stage: STAGE.values,
        apply: (draft) => mapLeaves(draft, (one) => (one === value ? change(one) : one)),
      }),
    ),
  );
  const whole = CASES.map(
    ([zh, en, change]): Mistake => ({
      ...rest,
      detail: detail(`整个字符串${zh}`, `the whole string ${en}`),
      stage: STAGE.keyPlace,
      apply: (draft) => {
        const { tree, whole: before } = draft;
        if (!tree) draft.whole = (text) => change(before(text));
        else {
          const { withKey } = tree;
          tree.withKey = (text, key) => withKey(change(text), key);
        }
      },
    }),
  );
  const names = hasTree
    ? leaves.flatMap(({ name }) =>
        NAME_CASES.filter(([, , change]) => change(name) !== name).map(
          ([zh, en, change]): Mistake => ({
            ...rest,
            detail: detail(`字段名 ${name} ${zh}`, `the name ${name} ${en}`),
            stage: STAGE.values,
            apply: ({ tree }) => {
              const one = (given: string): string => (given === name ? change(given) : given);
              if (tree) tree.fields = renamed(tree.fields, one);
            },
          }),
        ),
      )
    : [];
  return [...values, ...names, ...whole];
}

/** @param leaves the values that are signed, as they arrived */
export function caseMistakes(leaves: readonly NamedValue[], hasTree: boolean): Mistake[] {
  const make = (names: readonly string[], what: string, weight: number): Mistake[] =>
    CASES.flatMap(([zh, en, change]) =>
      leaves.some(({ name, value }) => names.includes(name) && change(value) !== value)
        ? [
            {
              id: 'value-case',
              detail: detail(`${what} ${zh}`, `${what} ${en}`),
              stage: STAGE.values,
              weight,
              group: 'value-case',
              apply: (draft: Draft) => {
                for (const name of names) changeLeaf(draft, name, change);
              },
            },
          ]
        : [],
    );
  const names = leaves.map(({ name }) => name);
  const each = names.flatMap((name) => make([name], name, 0));
  return [
    ...each,
    ...make(names, '*', 1),
    ...(hasTree ? NAME_CASES : []).map(
      ([zh, en, change], i): Mistake => ({
        id: 'value-case',
        detail: detail(`字段名${zh}`, `the names of the fields ${en}`),
        stage: STAGE.values,
        weight: i === 1 ? 0 : i === 3 ? ALONE : 1,
        group: 'value-case',
        apply: (draft) => {
          const { tree } = draft;
          if (!tree) return;
          tree.fields = renamed(tree.fields, change);
          tree.unsigned = [...tree.unsigned, ...tree.unsigned.map(change)];
        },
      }),
    ),
    ...rareCases(leaves, hasTree),
  ];
}

type Fields = NonNullable<Draft['tree']>['fields'];

const renamed = (fields: Fields, change: (text: string) => string): Fields =>
  fields.map((field) =>
    isGroup(field)
      ? { name: change(field.name), fields: renamed(field.fields, change) }
      : { name: change(field.name), value: field.value },
  );
