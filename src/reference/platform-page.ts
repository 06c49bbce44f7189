// The pages of the reference above the methods: the list of platforms, one platform, its codes, and one code.
import type { Platform } from '../protocol/platform.ts';
import {
  heading,
  type Language,
  type Line,
  list,
  type Page,
  pathOf,
  table,
  text,
} from './blocks.ts';
import { fieldTable, sourceLine } from './fields.ts';
import { MANAGE } from './manage-page.ts';
import { codeLink } from './method-page.ts';
import { SEARCH } from './search-page.ts';
import { LABELS } from './texts.ts';
import { aboveOf } from './trail.ts';

export function indexPage(platforms: readonly Platform[], language: Language): Page {
  const t = LABELS[language];
  return {
    title: t.reference,
    path: '/docs',
    above: [{ to: '/', text: t.home }],
    blocks: [
      text(t.referenceAbout),
      text(t.asMarkdown),
      list([[{ to: MANAGE, text: t.manageApi }], [{ to: SEARCH, text: t.search }]]),
      ...platforms.flatMap(({ contract, signingSample }) => [
        heading(contract.name, contract.title[language]),
        list([
          ...methodLines(contract, language),
          linksOf(contract.name, signingSample !== undefined, language),
        ]),
      ]),
    ],
  };
}

/** The pages of a platform that are no method's. */
function linksOf(name: string, signs: boolean, language: Language): Line {
  const t = LABELS[language];
  const links = [
    { to: pathOf(name), text: t.envelope },
    { to: pathOf(name, 'codes'), text: t.allCodes },
    { to: pathOf(name, 'events'), text: t.events },
    ...(signs ? [{ to: pathOf(name, 'signature'), text: t.whole }] : []),
  ];
  return links.flatMap((link, i) => (i === 0 ? [link] : [' · ', link]));
}

const methodLines = ({ name, methods }: Platform['contract'], language: Language): Line[] =>
  Object.entries(methods).map(([method, { title }]) => [
    { to: pathOf(name, method), text: method, asCode: true },
    ` ${title[language]}`,
  ]);

export function platformPage({ contract, signingSample }: Platform, language: Language): Page {
  const t = LABELS[language];
  const { name, title, envelope, methods } = contract;
  const rows = Object.entries(methods).map(([method, { title, effect, at = envelope }]) => [
    [[{ to: pathOf(name, method), text: method, asCode: true } as const]],
    [[title[language]]],
    [[effect === 'read' ? t.read : t.write]],
    [[{ code: `${at.http} ${at.path}` }]],
  ]);
  return {
    title: title[language],
    path: pathOf(name),
    above: [
      { to: '/', text: t.home },
      { to: '/docs', text: t.reference },
    ],
    blocks: [
      heading('methods', t.methods),
      table(t.methods, [t.method, t.title, t.effect, t.address], rows, t.none),
      heading('events', t.events),
      list([[{ to: pathOf(name, 'events'), text: t.events }]]),
      heading('signature', t.signing),
      text(t.algorithm, { code: contract.algorithm }),
      ...(signingSample ? [list([[{ to: pathOf(name, 'signature'), text: t.whole }]])] : []),
      heading('envelope', t.envelope),
      fieldTable(t.envelope, envelope.request, language, { places: true }),
      heading('reply-envelope', t.envelopeReply),
      fieldTable(t.envelopeReply, envelope.reply, language),
      heading('codes', t.codes),
      text(t.success, codeLink(contract, contract.success)),
      codesTable(contract, language),
      text(t.asJson, { code: `GET /manage/v1/platforms/${name}` }),
    ],
  };
}

export function codesPage({ contract }: Platform, language: Language): Page {
  const t = LABELS[language];
  return {
    title: t.allCodes,
    path: pathOf(contract.name, 'codes'),
    above: aboveOf(contract, language),
    blocks: [text(t.success, codeLink(contract, contract.success)), codesTable(contract, language)],
  };
}

function codesTable(contract: Platform['contract'], language: Language) {
  const t = LABELS[language];
  const rows = Object.entries(contract.codes).map(([name, { wire, cause, remedy }]) => [
    [[codeLink(contract, name)], [{ soft: wire }]],
    [[cause[language]]],
    [[remedy[language]]],
  ]);
  return table(t.allCodes, [t.code, t.cause, t.remedy], rows, t.none);
}

/** Undefined where the platform has no such code. */
export function codePage(
  { contract, checks }: Platform,
  name: string,
  language: Language,
): Page | undefined {
  const entry = Object.hasOwn(contract.codes, name) ? contract.codes[name]! : undefined;
  if (!entry) return undefined;
  const t = LABELS[language];
  const givenBy: Line[] = checks.stated.flatMap(({ name: check, refuses }, i) =>
    Object.hasOwn(refuses, name)
      ? [[{ soft: `${i + 1}. ${check}: ` }, refuses[name]![language]] satisfies Line]
      : [],
  );
  const methods: Line[] = Object.entries(contract.methods)
    .filter(([, { codes }]) => codes.includes(name))
    .map(([method, { title }]) => [
      { to: pathOf(contract.name, method), text: method, asCode: true },
      ` ${title[language]}`,
    ]);
  const otherWires: Line[] = Object.entries(entry.otherWires ?? {}).map(([wire, source]) => [
    { code: wire },
    ' ',
    ...sourceLine(source, language),
  ]);
  return {
    title: name,
    path: pathOf(contract.name, 'codes', name),
    above: [
      ...aboveOf(contract, language),
      { to: pathOf(contract.name, 'codes'), text: t.allCodes },
    ],
    blocks: [
      text(`${t.wire}${t.colon}`, { code: entry.wire }),
      ...(entry.parameter === undefined ? [] : [text(t.parameter[entry.parameter])]),
      ...(entry.clock === undefined ? [] : [text(t.clock)]),
      ...(entry.unused === undefined ? [] : [text(t.unused, entry.unused[language])]),
      heading('cause', t.cause),
      text(entry.cause[language]),
      heading('remedy', t.remedy),
      text(entry.remedy[language]),
      text(t.retries[entry.retry]),
      text(...sourceLine(entry.source, language)),
      ...(givenBy.length === 0 ? [] : [heading('given-by', t.givenBy), list(givenBy)]),
      ...(methods.length === 0 ? [] : [heading('methods', t.inMethods), list(methods)]),
      ...(otherWires.length === 0 ? [] : [heading('wires', t.otherWires), list(otherWires)]),
    ],
  };
}
