// The programming languages of the samples: the file of each, and how it writes values down.
import type { NamedTexts } from '../protocol/signing-sample.ts';

export interface ProgramLanguage {
  /** The name of the language, as its people write it. */
  readonly title: string;
  /** The name of the program within a platform's folder of samples. */
  readonly file: string;
  /** One line of the program that gives a value its name. */
  declare(name: string, value: string | NamedTexts): string;
  /** A text as a literal of the language. */
  text(value: string): string;
  /** Named texts as a literal of the language; in the shell they are arguments. */
  object(value: NamedTexts): string;
}

/** A literal in double quotes with the escapes that JSON, Java and Go have in common. */
const quoted = (value: string): string =>
  JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, unicodeEscape);

const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A literal in single quotes with backslashes, unless a control character needs double quotes. */
const single = (value: string): string =>
  CONTROL.test(value) ? quoted(value) : `'${value.replaceAll(/['\\]/g, '\\$&')}'`;

const CONTROL = /\p{Cc}/u;

/** Raw text where it holds many quotation marks, as a body in JSON does. */
const raw = (value: string, open: string, close: string, forbidden: RegExp): string | null =>
  value.includes('"') && !forbidden.test(value) && !CONTROL.test(value)
    ? `${open}${value}${close}`
    : null;

type Literals = Pick<ProgramLanguage, 'text' | 'object'>;

/** Literals of a language whose objects are pairs between two brackets. */
function literals(
  text: (value: string) => string,
  [open, close]: readonly [string, string],
  pair: (name: string, value: string) => string,
): Literals {
  const object = (value: NamedTexts): string => {
    const pairs = Object.entries(value).map(([name, one]) =>
      pair(name, typeof one === 'string' ? text(one) : object(one)),
    );
    return open + pairs.join(', ') + close;
  };
  return { text, object };
}

function language(
  title: string,
  file: string,
  its: Literals,
  declare: (name: string, literal: string) => string,
): ProgramLanguage {
  return {
    ...{ title, file, ...its },
    declare: (name, value) =>
      declare(name, typeof value === 'string' ? its.text(value) : its.object(value)),
  };
}

/** Within single quotes the shell changes nothing. */
const shellText = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

const shell: Literals = {
  text: shellText,
  object: (value) =>
    Object.entries(value)
      .map(([name, one]) =>
        typeof one === 'string'
          ? shellText(`${name}=${one}`)
          : `"${name}=$(join ${shell.object(one)})"`,
      )
      .join(' '),
};

/** In the order in which the reference shows them. */
export const LANGUAGES: readonly ProgramLanguage[] = [
  {
    ...{ title: 'curl', file: 'sign.sh', ...shell },
    declare: (name, value) =>
      `${name}=${typeof value === 'string' ? shellText(value) : `(${shell.object(value)})`}`,
  },
  language(
    'TypeScript',
    'sign.ts',
    literals(single, ['{ ', ' }'], (name, value) => `${name}: ${value}`),
    (name, literal) => `const ${name} = ${literal};`,
  ),
  language(
    'Python',
    'sign.py',
    literals(single, ['{', '}'], (name, value) => `${single(name)}: ${value}`),
    (name, literal) => `${name} = ${literal}`,
  ),
  language(
    'PHP',
    'sign.php',
    // Double quotes would fill in variables.
    literals(
      (value) => `'${value.replaceAll(/['\\]/g, '\\$&')}'`,
      ['[', ']'],
      (name, value) => `'${name}' => ${value}`,
    ),
    (name, literal) => `$${name} = ${literal};`,
  ),
  language(
    'Java',
    'Sign.java',
    literals(
      (value) => raw(value, '"""\n            ', '"""', /\\|"""|"$/) ?? quoted(value),
      ['Map.of(', ')'],
      (name, value) => `${quoted(name)}, ${value}`,
    ),
    (name, literal) => `var ${name} = ${literal};`,
  ),
  language(
    'Go',
    'sign.go',
    literals(
      (value) => raw(value, '`', '`', /`/) ?? quoted(value),
      ['fields{', '}'],
      (name, value) => `${quoted(name)}: ${value}`,
    ),
    (name, literal) => `${name} := ${literal}`,
  ),
  language(
    'C#',
    'Sign.cs',
    literals(
      (value) => (raw(value, '', '', /$^/) === null ? quoted(value) : verbatim(value)),
      ['new Fields { ', ' }'],
      (name, value) => `[${quoted(name)}] = ${value}`,
    ),
    (name, literal) => `var ${name} = ${literal};`,
  ),
];

/** C# doubles the quotation marks of a verbatim text. */
const verbatim = (value: string): string => `@"${value.replaceAll('"', '""')}"`;
