// The causes that a refused signature may have: their ids, in the order in which they are named, and their words.
import type { Text } from '../protocol/contract.ts';

interface Words {
  readonly text: Text;
  readonly fix: Text;
}

const words = (zh: string, en: string, fixZh: string, fixEn: string): Words => ({
  text: { zh, en },
  fix: { zh: fixZh, en: fixEn },
});

const OWN_KEY = ['请使用当前有效的密钥签名。', 'Sign with a key that holds now.'] as const;
const EXACT_BYTES = [
  '请先生成报文，对将要发送的字节签名，再原样发送。',
  'Write the body first, sign the bytes that you send, and send those bytes unchanged.',
] as const;

/** In the order of the documents: of several causes that fit alone, the first is named. */
export const CAUSES = {
  'wrong-key:retired': words(
    '使用了已停用的密钥签名。',
    'It was signed with a key that has ended.',
    ...OWN_KEY,
  ),
  'wrong-key:other-party': words(
    '使用了另一个接入方的密钥签名。',
    'It was signed with the key of another party.',
    '请检查密钥与合作方、应用或账户是否对应。',
    'Check that the key belongs to the partner, app or account that the call names.',
  ),
  'wrong-key:sandbox': words(
    '使用了沙箱示例中公开的密钥签名。',
    'It was signed with a key that is published with the sandbox.',
    '请换成正式环境的密钥。',
    'Use the key of production.',
  ),
  'wrong-key:field': words(
    '把其他凭据当作密钥使用。',
    'Another credential stands in the place of the key.',
    '请在密钥的位置填写密钥本身。',
    'Put the key itself into its place.',
  ),
  'key-blanks': words(
    '密钥前后带有空白或换行。',
    'The key has blanks or a line end around it.',
    '读取配置后请去掉密钥两端的空白。',
    'Trim the key after reading it from your settings.',
  ),
  'key-position': words(
    '密钥在待签名字符串中的位置不对。',
    'The key stands in another place of the string to sign.',
    '请把密钥直接接在字符串末尾，只接一次，前面不加任何内容。',
    'Append the key to the end of the string, once, with nothing before it.',
  ),
  'key-case': words(
    '密钥的大小写被改变。',
    'The key was used in another case.',
    '请原样使用密钥，不要转换大小写。',
    'Use the key as it was given to you, without changing its case.',
  ),
  'empty-signed': words(
    '空值字段参与了签名。',
    'Fields without a value were signed.',
    '请去掉空值字段后再签名。',
    'Leave fields without a value out of the string to sign.',
  ),
  'sign-included': words(
    'Sign 或 SignType 参与了签名。',
    'Sign or SignType was signed as well.',
    '请在签名前去掉 Sign 和 SignType。',
    'Leave Sign and SignType out of the string to sign.',
  ),
  order: words(
    '字段的排序不对。',
    'The fields stand in another order.',
    '请按字段名的字符编码升序排列，嵌套对象内也一样。',
    'Sort the fields by the code units of their names, within nested objects as well.',
  ),
  'not-nested': words(
    '嵌套对象没有按规定签名。',
    'The nested object was not signed in its own place.',
    '请把嵌套对象写成「名称=」加上它自己的待签名字符串。',
    'Write the nested object as its name, =, and its own string to sign.',
  ),
  'value-encoded': words(
    '签名用的是编码后的值。',
    'Values were signed in an encoded form.',
    '请对未编码的值签名，发送时再编码。',
    'Sign the values as they are, and encode them afterwards for sending.',
  ),
  'value-decoded': words(
    '签名用的是解码后的值，发送的却是编码后的值。',
    'Values were signed in their decoded form, and arrived encoded.',
    '请对实际发送的值签名。',
    'Sign the values that you send.',
  ),
  'charset-gbk': words(
    '签名时按 GBK 编码，而不是 UTF-8。',
    'The string was signed in GBK, not in UTF-8.',
    '请在计算摘要时指定 UTF-8。',
    'Name UTF-8 where the digest is made.',
  ),
  'charset-latin1': words(
    '签名时按 ISO-8859-1 编码，而不是 UTF-8。',
    'The string was signed in Latin-1, not in UTF-8.',
    '请在计算摘要时指定 UTF-8。',
    'Name UTF-8 where the digest is made.',
  ),
  'body-reformatted': words(
    '签名用的报文与发送的报文写法不同。',
    'The body was signed in another layout than it was sent in.',
    ...EXACT_BYTES,
  ),
  'body-newline': words(
    '签名用的报文与发送的报文换行不同。',
    'The body was signed with other line ends than it was sent with.',
    ...EXACT_BYTES,
  ),
  'body-bom': words(
    '签名用的报文与发送的报文，只有一个带有字节顺序标记（BOM）。',
    'Only one of the two, the body signed or the body sent, begins with a byte order mark.',
    '请去掉 BOM，并对实际发送的字节签名。',
    'Write the body without a byte order mark, and sign the bytes that you send.',
  ),
  'body-not-base64': words(
    '报文没有做 base64 就参与了签名。',
    'The body was signed as it is, not as base64.',
    '请先对报文字节做 base64，再拼接。',
    'Encode the bytes of the body as base64 before you append them.',
  ),
  'base64-lines': words(
    'base64 中带有换行。',
    'The base64 of the body holds line ends.',
    '请使用不换行的 base64（Java: Base64.getEncoder，OpenSSL: -A）。',
    'Use base64 without line ends (Java: Base64.getEncoder, OpenSSL: -A).',
  ),
  'base64-urlsafe': words(
    '使用了 URL 安全的 base64，或去掉了填充。',
    'The base64 is of the URL-safe kind, or lacks its padding.',
    '请使用标准字母表（+ 和 /），并保留 =。',
    'Use the standard alphabet (+ and /), and keep the =.',
  ),
  'inner-node-only': words(
    '只对内层节点签名，没有对整个报文签名。',
    'Only an inner node was signed, not the whole.',
    '请对完整的报文签名。',
    'Sign the whole request.',
  ),
  'time-zone': words(
    '签名用的时间是另一个时区的。',
    'The time was signed in another time zone.',
    '请统一使用北京时间（UTC+8），签名与请求使用同一个值。',
    'Use the time of Asia/Shanghai (UTC+8), the same value in the signature and in the request.',
  ),
  'time-other': words(
    '签名用的时间与发送的时间不是同一秒。',
    'The time that was signed is not the time that was sent.',
    '请只取一次时间，签名和发送都用它。',
    'Take the time once, and use that value for both.',
  ),
  'time-format': words(
    '签名用的时间格式不对。',
    'The time was signed in another format.',
    '请对实际发送的时间文本签名。',
    'Sign the very text of the time that you send.',
  ),
  'part-missing': words(
    '待签名字符串缺少一部分。',
    'A part is missing from the string to sign.',
    '请按文档补全各部分。',
    'Put all parts into the string that the document names.',
  ),
  'part-order': words(
    '各部分的拼接顺序不对。',
    'The parts stand in another order.',
    '请按文档规定的顺序拼接，每部分一次。',
    'Join the parts in the order of the document, each of them once.',
  ),
  separators: words(
    '各部分之间的分隔符不对。',
    'Other characters stand between the parts.',
    '请按文档拼接，不要增减分隔符。',
    'Join the parts as the document does, without adding or leaving out separators.',
  ),
  'digest-form': words(
    '摘要的算法或写法不对。',
    'The digest is of another algorithm, or written in another form.',
    '请使用文档规定的算法，输出完整的十六进制。',
    'Use the algorithm of the document, and write the whole digest in hexadecimal digits.',
  ),
  'value-case': words(
    '签名用的值或名称大小写不同。',
    'A value or a name was signed in another case.',
    '请对实际发送的值签名，不要转换大小写。',
    'Sign the value that you send, without changing its case.',
  ),
  'value-trimmed': words(
    '签名用的值与发送的值空白不同。',
    'A value was signed with other blanks around it than it was sent with.',
    '请先去掉空白，再签名和发送同一个值。',
    'Trim the value first, then sign and send the same.',
  ),
  'extra-field': words(
    '多签了一个不参与签名的值。',
    'A value was signed that is no part of the signature.',
    '请去掉它。',
    'Leave it out of the string to sign.',
  ),
  'signed-twice': words(
    '做了两次摘要。',
    'The digest was made twice.',
    '请只做一次摘要。',
    'Make the digest once.',
  ),
  'content-encoding': words(
    '签名的是压缩前（或压缩后）的报文。',
    'The body was compressed between signing and arriving, or the reverse.',
    '请不要压缩请求报文，对实际发送的字节签名。',
    'Send the body without compression, and sign the bytes that you send.',
  ),
  'wrong-key:unknown': words(
    '待签名字符串正确，但密钥不是我们所知的任何一个。',
    'The string is right, and the key is none that this server knows.',
    '请核对密钥，或轮换一个新的。',
    'Compare the key with the one that you were given, or have a new one made.',
  ),
  'callback-body-parsed': words(
    '验签用的是解析后重新写出的报文，不是原始字节。',
    'The body was parsed and written anew before it was checked.',
    '请在解析之前保留原始字节，并用它验签。',
    'Keep the raw bytes before anything parses them, and check those.',
  ),
  'callback-secret-prefix': words(
    '把 whsec_ 前缀当作了密钥的一部分。',
    'The prefix whsec_ was taken for a part of the key.',
    '请去掉 whsec_，再把其余部分按 base64 解码。',
    'Take whsec_ off, and decode the rest as base64.',
  ),
  'callback-secret-not-decoded': words(
    '密钥没有做 base64 解码。',
    'The secret was used without decoding its base64.',
    '请把 whsec_ 之后的部分按 base64 解码。',
    'Decode what stands behind whsec_ as base64.',
  ),
  'callback-secret-old': words(
    '使用的不是签署这条消息的密钥。',
    'The secret is not the one that this message is signed with.',
    '请使用该端点当前的密钥；轮换期间两个密钥都会签名。',
    "Use the endpoint's secret that holds now. While it is rotated, both sign.",
  ),
  'callback-tolerance': words(
    '发送时间与接收端时钟相差超过允许范围。',
    "The time of sending is too far off the receiver's clock.",
    '请校准时钟，并在收到时立即验签，不要排队之后再验。',
    'Set the clock right, and check a message when it arrives, before it waits in a queue.',
  ),
} as const satisfies Readonly<Record<string, Words>>;

export type CauseId = keyof typeof CAUSES;

export const CAUSE_IDS = Object.keys(CAUSES) as readonly CauseId[];

/** Those of calls, without those of checks of our callbacks. */
export const SIGNATURE_CAUSES = CAUSE_IDS.filter(
  (id) => !id.startsWith('callback-') && id !== 'wrong-key:unknown',
);

export const rankOf = (id: CauseId): number => CAUSE_IDS.indexOf(id);

/** One cause, with what exactly it was in this call. */
export interface Cause {
  readonly id: CauseId;
  readonly text: Text;
  readonly fix: Text;
}

export function causeOf(id: CauseId, detail?: Text): Cause {
  const { text, fix } = CAUSES[id];
  if (!detail) return { id, text, fix };
  const zh = `${text.zh.replace(/。$/, '')}：${detail.zh}。`;
  return { id, text: { zh, en: `${text.en.replace(/\.$/, '')}: ${detail.en}.` }, fix };
}
