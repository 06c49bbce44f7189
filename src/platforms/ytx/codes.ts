// statusCode: ytx's codes with their texts, and the codes for core's refusals.
import type { CoreCode } from '../../core/errors.ts';
import { wiresOf } from '../../protocol/contract.ts';
import { CODE_TABLE } from './code-table.ts';

/** The codes with their texts; the contract names the source of each. */
export const CODES = wiresOf(CODE_TABLE);

export type Code = keyof typeof CODES;

/**
 * ytx's codes for core's codes. Another app's order gives the code of a missing order, so that
 * nobody learns of it.
 */
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
