// statusCode: the codes that ytx answers with, their texts, and what core's refusals become.
import type { CoreCode } from '../../core/errors.ts';
import { wiresOf } from '../../protocol/contract.ts';
import { CODE_TABLE } from './code-table.ts';

/** Code and text; the contract says of each where it stands. */
export const CODES = wiresOf(CODE_TABLE);

export type Code = keyof typeof CODES;

/** A core code as ytx says it. Another app's order is like none, so that nobody learns of it. */
export const CORE_TO_CODE: Record<CoreCode, Code> = {
  'unknown-order': '-704',
  'unknown-line': '-704',
  'foreign-order': '-704',
  'too-soon': '-705',
  // No action of ytx moves an order along; operators do.
  'state-refuses': '-100',
  unavailable: '-100',
  fault: '-100',
};
