// 异常码: the four code tables of both documents, and what core's refusals become.
import type { CoreCode } from '../../core/errors.ts';

const LEAGUER = 'biz.selfmarket.addleaguerstatus';

/** Code and 错误描述. `*` stands for a field's name and `?` for a status, as the tables print them. */
export const CODES = {
  // 002, the method's own table.
  'biz.selfmarket.addleaguerstatus.missing-parameter:*': '参数必填',
  'isp.sys.service.unavailable.somp': '服务不可用',
  'biz.selfmarket.addleaguerstatus.invalid-biz:100': '状态同步失败',
  'biz.selfmarket.addleaguerstatus.invalid-biz:101': '同步状态到OMS失败,查询无次订单',
  'biz.selfmarket.addleaguerstatus.invalid-biz:102':
    '订单类型非虚拟订单,请更换订单发货api接口进行发货操作',
  'biz.selfmarket.addleaguerstatus.invalid-biz:103':
    '虚拟订单确认收货需先进行订单发货(iqStatus=180)',
  'biz.selfmarket.addleaguerstatus.invalid-biz:104': '订单已退货',
  'biz.selfmarket.addleaguerstatus.invalid-biz:105': '订单状态非未发货',
  'biz.selfmarket.addleaguerstatus.invalid-biz:106': '订单已收货',
  'biz.selfmarket.addleaguerstatus.invalid-biz:107': '订单超100分钟未发货,系统进行自动退款处理',
  'biz.selfmarket.addleaguerstatus.invalid-biz:108': '入参状态不合法,请重新调用',
  'biz.selfmarket.addleaguerstatus.invalid-biz:109': '该订单类型不支持充值失败状态',
  'biz.selfmarket.addleaguerstatus.invalid-biz:110':
    '订单状态不支持接收充值失败状态,请确认订单状态是否已发货/已退款',
  'biz.selfmarket.addleaguerstatus.invalid-biz:111': '该订单已发起退款流程',
  'biz.selfmarket.addleaguerstatus.invalid-biz:112': '该订单发起退款流程失败',
  'biz.selfmarket.addleaguerstatus.invalid-biz:113': '卡密订单需传入充值卡号及充值密码才可发货',
  'biz.selfmarket.addleaguerstatus.invalid-biz:114': '卡密数量与销售数量不一致',
  'biz.selfmarket.addleaguerstatus.invalid-biz:115': '卡密数量大于1000',
  'biz.selfmarket.addleaguerstatus.invalid-biz:116': '卡号或卡密不可为空',
  // 004, the method's own table.
  'biz.handler.data-get:no-result': '查询无结果',
  'isp.sys.service.unavailable.fws': '服务不可用(系统异常)',
  'biz.fws.queryhistoryorder.missing-parameter:startTime': '开始时间为空(必填)',
  'biz.fws.queryhistoryorder.missing-parameter:endTime': '结束时间为空(必填)',
  // The table that both have in common.
  'sys.check.user-permission:inexistence': '访问令牌不存在',
  'sys.check.user-permission:overdue': '访问令牌已过期',
  'sys.check.api-permission:inexistence': 'Api方法不存在',
  'sys.check.api-permission:overdue': 'Api方法已过期',
  'sys.check.method-permission:authority': '无权操作此api',
  'sys.auth.vendor-request:errory': '无权操作此供应商',
  'sys.controller.api-request:limit': 'Api请求受控',
  'sys.check.app-time:error': '请求参数错误api请求时间误差大',
  'sys.check.request-params:error': '请求报文结构错误',
  'biz.handler.data-get:success': '业务数据查询成功',
  'biz.handler.data-get:fail': '业务数据查询失败',
  'sys.check.pageno-format:error': 'pageNo格式错误,只允许1到99999之间的整数',
  'sys.check.pagesize-format:error': 'pageSize格式错误,只允许1到50之间的整数(订单相关是1到100)',
  'sys.check.page-param:error':
    'pageNo或者pageSize不在要求范围内,pageNo只允许1到99999之间的整数,pageSize只允许1到50之间的整数(订单相关是1到100)',
  'sys.check.miss-time:starttime': '不存在开始时间(节点)',
  'sys.check.miss-time:endtime': '不存在结束时间(节点)',
  'sys.check.starttime-value:null': '开始时间为空(值)',
  'sys.check.endtime-value:null': '结束时间为空(值)',
  'sys.check.starttime-format:error': '校验开始时间不合法,格式yyyy-MM-dd HH:mm:ss',
  'sys.check.endtime-format:error': '校验结束时间不合法,格式yyyy-MM-dd HH:mm:ss',
  'sys.check.query-time:error': '开始时间是否小于结束时间',
  'sys.check.query-time:outofrange': '时间查询是否超出指定范围',
  'sys.check.app-sign:null': '签名信息为空',
  'sys.check.app-sign:error': '签名信息错误',
  'sys.check.missing-parameter:apiversion': 'API版本号未指定',
  'sys.check.missing-parameter:appRequestTime': '请求时间丢失',
  'sys.check.missing-nestElement:sn_body': '缺少sn_body节点',
  'biz.handler.batch-handler:no-support': '非查询类API不支持批量操作',
  'biz.handler.request-message:error': '查询类API输入多个业务节点',
  'sys.check.header-param:null': 'header参数为空',
  'sys.controller.api-access:limit': '访问限制',
  'sys.controller.api-frequency:limit': '访问频率限制',
  'sys.error.network:failure': '网络异常',
  'sys.error.network-status:?': '响应失败 ?为状态码',
  'sys.check.snunionid.length.is.not:48': '混淆会员编码长度不是48位',
} as const;

/** Rows that give a code of {@link CODES} another text; "用户key不存在 for a bad key". */
export const OTHER_TEXTS = {
  'sys.check.user-permission:inexistence': '用户key不存在',
  'sys.check.starttime-format:error': '请求开始时间错误',
  'biz.handler.data-get:no-result': '业务数据结果为空',
} as const satisfies Partial<Record<keyof typeof CODES, string>>;

type Row = keyof typeof CODES;
const MISSING = `${LEAGUER}.missing-parameter` as const;

/** A code as a reply carries it: the field's name, or the status, in the place of the sign for it. */
export type Code =
  | Exclude<Row, `${string}:*` | `${string}:?`>
  | `${typeof MISSING}:${string}`
  | `sys.error.network-status:${number}`;

export const missingParameter = (field: string): Code => `${MISSING}:${field}`;

/** The numbers behind `biz.selfmarket.addleaguerstatus.invalid-biz:`. */
export type BizNumber = Row extends infer R
  ? R extends `${typeof LEAGUER}.invalid-biz:${infer N}`
    ? N
    : never
  : never;

export const invalidBiz = (number: BizNumber): Code => `${LEAGUER}.invalid-biz:${number}`;

/** The row of the tables that a code belongs to. */
export function rowOf(code: string): Row {
  if (Object.hasOwn(CODES, code)) return code as Row;
  const [name] = code.split(':', 1);
  return name === MISSING ? `${MISSING}:*` : 'sys.error.network-status:?';
}

export const describe = (code: string): string => CODES[rowOf(code)];

/** What the two methods call a service that is away, and a fault of ours. */
export const SERVICE_CODES = {
  somp: { unavailable: 'isp.sys.service.unavailable.somp', fault: invalidBiz('100') },
  fws: { unavailable: 'isp.sys.service.unavailable.fws', fault: 'biz.handler.data-get:fail' },
} as const satisfies Record<string, Record<'unavailable' | 'fault', Code>>;

export type Service = keyof typeof SERVICE_CODES;

/** What core refuses, as Suning says it; the rules of addLeaguerstatus say more, see operations.ts. */
export const CORE_TO_CODE: Record<Exclude<CoreCode, 'unavailable' | 'fault'>, Code> = {
  'unknown-order': invalidBiz('101'),
  'unknown-line': invalidBiz('101'),
  'foreign-order': invalidBiz('101'),
  'state-refuses': invalidBiz('100'),
  'too-soon': 'sys.controller.api-frequency:limit',
};
