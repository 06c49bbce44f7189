// Requests that a proxy and we could cut differently: 200 for what is one request, 400 for the rest, and no second one hidden in it.
import { cancel, form, GATEWAY, hasten } from '../jintong.ts';
import { type Attack, runAttacks, startTarget, wire } from './runner.ts';

const target = await startTarget();
/** What would be hidden in another request: carried out, it would change the ledger. */
const BODY = form(cancel('15110100066'));
const HIDDEN = `POST ${GATEWAY} HTTP/1.1\r\nhost: gate\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
/** An order that is not there: an answer, and no change. */
const PLAIN = form(hasten('404'));
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = `${chunk(PLAIN)}0\r\n\r\n`;

/** Header lines and a body of a POST to Jintong's gateway; `\r\n` is put between the lines. */
const post = (lines: readonly string[], body: string): string =>
  `${[`POST ${GATEWAY} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${body}`;
const HOST = 'host: gate';
const LENGTH = `content-length: ${PLAIN.length}`;
const TE = 'transfer-encoding: chunked';

const attack = (name: string, bytes: string, becomes: Attack['becomes'] = '400'): Attack => ({
  name,
  send: (its) => wire(its, bytes),
  becomes,
});

runAttacks('lengths', target, [
  attack('two lengths that differ', post([HOST, LENGTH, 'content-length: 0'], PLAIN + HIDDEN)),
  attack('two lengths that are equal', post([HOST, LENGTH, LENGTH], PLAIN), /^(400|CallFail)$/),
  attack('a list of lengths', post([HOST, `${LENGTH}, ${PLAIN.length}`], PLAIN)),
  attack('a length and chunks', post([HOST, LENGTH, TE], CHUNKED + HIDDEN)),
  attack('chunks and a length', post([HOST, TE, 'content-length: 4'], CHUNKED + HIDDEN)),
  attack('a length with a plus', post([HOST, `content-length: +${PLAIN.length}`], PLAIN)),
  attack('a length with a minus', post([HOST, 'content-length: -1'], PLAIN)),
  attack('a length in hex', post([HOST, 'content-length: 0x10'], PLAIN)),
  attack('a length with a blank in it', post([HOST, 'content-length: 1 0'], PLAIN)),
  attack('a length beyond 64 bits', post([HOST, `content-length: ${'9'.repeat(30)}`], PLAIN)),
  attack('an empty length', post([HOST, 'content-length:'], PLAIN)),
  attack(
    'a blank before the colon of the length',
    post([HOST, `content-length : ${PLAIN.length}`], PLAIN),
  ),
  attack('a length of 2 MiB', post([HOST, `content-length: ${2 * 1024 * 1024}`], PLAIN), '413'),
]);

runAttacks('chunks', target, [
  attack(
    'as they should be: one request',
    post([HOST, TE, 'connection: close'], CHUNKED),
    'CallFail',
  ),
  attack('a size with a plus', post([HOST, TE], `+${CHUNKED}`)),
  attack('a size with a minus', post([HOST, TE], `-${CHUNKED}`)),
  attack('a size with 0x', post([HOST, TE], `0x${CHUNKED}`)),
  attack('a size with a blank before it', post([HOST, TE], ` ${CHUNKED}`)),
  attack('a size with an underline', post([HOST, TE], `1_0\r\n${PLAIN}`)),
  attack('a size beyond 64 bits', post([HOST, TE], `${'f'.repeat(20)}\r\n${PLAIN}`)),
  attack('a size line with a bare LF', post([HOST, TE], CHUNKED.replace('\r\n', '\n'))),
  attack('data longer than its size', post([HOST, TE], `1\r\n${PLAIN}\r\n0\r\n\r\n`)),
  attack(
    'an extension of 64 KiB',
    post([HOST, TE], `1;${'x'.repeat(65_536)}\r\nx\r\n0\r\n\r\n`),
    /^4(00|13)$/,
  ),
  attack(
    'a trailer counts for nothing',
    post([HOST, TE, 'connection: close'], `${chunk(PLAIN)}0\r\nx-forwarded-for: 10.0.0.1\r\n\r\n`),
    'CallFail',
  ),
  attack('a length as trailer', post([HOST, TE], `${chunk(PLAIN)}0\r\ncontent-length: 5\r\n\r\n`)),
  attack('chunked in another coding', post([HOST, 'transfer-encoding: xchunked'], CHUNKED)),
  attack('chunked, then identity', post([HOST, 'transfer-encoding: chunked, identity'], CHUNKED)),
  attack(
    'chunked with a vertical tab',
    post([HOST, 'transfer-encoding: \x0bchunked'], CHUNKED + HIDDEN),
  ),
  attack('chunked twice', post([HOST, TE, TE], CHUNKED), /^(400|CallFail)$/),
  attack(
    'Transfer-Encoding with a blank before its colon',
    post([HOST, LENGTH, 'transfer-encoding : chunked'], PLAIN),
  ),
]);

runAttacks('heads', target, [
  attack('line ends that are bare LF', post([HOST, LENGTH], PLAIN).replaceAll('\r\n', '\n')),
  attack('line ends that are bare CR', post([HOST, LENGTH], PLAIN).replaceAll('\r\n', '\r')),
  attack('a bare LF in a value', post([HOST, `x: a\ncontent-length: 0`, LENGTH], PLAIN + HIDDEN)),
  attack('a bare CR in a value', post([HOST, `x: a\rcontent-length: 0`, LENGTH], PLAIN)),
  attack('NUL in a value', post([HOST, 'x: a\0b', LENGTH], PLAIN)),
  attack('NUL in a name', post([HOST, 'x\0y: a', LENGTH], PLAIN)),
  attack('a folded line', post([HOST, 'x: a', ' transfer-encoding: chunked', LENGTH], PLAIN)),
  attack('a name with a bracket', post([HOST, 'x(y): a', LENGTH], PLAIN)),
  attack('a line without a colon', post([HOST, 'x', LENGTH], PLAIN)),
  attack('a line that is a colon', post([HOST, ': x', LENGTH], PLAIN)),
  attack('two hosts', post([HOST, 'host: other', LENGTH], PLAIN)),
  attack('two hosts that are equal', post([HOST, HOST, LENGTH], PLAIN)),
  attack('no host', post([LENGTH], PLAIN)),
  attack(
    'absolute form with another host: the path counts',
    post([HOST, LENGTH, 'connection: close'], PLAIN).replace(GATEWAY, `http://other${GATEWAY}`),
    'CallFail',
  ),
  attack(
    'absolute form with this machine’s name opens nothing',
    `GET http://localhost/metrics HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n\r\n`,
    '401',
  ),
  attack('HTTP/0.9', `GET ${GATEWAY}\r\n\r\n`),
  attack('HTTP/2 in plain text', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  attack('HTTP/1.2', `GET /healthz HTTP/1.2\r\nhost: gate\r\n\r\n`),
  attack(
    'two blanks before the version are one',
    `GET /healthz  HTTP/1.1\r\nhost: gate\r\n\r\n`,
    '200',
  ),
  attack('a tab before the path', `GET\t/healthz HTTP/1.1\r\nhost: gate\r\n\r\n`),
  attack('a method in small letters', `get /healthz HTTP/1.1\r\nhost: gate\r\n\r\n`),
  attack('a method of nobody', `HACK /healthz HTTP/1.1\r\nhost: gate\r\n\r\n`),
  attack('CONNECT', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\n\r\n', /^(4\d\d|silence)$/),
  attack('TRACE', `TRACE ${GATEWAY} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n\r\n`, '405'),
  attack(
    'an upgrade to h2c is passed over',
    `GET /healthz HTTP/1.1\r\nhost: gate\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n`,
    '200',
  ),
  attack('20 KiB of one value', post([HOST, `x: ${'a'.repeat(20_480)}`, LENGTH], PLAIN), '431'),
  attack(
    '4,000 lines',
    post([HOST, ...Array.from({ length: 4000 }, (_, i) => `x${i}: y`), LENGTH], PLAIN),
    '431',
  ),
  attack('20 KiB of path', `GET /${'a'.repeat(20_480)} HTTP/1.1\r\nhost: gate\r\n\r\n`, '431'),
  attack('TLS to a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  attack(
    'an expectation of nobody',
    post([HOST, LENGTH, 'expect: 200-maybe', 'connection: close'], PLAIN),
    /^(417|CallFail)$/,
  ),
]);

runAttacks('several requests, and parts of one', target, [
  attack(
    'three in one packet are three',
    [1, 2, 3].map(() => post([HOST, LENGTH], PLAIN)).join(''),
    'CallFail CallFail CallFail',
  ),
  attack(
    'a line end between two',
    `${post([HOST, LENGTH], PLAIN)}\r\n${post([HOST, LENGTH], PLAIN)}`,
    'CallFail CallFail',
  ),
  attack(
    'one that is broken behind one that is not',
    `${post([HOST, LENGTH], PLAIN)}\0\0\0`,
    /^CallFail( 400)?$/,
  ),
  attack(
    'one behind connection: close is not read',
    post([HOST, LENGTH, 'connection: close'], PLAIN) + HIDDEN,
    'CallFail',
  ),
  attack(
    'GET with a body that is a request',
    `GET /healthz HTTP/1.1\r\nhost: gate\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
    '200',
  ),
  attack('half a head', `POST ${GATEWAY} HTTP/1.1\r\nhost: ga`, /^(400|silence)$/),
  attack(
    'half a body of a call that would change the ledger',
    HIDDEN.slice(0, -1),
    /^(400|silence)$/,
  ),
  attack('half a chunk', post([HOST, TE], chunk(BODY).slice(0, -20)), /^(400|silence)$/),
  attack('chunks without their end', post([HOST, TE], chunk(BODY)), /^(400|silence)$/),
  attack('no bytes', '', 'silence'),
  attack(
    'the sending half closed behind a whole request: it is answered',
    post([HOST, LENGTH], PLAIN),
    'CallFail',
  ),
]);
