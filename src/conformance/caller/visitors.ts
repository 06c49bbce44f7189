// Plays the platform for a caller that somebody else runs: says which order is for which trial, and
// judges what has come when it is stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Text } from '../../protocol/contract.ts';
import type { Result } from '../verdict.ts';
import { newSecret } from './callbacks.ts';
import type { Observed, Post, TrialName } from './recorded.ts';
import { callerResults } from './results.ts';
import { type CallerOptions, callBack, openStage, seenOf, variablesFor } from './run.ts';

export interface VisitorOptions extends CallerOptions {
  readonly stopped: Promise<void>;
  /** Where the caller takes callbacks; absent: none is sent. */
  readonly callbackUrl: string | undefined;
  /** With `whsec_`. Default: a new one, which is printed. */
  readonly callbackSecret: string | undefined;
  readonly language: keyof Text;
  say(line: string): void;
}

/** What happens to the order of each trial. */
export const TRIALS: Readonly<Record<TrialName, Text>> = {
  plain: { zh: '一切正常', en: 'nothing unusual happens' },
  reset: {
    zh: '第一次写调用被执行，但没有答复',
    en: 'the first write is carried out, and its reply is lost',
  },
  refusal: { zh: '写调用在 HTTP 200 中被拒绝', en: 'the write is refused in HTTP 200' },
  garbage: { zh: '第一次写调用的答复无法识别', en: 'the reply to the first write cannot be read' },
  limit: { zh: '第一次调用被限制', en: 'the first call meets a limit' },
  callbacks: { zh: '写成功后收到回调', en: 'callbacks come after the write' },
  forged: { zh: '收到伪造的回调', en: 'a forged callback comes after the write' },
};

/** A caller may take its time between its call and its next look at callbacks. */
const CALLBACK_WAIT_MS = 24 * 60 * 60 * 1000;

export async function judgeVisitors(options: VisitorOptions): Promise<readonly Result[]> {
  const { stopped, callbackUrl, callbackSecret = newSecret(), language } = options;
  const say = (text: Text): void => options.say(text[language]);
  const { proxy, staged, clauses } = await openStage(options);
  const posts = new Map<TrialName, readonly Post[]>();
  try {
    const [first] = staged;
    if (first) {
      const { CONFORMANCE_URL, CONFORMANCE_PARTY, CONFORMANCE_SECRET } = variablesFor(
        first,
        options,
        proxy.url,
      );
      say({
        zh: `平台地址 ${CONFORMANCE_URL}；调用方 ${CONFORMANCE_PARTY}，密钥 ${CONFORMANCE_SECRET}`,
        en: `the platform is at ${CONFORMANCE_URL}; party ${CONFORMANCE_PARTY}, secret ${CONFORMANCE_SECRET}`,
      });
    }
    if (callbackUrl !== undefined)
      say({
        zh: `回调发往 ${callbackUrl}，签名密钥 ${callbackSecret}`,
        en: `callbacks go to ${callbackUrl}, signed with ${callbackSecret}`,
      });
    for (const one of staged) {
      const own = Object.entries(one.job.variables).map(([name, value]) => `${name}=${value}`);
      const job = variablesFor(one, options, proxy.url).CONFORMANCE_JOB;
      const [words, order] = [TRIALS[one.trial], `${job} ${own.join(' ')}`];
      say({
        zh: `${one.trial}：${words.zh}。${order}`,
        en: `${one.trial}: ${words.en}. ${order}`,
      });
    }
    say({
      zh: '按 Ctrl+C（SIGINT 或 SIGTERM）结束并输出报告',
      en: 'stop with Ctrl+C (SIGINT or SIGTERM) for the report',
    });
    const receiver =
      callbackUrl === undefined ? null : { url: callbackUrl, secret: callbackSecret, lines: [] };
    for (const one of receiver ? staged : []) {
      if (one.trial !== 'callbacks' && one.trial !== 'forged') continue;
      void callBack(one, receiver!, proxy, options, CALLBACK_WAIT_MS).then((sent) =>
        posts.set(one.trial, sent),
      );
    }
    await stopped;
    // A callback that is on its way gets a moment to arrive.
    await sleep(500);
    const observed: Observed[] = [];
    for (const one of staged) {
      const its = { posts: posts.get(one.trial) ?? [], exit: undefined, said: '' };
      observed.push(await seenOf(one, proxy, options, its));
    }
    return await callerResults(options, clauses, observed);
  } finally {
    await proxy.close();
  }
}
