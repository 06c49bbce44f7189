// The fields of a contract as a table: nested ones unfolded, each with its type, bounds, example, meaning and source.
import type { EnvelopeField, Field, Fields, Source } from '../protocol/contract.ts';
import { type Block, type Cell, type Inline, type Language, type Line, table } from './blocks.ts';
import { LABELS } from './texts.ts';

interface Unfolded {
  /** With the names of the fields around it; `[]` stands behind a list. */
  readonly path: string;
  readonly field: Field;
}

/** Each field, followed by those within it. */
export function unfold(fields: Fields, around = ''): Unfolded[] {
  return Object.entries(fields).flatMap(([name, field]) => within(around + name, field));
}

function within(path: string, field: Field): Unfolded[] {
  const own = { path, field };
  if (field.type === 'group') return [own, ...unfold(field.fields, `${path}.`)];
  if (field.type !== 'list') return [own];
  if ('fields' in field) return [own, ...unfold(field.fields, `${path}[].`)];
  return [own, ...within(`${path}[]`, field.of)];
}

/** @param fields with `place` and `signed` where they are those of an envelope */
export function fieldTable(
  caption: string,
  fields: Fields | Readonly<Record<string, EnvelopeField>>,
  language: Language,
  { places = false }: { readonly places?: boolean } = {},
): Block {
  const t = LABELS[language];
  const head = [t.field, ...(places ? [t.place] : []), t.type, t.example, t.meaning];
  const rows = unfold(fields).map(({ path, field }): Cell[] => [
    [[{ code: path }], [{ soft: field.optional ? t.optional : t.required }]],
    ...(places ? [placeOf(field, language)] : []),
    typeOf(field, language),
    'example' in field ? [[{ code: String(field.example) }]] : [],
    meaningOf(field, language),
  ]);
  return table(caption, head, rows, t.none);
}

function placeOf(field: Field, language: Language): Cell {
  const t = LABELS[language];
  const signed = 'signed' in field ? [[{ soft: field.signed ? t.signed : t.unsigned }]] : [];
  return field.place === undefined ? signed : [[t.placeIn[field.place]], ...signed];
}

function typeOf(field: Field, language: Language): Cell {
  const t = LABELS[language];
  if (field.type === 'list') return [[t.listOf(field.max, field.form)]];
  const lines: Line[] = [[t.types[field.type]]];
  if (field.type === 'integer') {
    lines.push([t.range(field.min, field.max)]);
    if (field.default !== undefined) lines.push([t.default, { code: String(field.default) }]);
  }
  if (field.type === 'string') {
    if (field.format) lines.push([t.formats[field.format]]);
    if (field.maxLength !== undefined) lines.push([t.atMost(field.maxLength)]);
    if (field.pattern) lines.push([t.pattern, { code: field.pattern.source }]);
  }
  if ('blanks' in field && field.blanks === 'trimmed') lines.push([{ soft: t.blanks.trimmed }]);
  return lines;
}

function meaningOf(field: Field, language: Language): Cell {
  const t = LABELS[language];
  const values =
    field.type === 'enum'
      ? Object.entries(field.values).map(
          ([value, meaning]): Line => [{ code: value }, ` ${meaning[language]}`],
        )
      : [];
  const secret: Line[] = field.secret ? [[{ strong: t.secret }]] : [];
  return [[field.text[language]], ...values, ...secret, sourceLine(field.source, language)];
}

/** Where a statement comes from: the words of the vendor's document, or the number of our decision. */
export function sourceLine(source: Source, language: Language): Line {
  const t = LABELS[language];
  const soft = (text: string): Inline => ({ soft: text });
  if ('settled' in source) return [soft(`${t.source}${t.settled}${source.settled}`)];
  const { document, section, quote } = source;
  const where = section === undefined ? document : `${document}, ${section}`;
  return [soft(`${t.source}${where}${quote === undefined ? '' : `${t.colon}「${quote}」`}`)];
}
