// The page of one method: what it does, its fields, its reply, its codes in the order of the checks, and samples.
import type { Contract, MethodContract } from '../protocol/contract.ts';
import type { Platform } from '../protocol/platform.ts';
import {
  type Block,
  type Cell,
  code,
  heading,
  type Inline,
  type Language,
  type Line,
  list,
  type Page,
  pathOf,
  table,
  text,
} from './blocks.ts';
import { fieldTable, sourceLine } from './fields.ts';
import type { Live } from './live.ts';
import { programBlocks } from './sample-call.ts';
import { labBlocks } from './signature-page.ts';
import { LABELS } from './texts.ts';
import { aboveOf } from './trail.ts';

/** Undefined where the platform has no such method. */
export function methodPage(
  platform: Platform,
  name: string,
  language: Language,
  live: Live,
  server: string,
): Page | undefined {
  const { contract, checks } = platform;
  const method = Object.hasOwn(contract.methods, name) ? contract.methods[name]! : undefined;
  if (!method) return undefined;
  const t = LABELS[language];
  const { envelope } = contract;
  const at = method.at ?? envelope;
  return {
    title: `${method.title[language]} ${name}`,
    path: pathOf(contract.name, name),
    above: aboveOf(contract, language),
    blocks: [
      list([
        [`${t.effect}${t.colon}`, method.effect === 'read' ? t.read : t.write],
        [`${t.address}${t.colon}`, { code: `${at.http} ${at.path}` }],
        sourceLine(method.source, language),
      ]),
      ...repeats(method, language),
      heading('envelope', t.envelope),
      fieldTable(t.envelope, envelope.request, language, { places: true }),
      heading('params', t.params),
      ...(method.node === undefined ? [] : [text(t.paramsIn, { code: method.node })]),
      ...(method.oneOf ?? []).map((names) => text(t.oneOf, ...codes(names))),
      fieldTable(t.params, method.params, language, {
        places: Object.values(method.params).some(({ place }) => place !== undefined),
      }),
      heading('reply', t.reply),
      text(t.replyForm[method.replyForm ?? 'one']),
      fieldTable(t.reply, method.reply, language),
      ...(method.head === undefined
        ? []
        : [heading('head', t.head, 3), fieldTable(t.head, method.head, language)]),
      heading('reply-envelope', t.envelopeReply, 3),
      fieldTable(t.envelopeReply, envelope.reply, language),
      heading('codes', t.codes),
      text(t.codesOrder),
      codeTable(contract, checks.stated, method, language),
      heading('samples', t.samples),
      ...(method.samples.length === 0 ? [text({ soft: t.none })] : [text(t.samplesAbout)]),
      ...method.samples.flatMap((sample, i): Block[] => [
        heading(`sample-${i + 1}`, sample.title[language], 3),
        text(
          t.calledAs,
          { code: sample.as },
          language === 'zh' ? '；' : '; ',
          t.gives,
          codeLink(contract, sample.gives),
        ),
        code(sample.title[language], JSON.stringify(sample.params, null, 2)),
        text(...sourceLine(sample.source, language)),
      ]),
      ...labBlocks(platform, name, language, live),
      ...programBlocks(platform, name, language, live, server),
    ],
  };
}

function repeats({ once }: MethodContract, language: Language): Block[] {
  if (!once) return [];
  const t = LABELS[language];
  const lasts = once.forMs === 'ever' ? t.ever : duration(once.forMs, language);
  return [
    heading('once', t.once),
    text(once.text[language]),
    list([
      [t.onceBy, ...codes(once.by)],
      [t.onceFor, lasts],
      [once.repeat === 'refused' ? t.refusedRepeat : t.sameReply],
      ...(once.made === undefined ? [] : [[t.made, { code: once.made }]]),
    ]),
  ];
}

/** In the largest unit that gives a whole number. */
function duration(ms: number, language: Language): string {
  const units = [
    [3_600_000, '小时', 'h'],
    [60_000, '分钟', 'min'],
    [1000, '秒', 's'],
  ] as const;
  const [size, zh, en] = units.find(([unit]) => ms % unit === 0) ?? [1, '毫秒', 'ms'];
  return `${ms / size} ${language === 'zh' ? zh : en}`;
}

const codes = (names: readonly string[]): Inline[] =>
  names.flatMap((name, i): Inline[] => (i === 0 ? [{ code: name }] : [', ', { code: name }]));

/** A success that is no code of the table has no page. */
export function codeLink(contract: Contract, name: string): Inline {
  if (!Object.hasOwn(contract.codes, name)) return { code: name };
  return { to: pathOf(contract.name, 'codes', name), text: name, asCode: true };
}

/** The codes of the checks, in the order of the checks, and then those of the method. */
function codeTable(
  contract: Contract,
  checks: Platform['checks']['stated'],
  method: MethodContract,
  language: Language,
): Block {
  const t = LABELS[language];
  const row = (by: Inline, name: string, reason: string | null): Cell[] => {
    const entry = contract.codes[name]!;
    const why: Line[] = reason === null ? [] : [[{ strong: reason }]];
    return [
      [[codeLink(contract, name)], [{ soft: entry.wire }]],
      [[by]],
      [...why, [entry.cause[language]]],
      [[entry.remedy[language]], [{ soft: t.retries[entry.retry] }]],
    ];
  };
  const ofChecks = checks.flatMap(({ name: check, refuses }, i) =>
    Object.entries(refuses).map(([name, reason]) =>
      row({ soft: `${i + 1}. ${check}` }, name, reason[language]),
    ),
  );
  const own = method.codes.map((name) => row({ soft: t.ownCode }, name, null));
  return table(t.codes, [t.code, t.check, t.cause, t.remedy], [...ofChecks, ...own], t.none);
}
