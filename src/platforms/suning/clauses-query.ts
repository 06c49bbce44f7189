// Clauses of suning.fws.historyorder.query: its times, its pages, and what it finds.
import type { Row } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import {
  APP,
  clause,
  codeRow,
  FOUND,
  MONTH,
  queryOf,
  type SuningClause,
  serviceOrder,
  settled,
} from './clauses-given.ts';
import { HISTORY } from './sources.ts';

type Code = SuningClause['expects']['code'];

const field = (quote: string): Source => ({
  document: HISTORY,
  section: 'serverId | String | N',
  quote,
});

const query = (id: string, code: Code, source: Source, fields: Row): SuningClause =>
  clause(id, code, source, queryOf(fields));

/** A query that finds the order that the clause brings with it. */
const found = (id: string, source: Source, fields: Row): SuningClause => ({
  id,
  source,
  given: { party: APP.plain, orders: FOUND.orders },
  request: queryOf({ ...FOUND.request.params, ...fields }),
  expects: { code: 'success', reply: { orderId: 'S90000000001' } },
});

const START = '2015-01-01 00:00:00';
const ABSENT = 'biz.fws.queryhistoryorder.missing-parameter';
const END_FORMAT = 'sys.check.endtime-format:error';
const START_FORMAT = 'sys.check.starttime-format:error';
const FORMAT = '不合法,格式yyyy-MM-dd HH:mm:ss';
const PAGES = 'sys.check.page-param:error';

const RANGES: readonly SuningClause[] = [
  query(
    'start-absent',
    `${ABSENT}:startTime`,
    codeRow(`${ABSENT}:startTime | 开始时间为空(必填)`),
    {
      startTime: undefined,
    },
  ),
  query('end-absent', `${ABSENT}:endTime`, codeRow(`${ABSENT}:endTime | 结束时间为空(必填)`), {
    endTime: undefined,
  }),
  query(
    'start-empty',
    'sys.check.starttime-value:null',
    codeRow('sys.check.starttime-value:null | 开始时间为空(值)'),
    { startTime: '' },
  ),
  query(
    'end-empty',
    'sys.check.endtime-value:null',
    codeRow('sys.check.endtime-value:null | 结束时间为空(值)'),
    { endTime: '' },
  ),
  query('start-malformed', START_FORMAT, codeRow(`${START_FORMAT} | 校验开始时间${FORMAT}`), {
    startTime: '2015-01-01',
  }),
  query('end-on-a-day-that-is-none', END_FORMAT, codeRow(`${END_FORMAT} | 校验结束时间${FORMAT}`), {
    endTime: '2015-02-29 00:00:00',
  }),
  query(
    'end-at-the-start',
    'sys.check.query-time:error',
    codeRow('sys.check.query-time:error | 开始时间是否小于结束时间'),
    { endTime: START },
  ),
  query('end-before-the-start', 'sys.check.query-time:error', settled('S35'), {
    startTime: MONTH.endTime,
    endTime: START,
  }),
  query(
    'range-over-three-months',
    'sys.check.query-time:outofrange',
    codeRow('sys.check.query-time:outofrange | 时间查询是否超出指定范围'),
    { endTime: '2015-04-01 00:00:01' },
  ),
  found('range-of-three-months', field('查询时间起止日期不能超过3个月'), {
    endTime: '2015-04-01 00:00:00',
  }),
];

const PAGE_NUMBERS: readonly SuningClause[] = [
  ...['x', '1.0', '+1', '1e2'].flatMap((text) => [
    query(
      `page-number-${text}`,
      'sys.check.pageno-format:error',
      codeRow('sys.check.pageno-format:error | pageNo格式错误,只允许1到99999之间的整数'),
      { pageNo: text },
    ),
    query(
      `page-size-${text}`,
      'sys.check.pagesize-format:error',
      codeRow(
        'sys.check.pagesize-format:error | pageSize格式错误,只允许1到50之间的整数(订单相关是1到100)',
      ),
      { pageSize: text },
    ),
  ]),
  ...['0', '-1', '100000', '9'.repeat(400)].map((pageNo) =>
    query(`page-number-${pageNo.slice(0, 9)}`, PAGES, field('最大值:99999'), { pageNo }),
  ),
  ...['0', '101'].map((pageSize) =>
    query(`page-size-${pageSize}`, PAGES, field('最大值:100。默认值:10'), { pageSize }),
  ),
  found('page-size-100', field('最大值:100。默认值:10'), { pageSize: '100' }),
  query('category-not-listed', 'sys.check.request-params:error', settled('S35'), {
    orderCategory: '4',
  }),
];

const NONE = 'biz.handler.data-get:no-result';

export const QUERY_CLAUSES: readonly SuningClause[] = [
  ...RANGES,
  ...PAGE_NUMBERS,
  {
    ...found('query', field('服务市场的服务的代码'), {}),
    expects: {
      code: 'success',
      reply: {
        returnMessage: 'biz.handler.data-get:success',
        pageTotal: '1',
        orderId: 'S90000000001',
        orderCategory: '1',
        shopName: '农夫山泉',
        businessAccounts: 'Xx@qqqq.com',
        createTime: '2015-01-20 00:00:00',
        serverId: 'S90000000000',
        realPaymentTotal: '180.00',
      },
    },
  },
  {
    ...query('start-is-included', 'success', settled('S33'), {
      serverId: 'S90000000010',
      startTime: '2015-01-05 00:00:00',
    }),
    given: {
      party: APP.plain,
      orders: [serviceOrder('S90000000010', '2015-01-05 00:00:00', 'S90000000010')],
    },
  },
  {
    ...query('end-is-not-included', NONE, settled('S33'), {
      serverId: 'S90000000011',
      endTime: '2015-01-05 00:00:00',
    }),
    given: {
      party: APP.plain,
      orders: [serviceOrder('S90000000011', '2015-01-05 00:00:00', 'S90000000011')],
    },
  },
  query('nothing-found', NONE, codeRow(`${NONE} | 查询无结果`), { serverId: 'S404' }),
  query('page-past-the-end', NONE, settled('S36'), { pageNo: '99999' }),
  {
    ...clause(
      'query-without-a-store',
      'isp.sys.service.unavailable.fws',
      codeRow('isp.sys.service.unavailable.fws | 服务不可用(系统异常)'),
      queryOf(),
    ),
    given: { party: APP.plain, server: 'no-store' },
  },
  {
    ...clause(
      'query-over-a-broken-row',
      'biz.handler.data-get:fail',
      codeRow('biz.handler.data-get:fail | 业务数据查询失败'),
      queryOf(),
    ),
    given: { party: APP.plain, orders: FOUND.orders, server: 'broken-row' },
  },
];
