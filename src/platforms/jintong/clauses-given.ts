// Shared parts of Jintong's clauses: orders, calls, and the function that turns a case into a
// clause.
import type { Clause, ClauseRequest, Mutation } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import type { Code } from './codes.ts';
import { CANCEL, HASTEN } from './sources.ts';
import type { State } from './states.ts';

export type JintongClause = Clause<Code>;

export const settled = (number: string): Source => ({ settled: number });
export const codeRow = (document: string, quote: string): Source => ({
  document,
  section: document === CANCEL ? '3.3. 标识代码' : '2.3. 标识代码',
  quote,
});
export const parameter = (quote: string): Source => ({
  document: HASTEN,
  section: '2.1. 请求基本参数',
  quote,
});

/** Each clause has its own order, so that no clause changes an order of another. */
let made = 0;
const nextId = (): string => `1512${String(++made).padStart(8, '0')}`;

const orderRow = (orderId: string, state: State, userName: string) => ({
  orderId,
  userName,
  state,
  pnr: 'JX8K2P',
  flightNo: 'MU5101',
  amount: '1280.00',
  createdAt: '2015-11-03 09:12:33',
});

export interface Case {
  readonly party?: string;
  /** The state of the clause's order; absent: no order exists. */
  readonly state?: State;
  /** The user who owns the order. Default: the calling user. */
  readonly owner?: string;
  readonly method?: string;
  /** Changes to the method's parameters; undefined removes one. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly mutate?: Mutation;
  readonly given?: Partial<JintongClause['given']>;
  /** Sends the same request once before. */
  readonly repeats?: true;
  readonly expects?: Partial<JintongClause['expects']>;
}

function paramsOf(method: string, user: string, orderId: string) {
  if (method !== 'OperateCancelOrder') return { OrderID: orderId, UserName: user };
  return { Consumer: user, OrderID: orderId, Remark: '取消' };
}

const withoutUndefined = (fields: object): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export function clause(id: string, code: Code, source: Source, its: Case = {}): JintongClause {
  const { party = 'jane88', state, method = 'HastenOrder', mutate } = its;
  const orderId = nextId();
  const user = its.owner ?? party;
  const params = withoutUndefined({ ...paramsOf(method, party, orderId), ...its.params });
  const request: ClauseRequest = { method, params, ...(mutate && { mutate }) };
  return {
    id,
    source,
    given: {
      party,
      ...(state && { orders: [orderRow(orderId, state, user)] }),
      ...(its.repeats && { before: [request] }),
      ...its.given,
    },
    request,
    expects: { code, ...its.expects },
  };
}
