// The programs that sign and send a sample call: real files of a folder, with the values of the call in their place.
import { readFileSync } from 'node:fs';
import type { NamedTexts } from '../protocol/signing-sample.ts';
import type { ProgramLanguage } from './languages.ts';

/** The comment that stands above the values, in every language. */
const MARK = 'The values of the call.';

interface Template {
  readonly before: readonly string[];
  readonly indent: string;
  readonly after: readonly string[];
}

const templates = new Map<string, Template>();

/**
 * Splits a program at its values: the lines from the one below {@link MARK} to the next empty one.
 *
 * @throws {Error} where the file does not exist or has no such lines
 */
export function templateOf(folder: URL, { file }: ProgramLanguage): Template {
  const url = new URL(file, folder);
  const known = templates.get(url.href);
  if (known) return known;
  const lines = readFileSync(url, 'utf8').trimEnd().split('\n');
  const mark = lines.findIndex((line) => line.includes(MARK));
  const end = lines.indexOf('', mark);
  if (mark < 0 || end < 0) throw new Error(`${url.pathname} has no lines below "${MARK}"`);
  const template = {
    before: lines.slice(0, mark + 1),
    indent: /^\s*/.exec(lines[mark]!)![0],
    after: lines.slice(end),
  };
  templates.set(url.href, template);
  return template;
}

/** The whole program that makes a call with these values. */
export function programOf(folder: URL, language: ProgramLanguage, values: NamedTexts): string {
  const { before, indent, after } = templateOf(folder, language);
  const declared = Object.entries(values).map(
    ([name, value]) => indent + language.declare(name, value),
  );
  return `${[...before, ...declared, ...after].join('\n')}\n`;
}
