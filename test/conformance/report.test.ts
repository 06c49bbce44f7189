// The reports of a run and the baseline: what each shows of a failure, in both languages.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { baselineOf, readBaseline, withBaseline } from '../../src/conformance/baseline.ts';
import { fault } from '../../src/conformance/compare.ts';
import { htmlReport } from '../../src/conformance/report/html.ts';
import { jsonReport } from '../../src/conformance/report/json.ts';
import { junitReport } from '../../src/conformance/report/junit.ts';
import { textReport } from '../../src/conformance/report/text.ts';
import { LANGUAGES } from '../../src/conformance/report/words.ts';
import { hasFailed, type Report, type Result } from '../../src/conformance/verdict.ts';
import { temporaryDirectory } from '../support.ts';

const GOT = Buffer.from('HTTP/1.1 200 OK\r\n\r\n{"statusCode":"-207"}');
const FAILED: Result = {
  id: 'action-in-another-case',
  where: 'order-query.txt, 请求参数:',
  basis: 'doc',
  text: { zh: '默认值:getOrderResult(区分大小写)', en: 'in this case only' },
  method: 'GetOrderResult',
  verdict: 'fail',
  reason: null,
  expected: '-206',
  got: '-207 <无此功能>',
  faults: [fault('code', '-206', '-207', GOT)],
  bytesSent: `POST /x HTTP/1.1\n\n${'长'.repeat(300)}`,
  bytesGot: 'HTTP/1.1 200 OK\n\n{"statusCode":"-207"}',
  repeat:
    "ordergate conformance --platform ytx --target 'a b.json' --clause action-in-another-case",
  isKnown: false,
  milliseconds: 12,
};
const PASSED: Result = { ...FAILED, id: 'good', verdict: 'pass', faults: [] };
const SKIPPED: Result = {
  ...PASSED,
  id: 'skipped',
  verdict: 'skip',
  reason: { zh: '目标没有可拨动的时钟', en: 'The target has no clock & no <hands>' },
};
const DIFFERS: Result = { ...FAILED, id: 'ours', verdict: 'differs', basis: 'ours' };
const REPORT: Report = {
  kind: 'server',
  platform: 'ytx',
  target: 'https://open.example.cn',
  at: '2026-01-02T03:04:05.678Z',
  readOnly: false,
  results: [FAILED, PASSED, SKIPPED, DIFFERS],
  stale: [],
};

const widthOf = (line: string): number =>
  [...line].reduce(
    (sum, c) => sum + (/[\u2e80-\u9fff\uff00-\uff60\u3000-\u303f]/.test(c) ? 2 : 1),
    0,
  );

for (const language of LANGUAGES) {
  test(`${language}: the text fits 80 columns and holds clause, source, bytes, difference and command`, () => {
    const text = textReport(REPORT, language);
    for (const line of text.split('\n')) ok(widthOf(line) <= 80, `${widthOf(line)}: ${line}`);
    const flat = text.replaceAll(/\s+/g, ' ');
    for (const part of [
      FAILED.id,
      FAILED.where,
      '-206',
      '-207',
      'POST /x',
      'a b.json',
      'statusCode',
    ]) {
      ok(flat.includes(part), part);
    }
    ok(flat.includes(SKIPPED.reason![language]), 'the reason');
    // The two codes part at their fourth character, and the code begins at the 35th byte.
    match(
      flat,
      language === 'zh'
        ? /第 4 个字符起不同；该值位于收到的第 35 个字节/
        : /character 4 on; the value begins at byte 35/,
    );
  });

  test(`${language}: JUnit is well-formed, and counts what fails and what is skipped`, () => {
    const xml = junitReport({ ...REPORT, stale: ['gone'] }, language);
    const suite = new DOMParser()
      .parseFromString(xml, 'text/xml')
      .getElementsByTagName('testsuite')[0]!;
    deepEqual(
      ['tests', 'failures', 'skipped'].map((name) => suite.getAttribute(name)),
      ['5', '2', '1'],
    );
    equal(suite.getElementsByTagName('failure').length, 2);
    equal(
      suite.getElementsByTagName('skipped')[0]!.getAttribute('message'),
      SKIPPED.reason![language],
    );
  });

  test(`${language}: HTML is one file without script, and escapes what a server sent`, () => {
    const html = htmlReport(REPORT, language);
    ok(!/<script|https?:\/\/(?!open\.example\.cn)|<link|@import|url\(/.test(html));
    ok(html.includes('no &lt;hands&gt;') || language === 'zh');
    match(html, new RegExp(`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`));
    ok(html.includes('-20<mark>7</mark>'));
  });
}

test('JSON has the verdicts, the counts and each result', () => {
  const { form, failed, counts, results } = JSON.parse(jsonReport(REPORT));
  deepEqual([form, failed, counts], [1, true, { pass: 1, fail: 1, differs: 1, skip: 1 }]);
  deepEqual(results, REPORT.results);
});

test('a baseline keeps known failures from failing a run; a stale entry fails it', () => {
  const file = join(temporaryDirectory(), 'baseline');
  const ids = REPORT.results.map(({ id }) => id);
  const { stale: _, ...bare } = REPORT;
  const judged = (text: string): Report => {
    writeFileSync(file, text);
    return withBaseline(bare, readBaseline(file), ids);
  };
  ok(hasFailed(judged('# nothing\n')));
  const known = judged(baselineOf('ytx', REPORT.results));
  deepEqual([hasFailed(known), known.stale], [false, []]);
  ok(known.results[0]!.isKnown && !known.results[3]!.isKnown);
  for (const [entry, stale] of [
    ['ytx good it was repaired', ['good']],
    ['ytx ours', ['ours']],
    ['ytx no-such-clause', ['no-such-clause']],
    ['ytx skipped', []],
    ['suning good', []],
  ] as const) {
    const report = judged(`ytx ${FAILED.id}\n${entry}\n`);
    deepEqual([hasFailed(report), report.stale], [stale.length > 0, stale], entry);
  }
});

test('what a server answered cannot look like a line of the report', () => {
  const answered = 'x\n::error::forged\nResult: no clause failed\t\u001b[31m';
  const forged = { ...FAILED, faults: [fault('code', '-206', answered, GOT)], bytesGot: answered };
  const lines = textReport({ ...REPORT, results: [forged] }, 'en').split('\n');
  deepEqual(
    lines.filter((line) => /^\s*(::error|Result: no)/.test(line)),
    [],
    lines.join('\n'),
  );
  ok(lines.some((line) => line.includes('code = x\\n::error')));
});
