// The Chinese texts of the OpenAPI page: it carries them as `x-zh`, and the reference shows them.
import { ORDERS_ZH } from './openapi-zh-orders.ts';
import { OTHERS_ZH } from './openapi-zh-others.ts';
import type { OperationId } from './roles.ts';

/** Of every operation its summary and its description. An operation that is missing does not compile. */
export const OPERATIONS_ZH: Readonly<
  Record<OperationId, readonly [summary: string, description: string]>
> = { ...ORDERS_ZH, ...OTHERS_ZH };

export const TAGS_ZH: Readonly<Record<string, string>> = {
  overview: '当前需要关注的事项，供控制台首页使用。',
  series: '随时间变化的数量。',
  events: '实时事件流。',
  search: '一次检索任何编号。',
  attention: '需要有人查看的订单，各附原因。',
  orders: '所有平台的订单：查找、读取及其历史、创建、推进。',
  parties: '谁可以调用网关：合作方、应用和账户，及其密钥和限额。',
  admissions: '放行哪些地址，依据谁的名单。',
  catalog: '平台在订单和接入方之外保存的内容，例如产品。',
  import: '导入文件中的行，供服务器运行时的 `ordergate import` 使用。',
  requests: '网关调用日志：发送了什么，返回了什么，以及原因。',
  debug: '签名为什么不对。',
  callbacks: '事件发往何处、每个回调及其各次尝试，以及放弃的回调。',
  tokens: '平台的 OAuth 令牌，可逐个列出和终止。',
  consents: '商家的授权，令牌由此产生。',
  errors: '各错误代码的含义和处理办法。',
  platforms: '服务器支持的平台，以及各平台契约的 JSON。',
  clock: '沙箱的时钟，测试可将其调快。生产环境没有。',
  alarms: '规则发出的告警，以及此后发生的一切。',
  'alarm-rules': '监视什么、达到多少告警、通知谁。',
  'alarm-channels': '接收告警的企业微信群、钉钉群、飞书群和 Webhook。',
  sandbox: '整个沙箱。生产环境没有。',
  me: '调用者是谁：角色、会话、密码和第二因素。',
  accounts: '谁可以登录控制台，及其角色。仅限管理员。',
  'api-tokens': '程序使用的 Bearer 令牌，各有角色和期限。仅限管理员。',
  approvals: '等待第二个人复核的操作（ORDERGATE_SECOND_PERSON）。供操作员使用。',
  'partner-links': '接入方查看自己数据的链接。供操作员使用。',
  audit: '谁修改、查看或导出了什么，谁登录过。仅限管理员。',
  exports: '列表导出为 Excel 可打开的 CSV 文件，流式发送。',
  version: '这是哪个服务器。',
  'openapi.json': '本描述自身。',
};

/** By the English text of an answer that is no success. */
export const ANSWERS_ZH: Readonly<Record<string, string>> = {
  'the same person, or a token': '同一个人，或者是令牌',
  'no such request waits': '没有这个待复核的操作',
  'no such platform, order or account': '没有这个平台、订单或账号',
  'it has the version that If-None-Match names': '版本与 If-None-Match 所给的相同',
  'a field is missing or malformed; `field` names it': '缺少字段或格式不对；`field` 指出是哪个字段',
  'nobody is signed in, or the bearer token is wrong': '没有登录，或 Bearer 令牌不对',
  'the role does not reach this, or the cookie came from another page':
    '角色权限不够，或 cookie 来自其他页面',
  'the ledger cannot be reached; nothing was changed': '无法访问账本；没有作任何更改',
  'no such platform': '没有这个平台',
  'the session or the token has too many streams open': '该会话或令牌打开的流过多',
  'one of the orders exists; none was created': '其中一个订单已存在；一个也没有创建',
  'the Idempotency-Key was used with another body': '该 Idempotency-Key 已用于另一个报文',
  'no platform has an order of that id': '没有平台有此编号的订单',
  'no such platform or order': '没有这个平台或订单',
  'its state does not lead there, or it has another version': '其状态不能到达那里，或版本不同',
  'no such platform, order, or sealed text': '没有这个平台、订单或密文',
  'the party exists': '接入方已存在',
  'no such platform or party': '没有这个平台或接入方',
  'the attributes would drop an app; PUT or DELETE one app, or say replace=true':
    '这些属性会丢失一个应用；请逐个 PUT 或 DELETE 应用，或给出 replace=true',
  'the party has another version than If-Match names': '接入方的版本与 If-Match 所给的不同',
  'more than 5 keys would hold': '有效密钥将超过 5 个',
  'no such platform, party or key': '没有这个平台、接入方或密钥',
  'no other key holds': '没有其他有效密钥',
  'no such platform, party or app': '没有这个平台、接入方或应用',
  'no such platform or entry': '没有这个平台或条目',
  'no such call, or it is older than the log': '没有这次调用，或它早于日志的保存范围',
  'no such platform or call': '没有这个平台或调用',
  'no such endpoint': '没有这个地址',
  'no such platform or party; the message lists those that there are':
    '没有这个平台或接入方；错误信息列出已有的',
  'no such delivery': '没有这个回调',
  'it waits for an earlier one, is under way, has ended, or its endpoint is off':
    '它在等待较早的回调、正在发送、已结束，或其地址已停用',
  'it is under way, or has ended': '它正在发送，或已结束',
  'no such delivery, or it is pending': '没有这个回调，或它尚待发送',
  'its endpoint was deleted': '其地址已删除',
  'not a sandbox, or no such scenario': '不是沙箱，或没有这个场景',
  'another run is under way': '已有一个场景正在运行',
  'not a sandbox, or no such run on this node': '不是沙箱，或本节点没有这次运行',
  'no such job on this node': '本节点没有这个任务',
  'no order has a deadline': '没有任何订单带有时限',
  'no such endpoint, or not a sandbox': '没有这个回调地址，或不是沙箱',
  'no such platform, party or endpoint': '没有这个平台、接入方或回调地址',
  'the name belongs to a listener of another party or endpoint':
    '这个名字属于另一个接入方或回调地址的监听',
  'no such listener': '没有这个监听',
  'the listener was opened again, and this session has ended':
    '监听已在别处重新打开，本次会话已结束',
  'no such alarm': '没有这个告警',
  'no such rule': '没有这个规则',
  'no such channel': '没有这个渠道',
  'rules use it': '仍有规则在使用它',
  'not a sandbox': '不是沙箱',
  'not a sandbox, or no such platform or party': '不是沙箱，或没有这个平台或接入方',
  'there are 100 rules already': '已有 100 条规则',
  'the current password is wrong': '当前密码不对',
  'the password is wrong': '密码不对',
  'a second factor counts already': '第二因素已生效',
  'the code is wrong': '验证码不对',
  'the name is taken': '名称已被使用',
  'no such account': '没有这个账号',
  'it is the last enabled admin': '这是最后一个启用的管理员',
  'a token of that name is there': '已有同名的令牌',
  'a token of that name is there, or the party has too many links':
    '已有同名的令牌，或该接入方的链接过多',
  'no such token': '没有这个令牌',
  'no such entry': '没有这条记录',
};
