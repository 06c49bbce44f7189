// The report as text for a terminal of 80 columns.

import { padded, wrap, wrapCommand } from '../../protocol/terminal-columns.ts';
import {
  countsOf,
  type Fault,
  hasFailed,
  isEmpty,
  type Report,
  type Result,
  VERDICTS,
} from '../verdict.ts';
import { BASIS_WORDS, type Language, meaningOf, placeOf, VERDICT_WORDS, WORDS } from './words.ts';

/** The width of the labels in front of a failure's lines. */
const LABEL = 13;

/** Of a longer body, a terminal shows the beginning; the other reports have more. */
const SHOWN = 1200;

export function textReport(report: Report, language: Language): string {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language];
  const counts = countsOf(report);
  const title = `${word(report.kind)} · ${report.platform}${report.readOnly ? ` · ${word('readOnly')}` : ''}`;
  const parts = [title, wrap(`${report.target} · ${report.at}`), ''];
  for (const { verdict, ...result } of report.results) {
    if (verdict === 'fail' || verdict === 'differs') {
      parts.push(oneResult({ verdict, ...result }, language), '');
    }
  }
  parts.push(...skipped(report.results, language));
  if (report.stale.length > 0) {
    parts.push(
      wrap(`${word('stale')}${word('colon').trim()}`),
      ...report.stale.map((id) => `  ${id}`),
      '',
    );
  }
  for (const verdict of VERDICTS) {
    const number = String(counts[verdict]).padStart(4);
    const start = `  ${padded(VERDICT_WORDS[verdict][language], 8)} ${number}  `;
    parts.push(wrap(meaningOf(verdict, report.kind)[language], start));
  }
  const known = report.results.filter(({ isKnown }) => isKnown).length;
  const end = word(hasFailed(report) ? 'bad' : isEmpty(report) ? 'empty' : 'good');
  const more = known > 0 ? ` (${word('known')}${word('colon')}${known})` : '';
  return [...parts, '', `${word('result')}${word('colon')}${end}${more}`].join('\n');
}

function oneResult(result: Result, language: Language): string {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language];
  const labelled = (label: string, text: string): string => wrap(text, `  ${padded(label, LABEL)}`);
  const { verdict, id, where, basis, text, faults, isKnown, reason } = result;
  const mark = VERDICT_WORDS[verdict][language].toUpperCase();
  const lines = [
    `${mark}  ${id}${isKnown ? ` · ${word('known')}` : ''}`,
    labelled(word('source'), `${where} (${BASIS_WORDS[basis][language]})`),
  ];
  if (text[language] !== '') lines.push(labelled('', text[language]));
  if (reason) lines.push(labelled(word('note'), reason[language]));
  for (const one of faults) lines.push(...faultLines(one, language, labelled));
  if (result.bytesSent !== null) lines.push(`  ${word('sent')}`, quoted(result.bytesSent));
  if (result.bytesGot !== null) lines.push(`  ${word('came')}`, quoted(result.bytesGot));
  lines.push(wrapCommand(result.repeat, `  ${padded(word('again'), LABEL)}`));
  return lines.join('\n');
}

function faultLines(
  fault: Fault,
  language: Language,
  labelled: (label: string, text: string) => string,
): string[] {
  const { what, expected, got } = fault;
  const place = placeOf(fault, language);
  return [
    labelled(WORDS.expected[language], inOneLine(`${what} = ${expected}`)),
    labelled(
      WORDS.got[language],
      got === null ? WORDS.absent[language] : inOneLine(`${what} = ${got}`),
    ),
    ...(place === null ? [] : [labelled('', place)]),
  ];
}

/** A value that a server answered cannot begin a line that looks like one of this report. */
const inOneLine = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\t', '\\t');

const quoted = (bytes: string): string => {
  const cut = bytes.length > SHOWN ? `${bytes.slice(0, SHOWN)} …` : bytes;
  return cut
    .split('\n')
    .map((line) => wrap(line, '    | ').replaceAll(/\n {6}/g, '\n    | '))
    .join('\n');
};

/** The skipped clauses by their reasons. */
function skipped(results: readonly Result[], language: Language): string[] {
  const byReason = new Map<string, string[]>();
  for (const { verdict, id, reason } of results) {
    if (verdict !== 'skip') continue;
    const text = reason?.[language] ?? '';
    byReason.set(text, [...(byReason.get(text) ?? []), id]);
  }
  if (byReason.size === 0) return [];
  const lines: string[] = [WORDS.skipped[language]];
  for (const [reason, ids] of byReason) {
    lines.push(
      wrap(`${reason}${WORDS.colon[language]}${ids.length}`, '  '),
      wrap(ids.join(', '), '    '),
    );
  }
  return [...lines, ''];
}
