// Search over the reference: platforms, methods, fields, codes, events, and the management API.
import type { Platform } from '../protocol/platform.ts';
import { type Language, pathOf } from './blocks.ts';
import { eventsOf } from './event-page.ts';
import { unfold } from './fields.ts';
import { ERRORS, MANAGE } from './manage-page.ts';
import { type Management, operationsOf } from './openapi.ts';
import { LABELS } from './texts.ts';

export type Kind = 'platform' | 'method' | 'field' | 'code' | 'event' | 'operation' | 'error';

interface InLanguage {
  readonly zh: string;
  readonly en: string;
}

interface Entry {
  readonly kind: Kind;
  /** As it is written in a call, such as `OrderID`. */
  readonly name: string;
  readonly about: InLanguage;
  /** Where it stands, such as the platform. */
  readonly within: InLanguage;
  readonly path: string;
  /** All that is searched, in lower case. */
  readonly text: string;
}

export interface Found {
  readonly kind: Kind;
  readonly name: string;
  readonly about: string;
  readonly within: string;
  readonly path: string;
}

export interface Results {
  readonly found: readonly Found[];
  /** How many there are; `found` has the first of them. */
  readonly total: number;
}

const MOST = 60;
const LONGEST = 200;

const same = (text: string): InLanguage => ({ zh: text, en: text });

const entry = (
  kind: Kind,
  name: string,
  about: InLanguage,
  within: InLanguage,
  path: string,
  more = '',
): Entry => {
  const text = [name, about.zh, about.en, within.zh, within.en, more].join(' ').toLowerCase();
  return { kind, name, about, within, path, text };
};

function ofPlatform(platform: Platform): Entry[] {
  const { contract, name } = platform;
  const { title, methods, codes, envelope } = contract;
  const envelopes = [
    ['envelope', envelope.request],
    ['reply-envelope', envelope.reply],
  ] as const;
  const within = (method: string): InLanguage => ({
    zh: `${title.zh} · ${method}`,
    en: `${title.en} · ${method}`,
  });
  return [
    entry('platform', name, title, same(''), pathOf(name)),
    ...envelopes.flatMap(([at, fields]) =>
      unfold(fields).map(({ path, field }) =>
        entry('field', path, field.text, title, `${pathOf(name)}#${at}`),
      ),
    ),
    ...Object.entries(methods).flatMap(([method, its]) => [
      entry('method', method, its.title, title, pathOf(name, method)),
      ...(
        [
          ['params', its.params],
          ['reply', its.reply],
          ['head', its.head ?? {}],
        ] as const
      ).flatMap(([at, fields]) =>
        unfold(fields).map(({ path, field }) =>
          entry('field', path, field.text, within(method), `${pathOf(name, method)}#${at}`),
        ),
      ),
    ]),
    ...Object.entries(codes).map(([code, { wire, cause, remedy }]) =>
      entry(
        'code',
        code,
        cause,
        title,
        pathOf(name, 'codes', code),
        `${wire} ${remedy.zh} ${remedy.en}`,
      ),
    ),
    ...Object.entries(eventsOf(platform)).map(([action, { text }]) => {
      const type = `order.${action}`;
      return entry('event', type, text, title, `${pathOf(name, 'events')}#${type}`);
    }),
  ];
}

async function ofManagement(management: Management): Promise<Entry[]> {
  const within = { zh: LABELS.zh.manageApi, en: LABELS.en.manageApi };
  const operations = operationsOf(await management.openApi()).map(({ method, path, operation }) => {
    const { operationId, summary, description, parameters, 'x-zh': zh } = operation;
    const more = [operationId, description, zh.description, ...parameters.map(({ name }) => name)];
    const about = { zh: zh.summary, en: summary };
    const to = pathOf('manage', operationId);
    return entry('operation', `${method} ${path}`, about, within, to, more.join(' '));
  });
  const errors = Object.entries(management.errors).map(([code, { cause, remedy }]) =>
    entry('error', code, cause, within, ERRORS, `${remedy.zh} ${remedy.en}`),
  );
  const itself = entry('platform', '/manage/v1', within, same(''), MANAGE);
  return [itself, ...operations, ...errors];
}

export class Search {
  readonly #platforms: readonly Platform[];
  readonly #management: Management;
  #entries: Promise<readonly Entry[]> | undefined;

  constructor(platforms: readonly Platform[], management: Management) {
    this.#platforms = platforms;
    this.#management = management;
  }

  /** Entries that hold every word of the question in either language, the best first. */
  async find(question: string, language: Language): Promise<Results> {
    // Made at the first question: a start does not wait for it.
    this.#entries ??= this.#all();
    const whole = question.trim().slice(0, LONGEST).toLowerCase();
    const words = whole.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return { found: [], total: 0 };
    const hits = (await this.#entries)
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map((one) => ({ one, rank: rankOf(one, whole) }))
      .sort((a, b) => b.rank - a.rank);
    const found = hits.slice(0, MOST).map(({ one: { kind, name, about, within, path } }) => ({
      ...{ kind, name, path },
      ...{ about: about[language], within: within[language] },
    }));
    return { found, total: hits.length };
  }

  async #all(): Promise<readonly Entry[]> {
    const management = await ofManagement(this.#management);
    return [...this.#platforms.flatMap(ofPlatform), ...management];
  }
}

/** A name that is the question comes first, then one that begins with it, then one that has it. */
function rankOf({ name, about, kind }: Entry, question: string): number {
  const lower = name.toLowerCase();
  const last = lower.split(/[.[\]/]+/).at(-1);
  const byName =
    lower === question || last === question
      ? 8
      : lower.startsWith(question)
        ? 4
        : lower.includes(question)
          ? 2
          : 0;
  const byText = [about.zh, about.en].some((text) => text.toLowerCase().includes(question)) ? 1 : 0;
  return byName + byText + (kind === 'field' ? 0 : 0.5);
}
