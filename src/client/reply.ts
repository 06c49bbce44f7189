// Holds a success to its contract: a value whose type promises a field that did not come is no value.
import type { Fields, MethodContract } from '../protocol/contract.ts';
import { findFaults } from '../protocol/contract-values.ts';

/** Only that a field is there and of its kind: values beyond the contract's are the server's own. */
const COUNTS = new Set(['absent', 'not-text', 'not-a-list', 'not-a-group']);

/** The first fault of the reply, in words; undefined where there is none. */
export function faultOfReply(method: MethodContract, value: object): string | undefined {
  const { reply, head = {}, replyForm = 'one' } = method;
  if (replyForm === 'one') return fault(reply, value);
  const { items, ...beside } = value as { readonly items?: unknown };
  if (!Array.isArray(items)) return 'it has no list';
  return (
    fault(head, beside) ??
    items
      .filter((item) => !('refused' in item))
      .map((item) => fault(reply, item))
      .find((found) => found !== undefined)
  );
}

function fault(fields: Fields, values: object): string | undefined {
  const found = findFaults(fields, values as Readonly<Record<string, unknown>>).find(({ is }) =>
    COUNTS.has(is),
  );
  return found && `${found.path} is ${found.is}`;
}
