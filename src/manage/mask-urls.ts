// What a viewer sees of a callback's URL: the names in its query without their values, which may be secrets.
import type { OperationId } from './roles.ts';

/** Some receivers know their callers by a token in the URL. Names stay, so that two URLs can be told apart. */
export const maskQuery = (text: string): string => text.replace(/([?&][^=&\s]+=)[^&\s]+/g, '$1***');

/** Answers whose field `detail` quotes a URL. */
const IN_DETAIL: ReadonlySet<OperationId> = new Set(['listAttention', 'listCallbackAlerts']);

/** The answer with the queries of its URLs masked, at any depth. */
export function maskUrls(answer: unknown, operation: OperationId): unknown {
  const isUrl = (name: string): boolean =>
    name === 'url' || (name === 'detail' && IN_DETAIL.has(operation));
  const masked = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return isUrl(name) ? maskQuery(value) : value;
    if (Array.isArray(value)) return value.map((one) => masked(one, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one, key)]));
  };
  return masked(answer, '');
}
