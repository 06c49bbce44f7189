// Reads and checks the values of a call by the fields of its action in the contract.
import type { JsonObject } from '../../core/order.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { labelOf, type TextField } from '../../protocol/contract.ts';
import type { Start } from '../../protocol/platform.ts';
import type { Code } from './codes.ts';
import type { Asked } from './ids.ts';
import { ACTIONS, type Action, type FieldName, isLostText, paramsOf } from './methods.ts';
import { findProduct } from './products.ts';
import { isAccount, normalizeAccount } from './recharge-account.ts';
import { quotable } from './redact.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;

function refuse<C extends Code>(refused: C, detail: string): Refusal<C> {
  return { refused, detail: quotable(detail) };
}

export type Values = Readonly<Record<string, string>>;

/**
 * The fields that the action defines. Other fields are ignored, because public clients send some.
 */
export function readFields(
  call: Start & {
    readonly body: JsonObject;
    readonly action: Action;
    readonly asked: Asked;
  },
): Step<{ readonly values: Values }, '-2' | '-101'> {
  const values: Record<string, string> = {};
  let malformed: Refusal<'-101'> | undefined;
  const fields = TEXT_FIELDS[call.action];
  for (const [name, field] of fields) {
    if (!isRead(name, call.asked)) continue;
    const given = call.body[name] ?? '';
    if (typeof given !== 'string') {
      malformed ??= refuse(
        '-101',
        `${name} (${labelOf(field)}) is of type ${typeOf(given)}, no text`,
      );
      continue;
    }
    const value = field.blanks === 'trimmed' ? given.trim() : given;
    if (!field.optional && value === '') {
      return refuse('-2', `${name} (${labelOf(field)}) is missing`);
    }
    values[name] = value;
  }
  if (malformed) return malformed;
  if (call.action === 'getOrderResult' && call.asked.ids.length === 0 && !values.customParm) {
    return refuse('-2', 'requestId is missing, and customParm too');
  }
  for (const [name, field] of fields) {
    const value = values[name];
    if (value === undefined || value === '') continue;
    const problem = problemOf(name, value, field.pattern, values, call);
    // The log names the field and not its value, which may be somebody's number.
    if (problem !== null) return refuse('-101', `${name} (${labelOf(field)}) ${problem}`);
  }
  return { values };
}

/** The fields that are read as texts, by action. requestId is a list and was read before. */
const TEXT_FIELDS = Object.fromEntries(
  ACTIONS.map((action) => [
    action,
    Object.entries(paramsOf(action)).filter(([, { type }]) => type === 'string'),
  ]),
) as unknown as Readonly<Record<Action, readonly [FieldName, TextField][]>>;

/** Beside a requestId, customParm does not count, whatever it is (settled.md, Y11). */
const isRead = (name: FieldName, asked: Asked): boolean =>
  name !== 'customParm' || asked.ids.length === 0;

const typeOf = (value: JsonObject[string]): string =>
  Array.isArray(value) ? 'array' : typeof value;

/** What is wrong with a field's value; null where nothing is. */
function problemOf(
  name: FieldName,
  value: string,
  pattern: RegExp | undefined,
  values: Values,
  call: Start,
): string | null {
  if (name === 'customParm' && isLostText(value)) {
    return 'is what is left of a text whose encoder could not write it: send it as UTF-8';
  }
  if (pattern && !pattern.test(value)) return 'is malformed';
  if (name !== 'rechargeAccount') return null;
  const product = findProduct(values.productCode!, call);
  if (product?.account === 'mobile') {
    return isAccount('mobile', normalizeAccount('mobile', value)) ? null : 'is no mobile number';
  }
  if (isAccount('any', value)) return null;
  // Of a product that has gone, the order may be there, and its account may be a number with blanks.
  if (!product && isAccount('mobile', normalizeAccount('mobile', value))) return null;
  return 'is not 1 to 64 visible characters';
}
