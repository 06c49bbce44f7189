// Tests that an unverified or a partner's own body costs at most ten times as much as a plain body.

import { type CpuCase, cpuTests, pipelineOf, type Sent } from '../../../test/cpu-bound.ts';
import { document, form, KEYS, md5 } from '../../../test/jintong.ts';
import { startTestServer } from '../../../test/support.ts';

const server = await startTestServer();

type Fields = Record<string, string>;
const cancel = (Remark: string, more: Fields = {}, basic: Fields = {}, key?: string): string =>
  document('jane88', 'OperateCancelOrder', {
    param: { Consumer: 'jane88', OrderID: '404', Remark, ...more },
    basic,
    ...(key !== undefined && { key }),
  });

const SIZE = 60 * 1024;
const fill = (text: string, size = SIZE): string =>
  text.repeat(Math.ceil(size / text.length)).slice(0, size);
const sent = (body: string): Sent => ({ body: Buffer.from(body) });

/** Remarks as they appear in the document. */
const REMARKS: Readonly<Record<string, string>> = {
  'an escape and no UTF-8 after it': `%41${fill('%FF')}`,
  'lead bytes without an end': fill('%E5'),
  'halves of characters': fill('%E5%8F'),
  'GB18030 pairs': fill('%c8%a1'),
  'GB18030 of four bytes': fill('%81%30%81%30'),
  'lead bytes of GB18030': fill('%81'),
  'percent signs': fill('%'),
  'percent signs that almost decode': fill('%4'),
  'escapes of escapes': fill('%25'),
  'plus signs and an escape': `%41${fill('+')}`,
  'line ends': fill('%0d%0a'),
  'plain line ends': fill('\r\n'),
  Chinese: fill('取', SIZE / 3),
  'Chinese and an escape': `${fill('取', SIZE / 3)}%FF`,
  'astral characters': fill('😀', SIZE / 2),
};
/** Pieces of XML inside an element, at the maximum size. */
const PIECES: Readonly<Record<string, string>> = {
  references: '&#65;',
  'short references': '&lt;',
  comments: '<!---->',
  'CDATA sections': '<![CDATA[]]>',
  elements: '<a/>',
  'ends of lines': '\r',
  brackets: ']]&gt;',
};

const cases: CpuCase<Sent>[] = [];
for (const [name, key] of [
  ['unsigned', 'nobody-has-this-key'],
  ['signed', KEYS.jane88],
] as const) {
  for (const [what, remark] of Object.entries(REMARKS)) {
    const bad = sent(cancel(remark, {}, {}, key));
    cases.push({
      name: `${name}, Remark of ${what}`,
      bad,
      plain: sent(cancel(fill('x', Buffer.byteLength(remark)), {}, {}, key)),
    });
  }
}
const plainDocument = sent(cancel(fill('x'), {}, {}, 'no'));
for (const [what, piece] of Object.entries(PIECES)) {
  const body = cancel('x').replace('>x<', `>${fill(piece, SIZE - (SIZE % piece.length))}<`);
  cases.push({ name: `a document of ${what}`, bad: sent(body), plain: plainDocument });
}

const plainForm = sent(form(cancel(fill('x'), {}, {}, 'no')));
const FORMS: Readonly<Record<string, string>> = {
  'of fields': fill('&'),
  'of fields with names': fill('a&'),
  'of plus signs': `a=${fill('+')}`,
  'of percent signs': `a=${fill('%')}`,
  'of bytes that are not UTF-8': `a=${fill('%FF')}`,
  'whose last byte is not UTF-8': `a=${fill('x')}%FF`,
  'of escapes': `a=${fill('%41')}`,
  'of Chinese escapes': `a=${fill('%e5%8f%96')}`,
  'that holds markup': form(fill('<')),
  'that holds open tags': form(fill('<a>', 9000)),
};
for (const [what, body] of Object.entries(FORMS)) {
  cases.push({ name: `a form ${what}`, bad: sent(body), plain: plainForm });
}
const SMALL = 20 * 1024;
/**
 * A document of plain text, in a form as long as `body`, so that the fixed cost of a call is the
 * same.
 */
function plainAsLongAs(body: string): Sent {
  const around = Buffer.byteLength(form(cancel('', {}, {}, 'no')));
  return sent(form(cancel(fill('x', Math.max(1, Buffer.byteLength(body) - around)), {}, {}, 'no')));
}
for (const [what, body] of Object.entries({
  'of escapes': fill('%41', SMALL),
  'of digests': fill(md5('x'), SMALL),
  'of digests that are too short': fill(`${md5('x').slice(1)}-`, SMALL),
  'of elements and elements': form(fill('<a></a>', 6000)),
  'of a document in each field': fill(`${form('<a/>')}&`, 1200),
  'of attributes': form(`<Request ${fill('xmlns:a="" ', 6000)}/>`),
  'of prefixes': form(
    `<Request ${Array.from({ length: 400 }, (_, i) => `xmlns:p${i}="http://www.w3.org/2001/XMLSchema-instance" p${i}:type=""`).join(' ')}/>`,
  ),
  'of nil elements': form(
    `<Request>${Array.from({ length: 600 }, (_, i) => `<a${i} xsi:nil="1"/>`).join('')}</Request>`,
  ),
})) {
  cases.push({ name: `20 KiB ${what}`, bad: sent(body), plain: plainAsLongAs(body) });
}
const MIB = 1024 * 1024;
const plainMiB = sent(form(cancel(fill('x', MIB - 2048), {}, {}, 'no')));
for (const [what, body] of Object.entries({
  'of escapes': `a=${fill('%41', MIB - 10)}`,
  'of Chinese escapes': `a=${fill('%e5%8f%96', MIB - 10)}`,
  'of fields': fill('&', MIB),
  'with signs': fill('0123456789abcdef', MIB),
  'of open tags': fill('<a>', MIB),
  'of line ends': fill('\n', MIB),
  'of XML over 64 KiB': cancel(fill('取', MIB / 3 - 600), {}, {}, 'no'),
  'of digests in a document': cancel(fill(md5('x'), MIB - 2000), {}, {}, 'no'),
})) {
  cases.push({ name: `1 MiB ${what}`, bad: sent(body), plain: plainMiB });
}

cpuTests('CPU', pipelineOf(server, 'jintong'), cases);
