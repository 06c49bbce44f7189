// 标识代码: each code with its words, cause, remedy and source.
import type { Codes } from '../../protocol/contract.ts';
import { CANCEL, HASTEN, row } from './sources.ts';

/** The text that CallFail carries in place of its row's words for a missing order. */
export const NO_ORDER = '订单不存在';
export const TOO_SOON = '10分钟内才刚催单，不能再催单!';
export const TOO_OFTEN = '调用过于频繁，请稍后再试';

export const CODE_TABLE = {
  Unknown: {
    wire: '未知的',
    cause: {
      zh: '服务端出现故障，或账本暂时不可用。',
      en: 'The server failed, or its ledger is not available at the moment.',
    },
    remedy: {
      zh: '稍后重试。写操作重试前先用 GetOrderDetail 查询订单状态。',
      en: 'Try again later. Before you repeat a write, read the order with GetOrderDetail.',
    },
    retry: 'later',
    source: row(CANCEL, 'Unknown\t未知的'),
  },
  CallSuccess: {
    wire: '调用接口成功',
    cause: {
      zh: '调用成功，变更已落盘。',
      en: 'The call was carried out, and its change is on disk.',
    },
    remedy: { zh: '无需处理。', en: 'Nothing to do.' },
    retry: 'never',
    source: row(CANCEL, 'CallSuccess\t调用接口成功'),
  },
  Authorised: {
    wire: '有权限的',
    cause: {
      zh: '文档列出，但这些接口不会返回。',
      en: 'The document lists it, and no reply of these actions carries it.',
    },
    remedy: { zh: '无需处理。', en: 'Nothing to do.' },
    retry: 'never',
    source: row(CANCEL, 'Authorised\t有权限的'),
    unused: {
      zh: '成功一律用 CallSuccess 表示。',
      en: 'Every success is told by CallSuccess.',
    },
  },
  UnfoundUserInfo: {
    wire: '未找到用户信息',
    cause: {
      zh: '没有这个合作 ID、它已停用，或它名下没有这个用户。',
      en: 'There is no such partner, the partner is switched off, or the partner has no such user.',
    },
    remedy: {
      zh: '检查 Partner，以及 UserName 或 Consumer。',
      en: 'Check Partner, and UserName or Consumer.',
    },
    retry: 'never',
    source: row(CANCEL, 'UnfoundUserInfo\t未找到用户信息'),
  },
  UnauthorizedIp: {
    wire: '无权访问的 IP',
    cause: {
      zh: '调用方地址不在该合作伙伴的地址名单中。',
      en: "The caller's address is not in the partner's list.",
    },
    remedy: {
      zh: '请运营方把出口地址加入名单；经代理访问时检查 ORDERGATE_TRUSTED_PROXIES。',
      en: 'Have the operator add your address to the list. Behind a proxy, check ORDERGATE_TRUSTED_PROXIES.',
    },
    retry: 'never',
    source: row(CANCEL, 'UnauthorizedIp\t无权访问的 IP'),
  },
  NotImplemented: {
    wire: '该业务方法尚未实现',
    cause: { zh: '没有这个 Action。', en: 'There is no such Action.' },
    remedy: {
      zh: '使用文档列出的 Action，区分大小写。',
      en: 'Send an Action of the documents, in their spelling.',
    },
    retry: 'never',
    source: row(CANCEL, 'NotImplemented\t该业务方法尚未实现'),
  },
  ArgumentIllegal: {
    wire: '参数不合法',
    cause: {
      zh: '缺少参数、参数格式不符，或参数值含有 & 或 =。',
      en: 'A parameter is missing or malformed, or a value holds & or =.',
    },
    remedy: {
      zh: '对照参数表检查每个字段；请求日志会指出是哪一个。',
      en: 'Check each field against the table. The request log names the field.',
    },
    retry: 'never',
    source: row(CANCEL, 'ArgumentIllegal\t参数不合法'),
  },
  ArgumentDecryptFail: {
    wire: '参数解密失败',
    cause: {
      zh: '表单无法读取：URL 编码错误、不是 UTF-8，或使用了 multipart。',
      en: 'The form cannot be read: its URL encoding is broken, it is not UTF-8, or it is multipart.',
    },
    remedy: {
      zh: '以 application/x-www-form-urlencoded 和 UTF-8 发送。',
      en: 'Send application/x-www-form-urlencoded in UTF-8.',
    },
    retry: 'never',
    source: row(CANCEL, 'ArgumentDecryptFail\t参数解密失败'),
  },
  ArgumentDeserializeFail: {
    wire: '参数反序列化失败',
    cause: {
      zh: 'XML 不合法、元素重复，或出现接口未定义的元素。',
      en: 'The XML is not well-formed, an element is given twice, or the action does not define an element.',
    },
    remedy: {
      zh: '检查 XML；只发送接口定义的元素，每个一次。',
      en: "Check the XML. Send each of the action's elements once, and no others.",
    },
    retry: 'never',
    source: row(CANCEL, 'ArgumentDeserializeFail\t参数反序列化失败'),
  },
  SignFail: {
    wire: '签名验证失败',
    cause: {
      zh: 'Sign 与该合作伙伴的任何一个密钥都不符。',
      en: "Sign fits none of the partner's keys.",
    },
    remedy: {
      zh: '先核对 Key，再逐字比较请求日志中的待签名字符串。',
      en: 'Check the key first. Then compare the string to sign of the request log with yours, character by character.',
    },
    retry: 'after-a-new-signature',
    source: row(CANCEL, 'SignFail\t签名验证失败'),
  },
  CallFail: {
    wire: '调用接口失败',
    cause: {
      zh: '业务上不允许：订单不存在、状态不允许，或 10 分钟内已催单。',
      en: 'The business refuses: there is no such order, its state does not allow the action, or it was hastened within 10 minutes.',
    },
    remedy: {
      zh: '查看 Description，它说明具体原因。',
      en: 'Read the Description, which names the reason.',
    },
    retry: 'later',
    source: row(CANCEL, 'CallFail\t调用接口失败'),
    otherWires: {
      [NO_ORDER]: { settled: 'J20' },
      [TOO_SOON]: row(HASTEN, TOO_SOON),
      [TOO_OFTEN]: { settled: 'J27' },
    },
  },
  Unauthorized: {
    wire: '没有访问权限',
    cause: {
      zh: '该合作伙伴未开通这个接口，或订单属于其他用户或合作伙伴。',
      en: 'The partner is not granted the action, or the order belongs to another user or partner.',
    },
    remedy: {
      zh: '请运营方开通接口；检查订单号与用户名是否匹配。',
      en: 'Have the operator grant the action. Check that the order belongs to the user.',
    },
    retry: 'never',
    source: { settled: 'J16' },
  },
} as const satisfies Codes;
