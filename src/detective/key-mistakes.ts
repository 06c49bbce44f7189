// Mistakes with the key: another key, the same one with blanks or in another case, or in another place.
import type { Text } from '../protocol/contract.ts';
import type { NamedValue } from '../protocol/evidence.ts';
import type { CauseId } from './causes.ts';
import { ALONE, detail, type Mistake, STAGE } from './mistake.ts';

/** A key that a client may have taken; its name is shown, the key never is. */
export interface KnownKey {
  readonly secret: string;
  readonly id: Extract<CauseId, `wrong-key:${string}`>;
  readonly name?: Text;
}

/** Of other parties' keys so many are tried together with a second mistake. */
const OTHERS_IN_PAIRS = 40;

export function wrongKeys(
  keys: readonly KnownKey[],
  credentials: readonly NamedValue[],
): Mistake[] {
  const found: Mistake[] = [];
  let others = 0;
  for (const { secret, id, name } of keys) {
    if (id === 'wrong-key:other-party') others++;
    const weight = id !== 'wrong-key:other-party' ? 0 : others <= OTHERS_IN_PAIRS ? 1 : ALONE;
    found.push({
      id,
      ...(name && { detail: name }),
      stage: STAGE.key,
      weight,
      group: 'key',
      apply: (draft) => {
        draft.secret = secret;
      },
    });
  }
  for (const { name, value } of credentials) {
    if (value.trim() === '') continue;
    found.push({
      id: 'wrong-key:field',
      detail: detail(`${name} 的值`, `the value of ${name}`),
      stage: STAGE.key,
      weight: 1,
      group: 'key',
      apply: (draft) => {
        draft.secret = value;
      },
    });
  }
  return found;
}

const BLANKS: readonly [zh: string, en: string, change: (key: string) => string, weight: number][] =
  [
    ['末尾多一个换行', 'a line end behind it', (key) => `${key}\n`, 0],
    ['末尾多一个空格', 'a space behind it', (key) => `${key} `, 0],
    ['开头多一个空格', 'a space before it', (key) => ` ${key}`, 0],
    ['末尾多一个回车换行', 'CR LF behind it', (key) => `${key}\r\n`, 0],
    ['末尾多一个制表符', 'a tab behind it', (key) => `${key}\t`, 1],
    ['开头多一个制表符', 'a tab before it', (key) => `\t${key}`, 1],
    ['两端各多一个空格', 'a space on both sides', (key) => ` ${key} `, 1],
    ['开头多一个换行', 'a line end before it', (key) => `\n${key}`, 2],
    ['末尾多一个回车', 'a CR behind it', (key) => `${key}\r`, 2],
    ['末尾多两个空格', 'two spaces behind it', (key) => `${key}  `, 2],
    ['开头多两个空格', 'two spaces before it', (key) => `  ${key}`, 2],
    ['末尾多一个不换行空格', 'a no-break space behind it', (key) => `${key}\u00a0`, 2],
    ['开头多一个 BOM', 'a byte order mark before it', (key) => `\uFEFF${key}`, 2],
    ['末尾多一个零宽空格', 'a zero-width space behind it', (key) => `${key}\u200b`, 2],
    ['末尾多一个全角空格', 'a full-width space behind it', (key) => `${key}\u3000`, ALONE],
    ['空白被去掉', 'its own blanks were removed', (key) => key.replace(/\s+/g, ''), 1],
  ];

const CASES: readonly [zh: string, en: string, change: (key: string) => string, weight: number][] =
  [
    ['转成了大写', 'in upper case', (key) => key.toUpperCase(), 0],
    ['转成了小写', 'in lower case', (key) => key.toLowerCase(), 0],
    [
      '首字母转成了大写',
      'with a first letter in upper case',
      (key) => key.slice(0, 1).toUpperCase() + key.slice(1),
      2,
    ],
  ];

/** The key's text changed on its way from the settings into the string. */
export function changedKeys(): Mistake[] {
  const make =
    (id: CauseId) =>
    ([zh, en, change, weight]: (typeof BLANKS)[number]): Mistake => ({
      id,
      detail: detail(zh, en),
      stage: STAGE.keyText,
      weight,
      group: id,
      apply: (draft) => {
        draft.secret = change(draft.secret);
      },
    });
  return [...BLANKS.map(make('key-blanks')), ...CASES.map(make('key-case'))];
}

type Place = readonly [
  zh: string,
  en: string,
  put: (text: string, key: string) => string,
  n: number,
];

const PLACES: readonly Place[] = [
  ['在最前面', 'before the string', (text, key) => key + text, 0],
  ['前面多了 &key=', '&key= before it', (text, key) => `${text}&key=${key}`, 0],
  ['前面多了 &Key=', '&Key= before it', (text, key) => `${text}&Key=${key}`, 0],
  ['前后各一次', 'before and behind the string', (text, key) => key + text + key, 0],
  ['没有加入', 'left out', (text) => text, 0],
  ['前面多了 key=', 'key= before it', (text, key) => `${text}key=${key}`, 2],
  ['前面多了 &KEY=', '&KEY= before it', (text, key) => `${text}&KEY=${key}`, 2],
  ['前面多了 &secret=', '&secret= before it', (text, key) => `${text}&secret=${key}`, 2],
  ...[
    'appKey',
    'AppKey',
    'appSecret',
    'app_secret',
    'secretKey',
    'signKey',
    'sign_key',
    'token',
  ].map(
    (name): Place => [
      `前面多了 &${name}=`,
      `&${name}= before it`,
      (text, key) => `${text}&${name}=${key}`,
      ALONE,
    ],
  ),
  ['末尾加了两次', 'twice behind the string', (text, key) => text + key + key, 1],
  ['在最前面，后接 &', 'before the string, with & behind it', (t, key) => `${key}&${t}`, 1],
  ['在最前面，写作 key=', 'before the string as key=', (t, key) => `key=${key}&${t}`, 2],
  ['在最前面，写作 Key=', 'before the string as Key=', (t, key) => `Key=${key}&${t}`, 2],
];

/** For a string to sign of fields, whose key stands at its end. */
export function keyPlaces(): Mistake[] {
  const group = 'key-position';
  const places = PLACES.map(
    ([zh, en, put, weight]): Mistake => ({
      id: 'key-position',
      detail: detail(zh, en),
      stage: STAGE.keyPlace,
      weight,
      group,
      apply: (draft) => {
        if (draft.tree) draft.tree.withKey = put;
      },
    }),
  );
  const sorted = ['Key', 'key'].map(
    (name): Mistake => ({
      id: 'key-position',
      detail: detail(`作为字段 ${name} 参与排序`, `sorted among the fields as ${name}`),
      stage: STAGE.keyPlace,
      weight: 2,
      group,
      apply: (draft) => {
        if (!draft.tree) return;
        draft.tree.fields.push({ name, value: draft.secret });
        draft.tree.withKey = (text) => text;
      },
    }),
  );
  return [...places, ...sorted];
}
