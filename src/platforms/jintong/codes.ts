// 标识代码: the code table of both documents (000, 2.3; 001, 3.3), and the codes for core's refusals.
import type { CoreCode } from '../../core/errors.ts';
import { wiresOf } from '../../protocol/contract.ts';
import { CODE_TABLE, NO_ORDER, TOO_SOON } from './code-table.ts';

/** Code and description, as the tables print them. */
export const CODES = wiresOf(CODE_TABLE);

export type Code = keyof typeof CODES;

/**
 * Jintong's codes for core's codes. A refusal because of the state names the state: see index.ts.
 */
export const CORE_TO_CODE: Record<
  CoreCode,
  { readonly code: Code; readonly description?: string }
> = {
  'unknown-order': { code: 'CallFail', description: NO_ORDER },
  'unknown-line': { code: 'CallFail', description: NO_ORDER },
  'foreign-order': { code: 'Unauthorized' },
  'state-refuses': { code: 'CallFail' },
  // 000, 1.3.2: the failure sample.
  'too-soon': { code: 'CallFail', description: TOO_SOON },
  unavailable: { code: 'Unknown' },
  fault: { code: 'Unknown' },
};
