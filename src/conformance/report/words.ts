// The words of the reports, in both languages.
import type { Basis } from '../../protocol/bases.ts';
import type { Text } from '../../protocol/contract.ts';
import type { Fault, Verdict } from '../verdict.ts';

export type Language = 'zh' | 'en';
export const LANGUAGES: readonly Language[] = ['zh', 'en'];

export const VERDICT_WORDS: Readonly<Record<Verdict, Text>> = {
  pass: { zh: '通过', en: 'pass' },
  fail: { zh: '失败', en: 'fail' },
  differs: { zh: '不同', en: 'differs' },
  skip: { zh: '跳过', en: 'skip' },
};

const VERDICT_MEANINGS: Readonly<Record<Verdict, Text>> = {
  pass: { zh: '与条款一致', en: 'is as the clause has it' },
  fail: {
    zh: '与平台文档或公开客户端的做法不符',
    en: "is not as a vendor's document or public client code has it",
  },
  differs: {
    zh: '与本项目自定的做法不同（文档未规定），不算失败',
    en: 'is not as this project chose it where no document says anything; no failure',
  },
  skip: { zh: '无法判定，原因见下', en: 'could not be judged, for a reason below' },
};

/** What a verdict means in a report of this kind. */
export function meaningOf(verdict: Verdict, kind: 'server' | 'caller'): Text {
  if (verdict !== 'fail' || kind === 'server') return VERDICT_MEANINGS[verdict];
  return { zh: '调用方的做法会出错', en: 'is not what a caller has to do' };
}

export const BASIS_WORDS: Readonly<Record<Basis, Text>> = {
  doc: { zh: '平台文档', en: "the vendor's document" },
  sdk: { zh: '公开客户端代码', en: 'public client code' },
  ours: { zh: '本项目自定', en: 'a choice of this project' },
};

export const WORDS = {
  server: { zh: '服务端一致性报告', en: 'Conformance of a server' },
  caller: { zh: '调用方一致性报告', en: 'Conformance of a caller' },
  readOnly: { zh: '只读', en: 'read-only' },
  known: { zh: '已列入基线', en: 'in the baseline' },
  source: { zh: '来源', en: 'source' },
  expected: { zh: '应为', en: 'expected' },
  got: { zh: '实为', en: 'got' },
  absent: { zh: '（缺失）', en: '(absent)' },
  note: { zh: '说明', en: 'note' },
  sent: { zh: '发出的字节', en: 'bytes sent' },
  came: { zh: '收到的字节', en: 'bytes got' },
  again: { zh: '重跑', en: 'again' },
  skipped: { zh: '跳过的条款', en: 'Skipped' },
  passed: { zh: '通过的条款', en: 'Passed' },
  stale: {
    zh: '基线中已过期的条目（条款已不再失败，或并不存在），请删去',
    en: 'Stale entries of the baseline: the clause fails no more, or there is none. Remove them',
  },
  clause: { zh: '条款', en: 'clause' },
  method: { zh: '方法', en: 'method' },
  verdict: { zh: '结论', en: 'verdict' },
  none: { zh: '无', en: 'none' },
  result: { zh: '结果', en: 'Result' },
  good: { zh: '没有失败', en: 'no failure' },
  empty: { zh: '没有可判定的条款', en: 'nothing could be judged' },
  bad: { zh: '有失败', en: 'failed' },
  colon: { zh: '：', en: ': ' },
} as const satisfies Readonly<Record<string, Text>>;

/** Where the value differs, as a sentence. */
export function placeOf({ differsAt, byte, got }: Fault, language: Language): string | null {
  if (got === null || differsAt === null) return null;
  const at = differsAt + 1;
  if (language === 'zh') {
    return `从第 ${at} 个字符起不同${byte === null ? '' : `；该值位于收到的第 ${byte + 1} 个字节`}`;
  }
  return `differs from character ${at} on${byte === null ? '' : `; the value begins at byte ${byte + 1} of what came`}`;
}
