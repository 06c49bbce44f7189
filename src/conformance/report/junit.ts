// The report as JUnit XML, as the continuous integration of most companies reads it.
import { escapeXml } from '../../protocol/codecs/xml.ts';
import { countsOf, type Report, type Result } from '../verdict.ts';
import { type Language, VERDICT_WORDS, WORDS } from './words.ts';

const attribute = (text: string): string =>
  escapeXml(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');

export function junitReport(report: Report, language: Language): string {
  const { platform, results, stale, at, target } = report;
  const counts = countsOf(report);
  const failed = results.filter(({ verdict, isKnown }) => verdict === 'fail' && !isKnown).length;
  const seconds = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const name = `conformance.${report.kind}.${platform}`;
  const cases = results.map((result) => testCase(name, result, language));
  const old = stale.map(
    (id) =>
      `    <testcase classname="${name}.baseline" name="${attribute(id)}"><failure message="${attribute(WORDS.stale[language])}"/></testcase>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${name}" tests="${results.length + stale.length}" failures="${failed + stale.length}" errors="0" skipped="${counts.skip}" time="${seconds}" timestamp="${at}">`,
    `    <properties><property name="target" value="${attribute(target)}"/><property name="differs" value="${counts.differs}"/></properties>`,
    ...cases,
    ...old,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(suite: string, result: Result, language: Language): string {
  const { id, verdict, milliseconds, reason, isKnown } = result;
  const open = `    <testcase classname="${suite}" name="${attribute(id)}" time="${milliseconds / 1000}"`;
  if (verdict === 'pass') return `${open}/>`;
  if (verdict === 'skip') {
    return `${open}><skipped message="${attribute(reason?.[language] ?? '')}"/></testcase>`;
  }
  const text = detail(result, language);
  const first = result.faults
    .map(({ what, expected, got }) => `${what}: ${expected} ≠ ${got}`)
    .join('; ');
  // JUnit has no word for a difference that is no failure: it is a case that passed, with a note.
  if (verdict === 'differs' || isKnown) {
    const word = isKnown ? WORDS.known[language] : VERDICT_WORDS.differs[language];
    return `${open}><system-out>${escapeXml(`${word}: ${text}`)}</system-out></testcase>`;
  }
  return `${open}><failure message="${attribute(first)}" type="${attribute(result.basis)}">${escapeXml(text)}</failure></testcase>`;
}

const detail = (result: Result, language: Language): string =>
  [
    `${WORDS.source[language]}: ${result.where} ${result.text[language]}`,
    ...(result.reason ? [result.reason[language]] : []),
    ...result.faults.map(({ what, expected, got }) => `${what}: ${expected} ≠ ${got}`),
    `${WORDS.sent[language]}:\n${result.bytesSent ?? ''}`,
    `${WORDS.came[language]}:\n${result.bytesGot ?? ''}`,
    `${WORDS.again[language]}: ${result.repeat}`,
  ].join('\n');
