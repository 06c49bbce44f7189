// The values of the form: what the reader has written, as parameters of a call.
import { parseShanghai } from '../../src/protocol/shanghai-time.ts';
import type { Lab } from '../../src/reference/lab.ts';
import type { LabWords } from '../../src/reference/lab-words.ts';

export interface Values {
  readonly party: string;
  readonly key: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is wrong with a value, with the name of its field. */
export class ValueError extends Error {}

/** @throws {ValueError} */
export function valuesOf(form: HTMLFormElement, lab: Lab, words: LabWords): Values {
  const given = new FormData(form);
  const text = (name: string): string => String(given.get(name) ?? '');
  const params: Record<string, unknown> = {};
  for (const { name, kind } of lab.fields) {
    const value = text(`p.${name}`);
    if (value !== '') params[name] = kind === 'json' ? jsonOf(value, name, words) : value;
  }
  return { party: text('party'), key: text('key'), params, now: timeOf(text('time'), words) };
}

function jsonOf(value: string, name: string, words: LabWords): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new ValueError(`${name}: ${words.noJson}`);
  }
}

function timeOf(value: string, words: LabWords): number {
  if (value.trim() === '') return Date.now();
  const time = parseShanghai(value.trim());
  if (time === null) throw new ValueError(`${value}: ${words.noTime}`);
  return time;
}
