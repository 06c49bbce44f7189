// 标识代码: the code table of both documents (000, 2.3; 001, 3.3), and what core's refusals become.
import type { CoreCode } from '../../core/errors.ts';
import { wiresOf } from '../../protocol/contract.ts';
import { CODE_TABLE } from './code-table.ts';

/** Code and description, as the tables print them. */
export const CODES = wiresOf(CODE_TABLE);

export type Code = keyof typeof CODES;

/** Codes that stand in the table and that no reply of these actions uses. */
export const EXEMPT_CODES: readonly Code[] = ['Authorised'];

/** A core code as Jintong says it. A state refusal names the state: see index.ts. */
export const CORE_TO_CODE: Record<
  CoreCode,
  { readonly code: Code; readonly description?: string }
> = {
  'unknown-order': { code: 'CallFail', description: '订单不存在' },
  'unknown-line': { code: 'CallFail', description: '订单不存在' },
  'foreign-order': { code: 'Unauthorized' },
  'state-refuses': { code: 'CallFail' },
  // 000, 1.3.2: the failure sample.
  'too-soon': { code: 'CallFail', description: '10分钟内才刚催单，不能再催单!' },
  unavailable: { code: 'Unknown' },
  fault: { code: 'Unknown' },
};
