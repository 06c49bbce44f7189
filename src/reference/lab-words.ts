// The words of the form that signs and sends, which the script shows; the server's pages hand them to it.

const zh = {
  party: '调用方',
  time: '时间（北京时间，留空为现在）',
  noJson: '不是 JSON',
  noTime: '须写成 yyyy-MM-dd HH:mm:ss',
  keyStays: '密钥只在本页内用于签名，不会发送。',
  signature: '改用的签名',
  signatureHint: '留空则发送上面算出的签名。也可填入自己算出的签名，看服务器怎么说。',
  send: '签名并发送',
  sending: '正在发送…',
  sent: '发出的内容',
  got: '收到的内容',
  decoded: '收到的内容，URL 解码后',
  failed: '没有收到响应：',
  success: '成功。',
  refused: '被拒绝：',
  why: '签名为什么不对',
  remedy: '处理办法：',
  firstDifference: '第一处不同：服务器在第 {at} 个字符处为“{ours}”，对方为“{yours}”。',
  noCause: '没有找到能解释这个签名的常见错误。请逐段对照上面的待签名字符串。',
  inConsole: '在控制台查看这次调用',
};

export type LabWords = typeof zh;

const en: LabWords = {
  party: 'Caller',
  time: 'Time in Asia/Shanghai; empty for now',
  noJson: 'is no JSON',
  noTime: 'has to be yyyy-MM-dd HH:mm:ss',
  keyStays: 'The key signs within this page, and is not sent.',
  signature: 'Another signature',
  signatureHint:
    'If it is empty, the signature above is sent. Put one of your own here to see what the server says about it.',
  send: 'Sign and send',
  sending: 'Sending…',
  sent: 'What was sent',
  got: 'What came back',
  decoded: 'What came back, URL-decoded',
  failed: 'No reply came: ',
  success: 'It succeeded.',
  refused: 'It was refused: ',
  why: 'Why the signature is wrong',
  remedy: 'What to do: ',
  firstDifference:
    'The first difference: at character {at} the server has “{ours}”, and the caller “{yours}”.',
  noCause:
    'No common mistake explains this signature. Compare the pieces of the string to sign above one by one.',
  inConsole: 'See this call in the console',
};

export const LAB_WORDS = { zh, en };
