// A contract as JSON, for the management API and for tools in other languages.
import type { Algorithm, Contract, Field, Fields, Text } from './contract.ts';

/**
 * JSON without regular expressions: a pattern is given as its source, for use with the flag `u`.
 */
export type ContractJson = {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly algorithm: Algorithm;
  readonly success: string;
  readonly envelope: object;
  readonly methods: Readonly<Record<string, object>>;
  readonly codes: Readonly<Record<string, object>>;
  readonly checks: readonly {
    readonly name: string;
    readonly refuses: readonly string[];
    /** The reason for each code. */
    readonly reasons: Readonly<Record<string, Text>>;
  }[];
};

/** @param checks the platform's checks in sequence, each with the codes that it refuses with */
export function contractJson(contract: Contract, checks: ContractJson['checks']): ContractJson {
  const { name, title, algorithm, success, envelope, methods, codes } = contract;
  return {
    name,
    title,
    algorithm,
    success,
    envelope: {
      ...envelope,
      request: fieldsJson(envelope.request),
      reply: fieldsJson(envelope.reply),
    },
    methods: Object.fromEntries(
      Object.entries(methods).map(([method, one]) => [
        method,
        {
          ...one,
          params: fieldsJson(one.params),
          reply: fieldsJson(one.reply),
          ...(one.head && { head: fieldsJson(one.head) }),
        },
      ]),
    ),
    codes,
    checks,
  };
}

const fieldsJson = (fields: Fields): object =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldJson(field)]));

function fieldJson(field: Field): object {
  switch (field.type) {
    case 'string': {
      const { pattern, ...rest } = field;
      return pattern ? { ...rest, pattern: pattern.source } : rest;
    }
    case 'group':
      return { ...field, fields: fieldsJson(field.fields) };
    case 'list':
      return 'of' in field
        ? { ...field, of: fieldJson(field.of) }
        : { ...field, fields: fieldsJson(field.fields) };
    default:
      return field;
  }
}
