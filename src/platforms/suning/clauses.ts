// The clauses of Suning: each code and rule as a case with its source and all that it needs.
import type { ClauseSet } from '../../protocol/clause.ts';
import { DOCUMENT_CLAUSES } from './clauses-bodies.ts';
import { HEADER_CLAUSES, LIMIT_CLAUSES } from './clauses-calls.ts';
import { APPS, type SuningClause } from './clauses-given.ts';
import { QUERY_CLAUSES } from './clauses-query.ts';
import { STATUS_CLAUSES } from './clauses-status.ts';

const BY_A_CLIENT = 'A client reports it; no reply carries it (settled.md, S21).';
const OPTIONAL_RANGE = 'It is for methods whose range is optional; neither is (settled.md, S24).';

export const clauses: ClauseSet<SuningClause['expects']['code']> = {
  platform: 'suning',
  parties: { section: 'apps', secret: 'appSecret', rows: APPS },
  catalog: { retiredMethods: ['suning.custom.category.query'] },
  orders: 'virtualOrders',
  clauses: [
    ...HEADER_CLAUSES,
    ...LIMIT_CLAUSES,
    ...DOCUMENT_CLAUSES,
    ...STATUS_CLAUSES,
    ...QUERY_CLAUSES,
  ],
  unreached: {
    'biz.handler.data-get:no-result 业务数据结果为空':
      "The words of the method's own table go before those of the common one (settled.md, S18).",
    'sys.check.starttime-format:error 请求开始时间错误':
      'The table has the code twice; the words that name the format are sent (settled.md, S18).',
    'biz.handler.data-get:success': 'It stands in the sn_head of a success, not as an error code.',
    'sys.error.network:failure': BY_A_CLIENT,
    'sys.error.network-status:?': BY_A_CLIENT,
    'sys.check.miss-time:starttime': OPTIONAL_RANGE,
    'sys.check.miss-time:endtime': OPTIONAL_RANGE,
  },
};
