// 异常码 of queries, in the table that both methods share: times, pages and results.
import type { Codes } from '../../protocol/contract.ts';
import { HISTORY, row } from './sources.ts';

export const QUERY_CODES = {
  'biz.handler.data-get:success': {
    wire: '业务数据查询成功',
    cause: {
      zh: '查询成功；在 sn_head 的 returnMessage 中返回。',
      en: 'The query succeeded. It stands in the returnMessage of sn_head.',
    },
    remedy: { zh: '无需处理。', en: 'Nothing to do.' },
    retry: 'never',
    source: row(HISTORY, 'biz.handler.data-get:success | 业务数据查询成功'),
  },
  'biz.handler.data-get:fail': {
    wire: '业务数据查询失败',
    cause: { zh: '查询时服务端出现故障。', en: 'The server failed while it looked the orders up.' },
    remedy: { zh: '稍后重试。', en: 'Try again later.' },
    retry: 'later',
    source: row(HISTORY, 'biz.handler.data-get:fail | 业务数据查询失败'),
  },
  'sys.check.pageno-format:error': {
    wire: 'pageNo格式错误,只允许1到99999之间的整数',
    cause: { zh: 'pageNo 不是整数。', en: 'pageNo is no integer.' },
    remedy: { zh: '传入 1 到 99999 的整数。', en: 'Send an integer from 1 to 99999.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.pageno-format:error | pageNo格式错误,只允许1到99999之间的整数'),
  },
  'sys.check.pagesize-format:error': {
    wire: 'pageSize格式错误,只允许1到50之间的整数(订单相关是1到100)',
    cause: { zh: 'pageSize 不是整数。', en: 'pageSize is no integer.' },
    remedy: { zh: '传入 1 到 100 的整数。', en: 'Send an integer from 1 to 100.' },
    retry: 'never',
    source: row(
      HISTORY,
      'sys.check.pagesize-format:error | pageSize格式错误,只允许1到50之间的整数(订单相关是1到100)',
    ),
  },
  'sys.check.page-param:error': {
    wire: 'pageNo或者pageSize不在要求范围内,pageNo只允许1到99999之间的整数,pageSize只允许1到50之间的整数(订单相关是1到100)',
    cause: { zh: 'pageNo 或 pageSize 超出范围。', en: 'pageNo or pageSize is out of range.' },
    remedy: {
      zh: 'pageNo 为 1 到 99999，pageSize 为 1 到 100。',
      en: 'Send a pageNo from 1 to 99999 and a pageSize from 1 to 100.',
    },
    retry: 'never',
    source: row(
      HISTORY,
      'sys.check.page-param:error | pageNo或者pageSize不在要求范围内,pageNo只允许1到99999之间的整数,pageSize只允许1到50之间的整数(订单相关是1到100)',
    ),
  },
  'sys.check.miss-time:starttime': {
    wire: '不存在开始时间(节点)',
    cause: {
      zh: '可选的时间段只给出了结束时间。',
      en: 'An optional time range has an end and no start.',
    },
    remedy: { zh: '成对传入。', en: 'Send both.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.miss-time:starttime | 不存在开始时间(节点)'),
    unused: {
      zh: '这里的方法都要求时间段。',
      en: 'The methods served here require their time range.',
    },
  },
  'sys.check.miss-time:endtime': {
    wire: '不存在结束时间(节点)',
    cause: {
      zh: '可选的时间段只给出了开始时间。',
      en: 'An optional time range has a start and no end.',
    },
    remedy: { zh: '成对传入。', en: 'Send both.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.miss-time:endtime | 不存在结束时间(节点)'),
    unused: {
      zh: '这里的方法都要求时间段。',
      en: 'The methods served here require their time range.',
    },
  },
  'sys.check.starttime-value:null': {
    wire: '开始时间为空(值)',
    cause: { zh: 'startTime 是空值。', en: 'startTime is empty.' },
    remedy: { zh: '传入 yyyy-MM-dd HH:mm:ss。', en: 'Send yyyy-MM-dd HH:mm:ss.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.starttime-value:null | 开始时间为空(值)'),
  },
  'sys.check.endtime-value:null': {
    wire: '结束时间为空(值)',
    cause: { zh: 'endTime 是空值。', en: 'endTime is empty.' },
    remedy: { zh: '传入 yyyy-MM-dd HH:mm:ss。', en: 'Send yyyy-MM-dd HH:mm:ss.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.endtime-value:null | 结束时间为空(值)'),
  },
  'sys.check.starttime-format:error': {
    wire: '校验开始时间不合法,格式yyyy-MM-dd HH:mm:ss',
    cause: {
      zh: 'startTime 不是存在的时间，或格式不符。',
      en: 'startTime is no time of the form.',
    },
    remedy: { zh: '传入 yyyy-MM-dd HH:mm:ss。', en: 'Send yyyy-MM-dd HH:mm:ss.' },
    retry: 'never',
    source: row(
      HISTORY,
      'sys.check.starttime-format:error | 校验开始时间不合法,格式yyyy-MM-dd HH:mm:ss',
    ),
    otherWires: {
      请求开始时间错误: row(HISTORY, 'sys.check.starttime-format:error | 请求开始时间错误'),
    },
  },
  'sys.check.endtime-format:error': {
    wire: '校验结束时间不合法,格式yyyy-MM-dd HH:mm:ss',
    cause: { zh: 'endTime 不是存在的时间，或格式不符。', en: 'endTime is no time of the form.' },
    remedy: { zh: '传入 yyyy-MM-dd HH:mm:ss。', en: 'Send yyyy-MM-dd HH:mm:ss.' },
    retry: 'never',
    source: row(
      HISTORY,
      'sys.check.endtime-format:error | 校验结束时间不合法,格式yyyy-MM-dd HH:mm:ss',
    ),
  },
  'sys.check.query-time:error': {
    wire: '开始时间是否小于结束时间',
    cause: { zh: 'startTime 不早于 endTime。', en: 'startTime is not before endTime.' },
    remedy: { zh: '检查两个时间的先后。', en: 'Check the order of the two times.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.query-time:error | 开始时间是否小于结束时间'),
  },
  'sys.check.query-time:outofrange': {
    wire: '时间查询是否超出指定范围',
    cause: { zh: '时间段超过 3 个自然月。', en: 'The range is longer than 3 calendar months.' },
    remedy: { zh: '拆成多段查询。', en: 'Ask in several ranges.' },
    retry: 'never',
    source: row(HISTORY, 'sys.check.query-time:outofrange | 时间查询是否超出指定范围'),
  },
} as const satisfies Codes;
