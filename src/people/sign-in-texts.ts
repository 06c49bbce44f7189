// What the sign-in page says, in Chinese and in English.

export type Language = 'zh' | 'en';

const zh = {
  title: '登录',
  heading: '登录 Ordergate',
  about: '订单开放平台控制台',
  name: '用户名',
  password: '密码',
  signIn: '登录',
  code: '动态验证码',
  codeHint: '验证器应用中的 6 位数字，或一个恢复码。',
  verify: '验证',
  choose: '设置密码',
  chooseFirst: '创建第一个管理员账号',
  chooseHint: '至少 12 个字符；几个不相关的词好记又难猜。',
  nameHint: '字母、数字、点、下划线或连字符，例如 li.na。',
  repeat: '再次输入密码',
  save: '保存并登录',
  enterHeading: '打开合作方页面',
  enterHint: '此链接只能使用一次，打开后可查看的数据属于：',
  enter: '打开',
  other: 'English',
  sso: '使用单点登录',
  sandbox: '沙箱：启动时终端会打印一个登录链接，打开即可登录。',
  problems: {
    wrong: '用户名或密码不正确。',
    code: '验证码不正确，或已经用过。',
    expired: '登录已超时，请重新输入密码。',
    'too-many': '尝试过于频繁，请稍后再试。',
    short: '密码至少需要 12 个字符。',
    long: '密码最多 256 个字符。',
    name: '密码太容易猜到：请不要使用用户名或重复的字符。',
    differ: '两次输入的密码不一致。',
    taken: '用户名已被使用，或含有不允许的字符。',
    link: '链接已失效：每个链接只能使用一次，且有时限。请重新启动服务，或向管理员索取新的链接。',
    foreign: '此页面须在本服务器自己的地址打开。',
    sso: '单点登录没有成功，请重试。',
    'no-account': '单点登录成功，但这里没有对应的账号。请联系管理员。',
    unavailable: '服务暂不可用，请稍后再试。',
  },
} as const;

export type Problem = keyof typeof zh.problems;

/** A text that is missing does not compile. */
type Texts = { readonly [K in Exclude<keyof typeof zh, 'problems'>]: string } & {
  readonly problems: Readonly<Record<Problem, string>>;
};

const en: Texts = {
  title: 'Sign in',
  heading: 'Sign in to Ordergate',
  about: 'Console of the order open platform',
  name: 'Name',
  password: 'Password',
  signIn: 'Sign in',
  code: 'Code',
  codeHint: 'The 6 digits of your authenticator app, or a recovery code.',
  verify: 'Verify',
  choose: 'Choose a password',
  chooseFirst: 'Create the first administrator',
  chooseHint:
    'At least 12 characters. A few unrelated words are easy to remember and hard to guess.',
  nameHint: 'Letters, digits, dots, underscores or hyphens, such as li.na.',
  repeat: 'Repeat the password',
  save: 'Save and sign in',
  enterHeading: 'Open the partner’s page',
  enterHint: 'This link works once. It shows the data of',
  enter: 'Open',
  other: '中文',
  sso: 'Single sign-on',
  sandbox: 'Sandbox: the start prints a link in the terminal that signs you in.',
  problems: {
    wrong: 'The name or the password is wrong.',
    code: 'The code is wrong, or was used already.',
    expired: 'That took too long. Enter the password again.',
    'too-many': 'Too many attempts. Try again in a minute.',
    short: 'A password needs at least 12 characters.',
    long: 'A password may have 256 characters.',
    name: 'That password is too easy to guess: use neither your name nor repeated characters.',
    differ: 'The two passwords differ.',
    taken: 'That name is taken, or holds a character that is not allowed.',
    link: 'The link does not work any more: it opens once and for a short time. Restart the server, or ask an administrator for a new one.',
    foreign: 'Open this page at the server’s own address.',
    sso: 'Single sign-on did not succeed. Try again.',
    'no-account':
      'Single sign-on succeeded, and there is no account for you here. Ask an administrator.',
    unavailable: 'The service is not available now. Try again in a moment.',
  },
};

export const TEXTS: Readonly<Record<Language, Texts>> = { zh, en };

/** What was asked for; else the first of the two that the browser prefers; else Chinese. */
export function languageOf(asked: string | undefined, accepted: string | undefined): Language {
  if (asked === 'zh' || asked === 'en') return asked;
  const preferred = (accepted ?? '')
    .split(',')
    .map((one) => {
      const [name = '', ...parameters] = one.trim().split(';');
      const q = parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find(Boolean);
      return { name: name.slice(0, 2).toLowerCase(), q: Number(q ?? 1) };
    })
    .filter(({ name, q }) => (name === 'zh' || name === 'en') && q > 0)
    .sort((a, b) => b.q - a.q);
  return (preferred[0]?.name as Language | undefined) ?? 'zh';
}
