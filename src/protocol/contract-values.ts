// Checks values against the fields of a contract. Clients, forms and tests use this derived
// validator.
import type {
  EnumField,
  Field,
  Fields,
  IntegerField,
  ListField,
  TextField,
  TextFormat,
} from './contract.ts';
import { parseShanghai } from './shanghai-time.ts';

/** A problem with a value, and its path: `cardList[2].cardSec`. */
export interface ValueFault {
  readonly path: string;
  readonly is:
    | 'absent'
    | 'empty'
    | 'not-text'
    | 'not-a-list'
    | 'not-a-group'
    | 'malformed'
    | 'too-long'
    | 'too-many'
    | 'out-of-range'
    | 'not-listed'
    | 'not-defined';
}

/** Values as they arrive on the wire: texts, lists of values, groups of values. */
export type WireValue =
  | string
  | number
  | readonly WireValue[]
  | { readonly [name: string]: unknown };

/**
 * All faults of `values`, in the sequence of the fields, followed by unknown names.
 *
 * @param oneOf groups of names, of which at least one name must be present
 */
export function findFaults(
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  oneOf: readonly (readonly string[])[] = [],
): ValueFault[] {
  const faults = faultsOfGroup(fields, values, '');
  for (const names of oneOf) {
    if (names.every((name) => isMissing(values[name]))) {
      faults.push({ path: names.join(' | '), is: 'absent' });
    }
  }
  return faults;
}

const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

function faultsOfGroup(
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  prefix: string,
): ValueFault[] {
  const faults: ValueFault[] = [];
  for (const [name, field] of Object.entries(fields)) {
    faults.push(
      ...faultsOf(field, Object.hasOwn(values, name) ? values[name] : undefined, prefix + name),
    );
  }
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(fields, name)) faults.push({ path: prefix + name, is: 'not-defined' });
  }
  return faults;
}

function faultsOf(field: Field, value: unknown, path: string): ValueFault[] {
  if (value === undefined || value === null) {
    return field.optional ? [] : [{ path, is: 'absent' }];
  }
  if (field.type === 'list') return faultsOfList(field, value, path);
  if (field.type === 'group') {
    if (!isGroup(value)) return [{ path, is: 'not-a-group' }];
    return faultsOfGroup(field.fields, value, `${path}.`);
  }
  if (typeof value !== 'string' && typeof value !== 'number') return [{ path, is: 'not-text' }];
  const given = String(value);
  const text = field.blanks === 'trimmed' ? given.trim() : given;
  if (text === '') return field.optional ? [] : [{ path, is: 'empty' }];
  const is = faultOfText(field, text);
  return is ? [{ path, is }] : [];
}

function faultsOfList(field: ListField, value: unknown, path: string): ValueFault[] {
  if (!Array.isArray(value)) return [{ path, is: 'not-a-list' }];
  if (value.length === 0 && !field.optional) return [{ path, is: 'empty' }];
  if (value.length > field.max) return [{ path, is: 'too-many' }];
  return value.flatMap((one: unknown, i) => {
    const place = `${path}[${i}]`;
    if ('of' in field) return faultsOf(field.of, one, place);
    if (!isGroup(one)) return [{ path: place, is: 'not-a-group' } as const];
    return faultsOfGroup(field.fields, one, `${place}.`);
  });
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function faultOfText(
  field: TextField | EnumField | IntegerField,
  text: string,
): ValueFault['is'] | undefined {
  if (field.type === 'enum') return Object.hasOwn(field.values, text) ? undefined : 'not-listed';
  if (field.type === 'integer') {
    if (!/^-?\d+$/.test(text)) return 'malformed';
    const number = Number(text);
    return number >= field.min && number <= field.max ? undefined : 'out-of-range';
  }
  if (field.maxLength !== undefined && text.length > field.maxLength) return 'too-long';
  if (field.pattern && !field.pattern.test(text)) return 'malformed';
  return field.format === undefined || hasFormat(field.format, text) ? undefined : 'malformed';
}

/** The pattern of each text format. A time and a URL must also be valid as such. */
export const FORMAT_PATTERNS: Readonly<Record<TextFormat, RegExp>> = {
  mobile: /^1[3-9]\d{9}$/,
  'shanghai-time': /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/,
  yuan: /^(0|[1-9]\d{0,12})(\.\d{1,2})?$/,
  url: /^https?:\/\//,
};

function hasFormat(format: TextFormat, text: string): boolean {
  if (!FORMAT_PATTERNS[format].test(text)) return false;
  if (format === 'shanghai-time') return parseShanghai(text) !== null;
  return format !== 'url' || URL.canParse(text);
}
