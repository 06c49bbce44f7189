// The members of a JSON Schema as a table: nested ones unfolded, references followed.
import { type Block, type Cell, type Language, type Line, table } from './blocks.ts';
import type { OpenApi, Schema } from './openapi.ts';
import { LABELS } from './texts.ts';

interface Member {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** References that contain themselves end here. */
const DEEPEST = 5;

export class SchemaReader {
  readonly #schemas: OpenApi['components']['schemas'];

  constructor({ components }: OpenApi) {
    this.#schemas = components.schemas;
  }

  /** The schema that a reference names, with the description that stands beside the reference. */
  resolved(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const { $ref, ...beside } = schema;
    return { ...this.#schemas[$ref.split('/').at(-1)!], ...beside };
  }

  /** The members of an object; of a list and of alternatives those of each. */
  members(given: Schema, around = '', depth = 0): Member[] {
    if (depth > DEEPEST) return [];
    const schema = this.resolved(given);
    const alternatives = [
      ...(schema.anyOf ?? []),
      ...(schema.oneOf ?? []),
      ...(schema.allOf ?? []),
    ].flatMap((one) => this.members(one, around, depth + 1));
    const items = schema.items ? this.members(schema.items, `${around}[]`, depth + 1) : [];
    const own = Object.entries(schema.properties ?? {}).flatMap(([name, one]): Member[] => {
      const path = around === '' ? name : `${around}.${name}`;
      const isRequired = schema.required?.includes(name) ?? false;
      return [{ path, schema: one, isRequired }, ...this.members(one, path, depth + 1)];
    });
    const seen = new Set<string>();
    return [...own, ...alternatives, ...items].filter(
      ({ path }) => !seen.has(path) && seen.add(path),
    );
  }

  /** The type in the words of JSON, with bounds. */
  typeOf(given: Schema): string {
    const schema = this.resolved(given);
    const { type, anyOf, oneOf, items } = schema;
    const parts = (anyOf ?? oneOf)?.map((one) => this.typeOf(one));
    if (parts) return [...new Set(parts)].join(' | ');
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (type === 'array' && items) return `${this.typeOf(items)}[]`;
    const name = type === undefined ? 'any' : [type].flat().join(' | ');
    return schema.format === undefined ? name : `${name} (${schema.format})`;
  }

  table(caption: string, schema: Schema, language: Language): Block {
    const t = LABELS[language];
    const rows = this.members(schema).map(({ path, schema: one, isRequired }): Cell[] => [
      [[{ code: path }], [{ soft: isRequired ? t.required : t.optional }]],
      [[this.typeOf(one)], ...this.bounds(one, language)],
      this.meaning(one),
    ]);
    return table(caption, [t.field, t.type, t.meaningOnly], rows, t.none);
  }

  bounds(given: Schema, language: Language): Line[] {
    const t = LABELS[language];
    const { minimum, maximum, maxLength, pattern } = this.resolved(given);
    const isBound = (n: number | undefined): n is number =>
      n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER;
    return [
      ...(isBound(minimum) && isBound(maximum) ? [[t.range(minimum, maximum)]] : []),
      ...(maxLength === undefined ? [] : [[t.atMost(maxLength)]]),
      ...(pattern === undefined ? [] : [[t.pattern, { code: pattern }]]),
    ];
  }

  meaning(given: Schema): Cell {
    const { description, enum: values } = this.resolved(given);
    return [
      ...(description === undefined ? [] : [[description]]),
      ...(values === undefined
        ? []
        : [values.flatMap((one, i): Line => [i === 0 ? '' : ' · ', { code: String(one) }])]),
    ];
  }
}
