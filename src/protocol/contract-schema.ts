// The JSON Schema (draft 2020-12) of a contract's fields, for forms, documentation and other languages.
import type { Field, Fields } from './contract.ts';
import { FORMAT_PATTERNS } from './contract-values.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** An object with the fields as its properties. */
export function schemaOfFields(
  fields: Fields,
  oneOf: readonly (readonly string[])[] = [],
): JsonSchema {
  const required = Object.keys(fields).filter((name) => !fields[name]!.optional);
  const alternatives = oneOf.map((names) => ({
    anyOf: names.map((name) => ({ required: [name] })),
  }));
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]),
    ),
    ...(required.length > 0 && { required }),
    ...(alternatives.length > 0 && { allOf: alternatives }),
    additionalProperties: false,
  };
}

function schemaOf(field: Field): JsonSchema {
  const description = `${field.text.zh} · ${field.text.en}`;
  const shared = { description, ...(field.secret && { writeOnly: true }) };
  switch (field.type) {
    case 'string': {
      const pattern =
        field.pattern?.source ?? (field.format && FORMAT_PATTERNS[field.format].source);
      return {
        type: 'string',
        ...shared,
        ...(!field.optional && { minLength: 1 }),
        ...(field.maxLength !== undefined && { maxLength: field.maxLength }),
        ...(pattern !== undefined && { pattern }),
        examples: [field.example],
      };
    }
    case 'enum':
      return {
        type: 'string',
        ...shared,
        enum: Object.keys(field.values),
        examples: [field.example],
      };
    case 'integer':
      return {
        type: 'integer',
        ...shared,
        minimum: field.min,
        maximum: field.max,
        ...(field.default !== undefined && { default: field.default }),
        examples: [field.example],
      };
    case 'list':
      return {
        type: 'array',
        ...shared,
        maxItems: field.max,
        ...(!field.optional && { minItems: 1 }),
        items: 'of' in field ? schemaOf(field.of) : schemaOfFields(field.fields),
      };
    case 'group':
      return { ...schemaOfFields(field.fields), ...shared };
  }
}
