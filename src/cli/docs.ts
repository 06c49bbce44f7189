// `ordergate docs`: explains a method or a code of a platform in the terminal, from its contract.
import { PROTOCOLS } from '../callers.ts';
import { type Config, nearest, readConfig, readFlags, UsageError } from '../config.ts';
import type { Contract, Field, Fields, MethodContract } from '../protocol/contract.ts';
import { COLUMNS, wrapWords } from '../protocol/terminal-columns.ts';
import { cut } from './columns.ts';
import { settingsAmong, wrongUse } from './flags.ts';
import { say } from './output.ts';
import { docs as TEXT } from './texts/develop.ts';

type Language = 'en' | 'zh';

const WORDS = {
  en: {
    required: 'required',
    read: 'a read',
    write: 'a change',
    params: 'Parameters',
    codes: 'Codes',
    cause: 'Cause',
    remedy: 'Remedy',
    again: 'Again',
    of: 'Of',
    oneOf: 'At least one of',
    sample: 'Sample',
    several: 'Several codes end so; name one in full:',
  },
  zh: {
    required: '必填',
    read: '查询',
    write: '变更',
    params: '参数',
    codes: '返回码',
    cause: '原因',
    remedy: '处理',
    again: '重试',
    of: '所属',
    oneOf: '至少给出其一',
    sample: '样例',
    several: '有多个返回码以此结尾，请写出全名：',
  },
} as const;
const RETRY = {
  en: {
    never: 'the same call is refused again',
    later: 'later',
    'after-a-new-signature': 'with a new signature',
  },
  zh: {
    never: '原样重试仍会被拒绝',
    later: '稍后可重试',
    'after-a-new-signature': '重新签名后可重试',
  },
} as const;

export async function run(args: readonly string[]): Promise<number> {
  say(await answerOf(args));
  return 0;
}

/** What the command prints. @throws {UsageError} */
export async function answerOf(args: readonly string[]): Promise<string> {
  const { values, positionals } = readFlags(minusLast(args), TEXT.flags);
  const [wanted, ...more] = positionals;
  if (more.length > 0) wrongUse(TEXT);
  const contracts = await contractsOf(values.platform, readConfig(settingsAmong(values)));
  const language: Language = readLanguage(values.lang);
  if (wanted === undefined) return list(contracts, language, values.json);
  const { methods, codes } = found(contracts, wanted);
  if (methods.length + codes.length === 0) {
    const known = contracts.flatMap(({ methods: m, codes: c }) => [
      ...Object.keys(m),
      ...Object.keys(c).flatMap((code) => [code, ...endsOf(code)]),
    ]);
    throw new UsageError(
      `there is no method and no code "${wanted}". The nearest is: ${nearest(wanted, known)}. ordergate docs lists all`,
    );
  }
  if (values.json) {
    const rows = [
      ...methods.map(({ contract, name, method }) => ({
        ...{ platform: contract.name, method: name },
        ...method,
      })),
      ...codes.map(({ contract, code }) => ({
        ...{ platform: contract.name, code },
        ...contract.codes[code]!,
      })),
    ];
    return rows.map((row) => JSON.stringify(row)).join('\n');
  }
  const pages = methods.map((one) => methodText(one.contract, one.name, one.method, language));
  // Several codes that end alike would be many screens.
  if (codes.length > 1 && codes.every(({ code }) => code !== wanted)) {
    const lines = codes.map(({ contract, code }) => {
      const line = `${contract.name} ${code}: ${contract.codes[code]!.wire}`;
      return wrapWords(line, '  ');
    });
    pages.push(`${WORDS[language].several}\n${lines.join('\n')}`);
  } else {
    pages.push(...codes.map(({ contract, code }) => codeText(contract, code, language)));
  }
  return pages.join('\n\n');
}

/** Codes such as `-301` begin as a flag does: they go behind `--`, where nothing is a flag. */
function minusLast(args: readonly string[]): readonly string[] {
  if (args.includes('--')) return args;
  const isCode = (arg: string): boolean => /^-\d/.test(arg);
  return [...args.filter((arg) => !isCode(arg)), '--', ...args.filter(isCode)];
}

/** The methods and codes of a name: those that are it, else the codes that end in it. */
function found(contracts: readonly Contract[], wanted: string) {
  const methods = contracts.flatMap((contract) =>
    Object.entries(contract.methods)
      .filter(([name]) => name === wanted || name.endsWith(`.${wanted}`))
      .map(([name, method]) => ({ contract, name, method })),
  );
  const codesThat = (fit: (code: string) => boolean) =>
    contracts.flatMap((contract) =>
      Object.keys(contract.codes)
        .filter(fit)
        .map((code) => ({ contract, code })),
    );
  const exact = codesThat((code) => code === wanted);
  if (methods.length + exact.length > 0) return { methods, codes: exact };
  return { methods, codes: codesThat((code) => endsOf(code).includes(wanted)) };
}

/** The shorter names of a code: of `invalid-biz:107`, `biz:107` and `107`. */
function endsOf(code: string): string[] {
  return [...code.matchAll(/[.:-](?=.)/g)].map(({ index }) => code.slice(index + 1));
}

async function contractsOf(platform: string | undefined, config: Config): Promise<Contract[]> {
  const contracts =
    config.platformsFile === undefined
      ? Object.values(PROTOCOLS).map(({ contract }) => contract)
      : (await servedBy(config)).map(({ contract }) => contract);
  if (platform === undefined) return contracts;
  const found = contracts.filter(({ name }) => name === platform);
  if (found.length > 0) return found;
  const names = contracts.map(({ name }) => name);
  throw new UsageError(`there is no platform "${platform}"; there are: ${names.join(', ')}`);
}

/** Loads the server, which a question about our own platforms does not need. */
async function servedBy(config: Config) {
  const { platformsOf } = await import('../main.ts');
  return platformsOf(config);
}

/** The language of --lang, or of the terminal. */
function readLanguage(given: string | undefined): Language {
  if (given === 'en' || given === 'zh') return given;
  if (given !== undefined) throw new UsageError(`--lang is "${given}"; it has to be en or zh`);
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('zh') ? 'zh' : 'en';
}

function list(contracts: readonly Contract[], language: Language, json: boolean): string {
  const lines = contracts.flatMap(({ name, title, methods, codes }) => {
    if (json) {
      const row = { platform: name, methods: Object.keys(methods), codes: Object.keys(codes) };
      return [JSON.stringify(row)];
    }
    return [
      `${name} (${title[language]})`,
      ...Object.entries(methods).map(([method, { title: text }]) =>
        cut(`  ${method}  ${text[language]}`, COLUMNS),
      ),
      wrapWords(Object.keys(codes).join('  '), '  '),
    ];
  });
  return lines.join('\n');
}

function methodText(
  contract: Contract,
  name: string,
  method: MethodContract,
  language: Language,
): string {
  const t = WORDS[language];
  const { http, path } = method.at ?? contract.envelope;
  const lines = [
    wrapWords(`${contract.name} ${name}: ${method.title[language]} (${t[method.effect]})`, ''),
    `${http} ${path}`,
    '',
    t.params,
    ...fieldLines(method.params, language, '  '),
  ];
  for (const names of method.oneOf ?? []) lines.push(`  ${t.oneOf}: ${names.join(', ')}`);
  const codes = [...new Set([...method.codes, contract.success])].filter((code) =>
    Object.hasOwn(contract.codes, code),
  );
  lines.push('', t.codes);
  for (const code of codes) lines.push(cut(`  ${code}  ${contract.codes[code]!.wire}`, COLUMNS));
  const [sample] = method.samples;
  if (sample) {
    const params = Object.entries(sample.params).map(([field, value]) =>
      typeof value === 'string' || typeof value === 'number'
        ? `${field}=${value}`
        : `${field}:='${JSON.stringify(value)}'`,
    );
    lines.push('', t.sample, wrapWords(`ordergate call ${name} ${params.join(' ')}`, '  '));
  }
  return lines.join('\n');
}

function* fieldLines(fields: Fields, language: Language, indent: string): Generator<string> {
  for (const [name, field] of Object.entries(fields)) {
    const need = field.optional ? '' : `, ${WORDS[language].required}`;
    yield `${indent}${name} (${typeText(field)}${need})`;
    yield wrapWords(field.text[language], `${indent}    `);
    if (field.type === 'enum') {
      for (const [value, text] of Object.entries(field.values))
        yield wrapWords(`${value}: ${text[language]}`, `${indent}      `);
    }
    if ('fields' in field) yield* fieldLines(field.fields, language, `${indent}  `);
  }
}

function typeText(field: Field): string {
  if (field.type === 'list') return `list of up to ${field.max}`;
  if (field.type === 'integer') return `integer ${field.min} to ${field.max}`;
  if (field.type === 'string')
    return (
      field.format ?? (field.maxLength === undefined ? 'text' : `text up to ${field.maxLength}`)
    );
  return field.type;
}

function codeText(contract: Contract, code: string, language: Language): string {
  const t = WORDS[language];
  const { wire, cause, remedy, retry, unused } = contract.codes[code]!;
  const methods = Object.entries(contract.methods).filter(([, { codes }]) =>
    codes.includes(code as never),
  );
  const lines = [wrapWords(`${contract.name} ${code}: ${wire}`, '')];
  const add = (label: string, text: string): void => {
    lines.push(wrapWords(`${label}: ${text}`, '  '));
  };
  add(t.cause, cause[language]);
  add(t.remedy, remedy[language]);
  add(t.again, RETRY[language][retry]);
  if (methods.length > 0) add(t.of, methods.map(([name]) => name).join(', '));
  if (unused) lines.push(wrapWords(unused[language], '  '));
  return lines.join('\n');
}
