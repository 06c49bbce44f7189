// Mistakes with fields that are signed by name: which of them take part.
import type { ArrivedFields, NamedValue } from '../protocol/evidence.ts';
import { type Draft, type Field, isGroup, type Tree } from './draft.ts';
import { ALONE, detail, type Mistake, STAGE } from './mistake.ts';

/** Makes a change to a tree of a change to a draft. */
export const onTree =
  (change: (tree: Tree) => void) =>
  (draft: Draft): void => {
    if (draft.tree) change(draft.tree);
  };

export function fieldMistakes(fields: ArrivedFields, beside: readonly NamedValue[]): Mistake[] {
  return [
    emptySigned(),
    ...emptyAsWord(fields),
    ...absentSigned(fields),
    ...signIncluded(fields),
    ...missing(fields),
    ...beside.map(extraField),
  ];
}

function emptySigned(): Mistake {
  return {
    id: 'empty-signed',
    stage: STAGE.fields,
    weight: 0,
    apply: onTree((tree) => {
      tree.signsEmpty = (name) => !tree.unsigned.includes(name);
    }),
  };
}

/** What some languages write where a text is joined with no value. */
const NO_VALUE = ['null', 'undefined', 'None', 'nil'];

function emptyAsWord({ all, unsigned }: ArrivedFields): Mistake[] {
  const isEmpty = ({ name, value }: ArrivedFields['all'][number]): boolean =>
    typeof value === 'string' ? value === '' && !unsigned.includes(name) : value.some(isEmpty);
  if (!all.some(isEmpty)) return [];
  const filled = (fields: readonly Field[], word: string, skip: readonly string[]): Field[] =>
    fields.map((field) => {
      if (isGroup(field)) return { ...field, fields: filled(field.fields, word, skip) };
      return field.value === '' && !skip.includes(field.name) ? { ...field, value: word } : field;
    });
  return NO_VALUE.map((word) => ({
    id: 'empty-signed',
    detail: detail(`写作 ${word}`, `written as ${word}`),
    stage: STAGE.fields,
    weight: ALONE,
    group: 'empty-signed',
    apply: onTree((tree) => {
      tree.fields = filled(tree.fields, word, tree.unsigned);
    }),
  }));
}

/** Fields of the document that were not sent, signed without a value: each alone, and all of them. */
function absentSigned({ all, unsigned, documented }: ArrivedFields): Mistake[] {
  const groups = all.filter(({ value }) => typeof value !== 'string').map(({ name }) => name);
  const sent = new Set(all.flatMap(({ name, value }) => [name, ...namesIn(value)]));
  let group: string | undefined;
  const absent: { readonly name: string; readonly group: string | undefined }[] = [];
  for (const name of documented) {
    // The fields of a group stand behind it in the document.
    if (groups.includes(name)) group = name;
    else if (!sent.has(name) && !unsigned.includes(name)) absent.push({ name, group });
  }
  const sets = [...absent.map((one) => [one]), ...(absent.length > 1 ? [absent] : [])];
  return sets.map((set) => ({
    id: 'empty-signed',
    detail: detail(
      `${set.map(({ name }) => name).join('、')}=`,
      `${set.map(({ name }) => name).join('=, ')}=`,
    ),
    stage: STAGE.fields,
    weight: 1,
    group: 'empty-signed',
    apply: onTree((tree) => {
      const names = new Set(set.map(({ name }) => name));
      const { signsEmpty } = tree;
      tree.signsEmpty = (name) => names.has(name) || signsEmpty(name);
      for (const { name, group: within } of set) {
        const found = tree.fields.find((field) => field.name === within);
        const fields = found && isGroup(found) ? found.fields : tree.fields;
        fields.push({ name, value: '' });
      }
    }),
  }));
}

const namesIn = (value: ArrivedFields['all'][number]['value']): string[] =>
  typeof value === 'string' ? [] : value.map(({ name }) => name);

const extraField = ({ name, value }: NamedValue): Mistake => ({
  id: 'extra-field',
  detail: detail(`${name}=${value}`, `${name}=${value}`),
  stage: STAGE.fields,
  weight: 1,
  group: 'extra-field',
  apply: onTree((tree) => {
    tree.fields.push({ name, value });
  }),
});

/** Sign itself can only be signed as it was before it was known: without a value. */
function signIncluded({ unsigned }: ArrivedFields): Mistake[] {
  const sets = [...unsigned.map((name) => [name]), ...(unsigned.length > 1 ? [unsigned] : [])];
  return sets.map((names, i) => ({
    id: 'sign-included',
    detail: detail(names.join('、'), names.join(' and ')),
    stage: STAGE.fields,
    weight: i < 2 ? 0 : 1,
    group: 'sign-included',
    apply: onTree((tree) => {
      tree.unsigned = tree.unsigned.filter((name) => !names.includes(name));
      const signsEmpty = tree.signsEmpty;
      tree.signsEmpty = (name) => names.includes(name) || signsEmpty(name);
      for (const name of names) {
        const field = tree.fields.find((one) => one.name === name);
        const value = name === SIGN_TYPE ? 'MD5' : '';
        if (!field) tree.fields.push({ name, value });
        else if (name !== SIGN_TYPE && !isGroup(field)) field.value = '';
      }
    }),
  }));
}

const SIGN_TYPE = 'SignType';

/** Each field left out, and each two of those that stand outside of a group. */
function missing({ all, unsigned }: ArrivedFields): Mistake[] {
  const made: Mistake[] = [];
  const without = (names: readonly string[], weight: number): void => {
    made.push({
      id: 'part-missing',
      detail: detail(`没有 ${names.join('、')}`, `without ${names.join(' and ')}`),
      stage: STAGE.fields,
      weight,
      group: 'part-missing',
      apply: onTree((tree) => {
        tree.fields = withoutNames(tree.fields, names);
      }),
    });
  };
  const outer = all.map(({ name }) => name).filter((name) => !unsigned.includes(name));
  for (const field of all) {
    if (unsigned.includes(field.name)) continue;
    without([field.name], 0);
    if (typeof field.value !== 'string') for (const { name } of field.value) without([name], 1);
  }
  for (const [i, name] of outer.entries()) {
    for (const other of outer.slice(i + 1)) without([name, other], ALONE);
  }
  return made;
}

const withoutNames = (fields: readonly Field[], names: readonly string[]): Field[] =>
  fields
    .filter(({ name }) => !names.includes(name))
    .map((field) =>
      isGroup(field) ? { ...field, fields: withoutNames(field.fields, names) } : field,
    );
