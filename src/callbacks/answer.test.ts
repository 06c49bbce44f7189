// Tests compressed answers: decompressed up to 1 KiB, safe against bombs, with a named error for
// unreadable ones.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import { ALLOW_LOCAL, messageTo, startReceiver } from '../../test/receiver.ts';
import { Poster } from './deliver.ts';

const poster = new Poster({ allowed: ALLOW_LOCAL, timeoutMs: 3000 });
after(() => poster.close());

/** The result of a post whose answer has these bytes and this Content-Encoding. */
async function answered(encoding: string, body: Buffer | string, expects: 'ok' | null = 'ok') {
  const receiver = await startReceiver((response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(body),
  );
  return poster.post(messageTo(receiver.url, expects));
}

const PACKED = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  GZip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  'deflate ': zlib.deflateRawSync,
  br: zlib.brotliCompressSync,
  'identity, gzip': zlib.gzipSync,
  'gzip, br': (text: string) => zlib.brotliCompressSync(zlib.gzipSync(text)),
  'deflate,gzip': (text: string) => zlib.gzipSync(zlib.deflateSync(text)),
} as const;

describe('a compressed answer', () => {
  for (const [encoding, pack] of Object.entries(PACKED)) {
    test(`${encoding}: acknowledges only with the expected word`, async () => {
      for (const text of ['ok', ' OK\r\n', '"ok"']) {
        const { error, answer } = await answered(encoding, pack(text));
        assert.deepEqual([error, answer], [null, text]);
      }
      const { error, answer } = await answered(encoding, pack('no'));
      assert.match(error!, /^the answer is not "ok"/);
      assert.equal(answer, 'no');
    });
  }

  test('a long answer and a bomb are decompressed up to their first KiB', async () => {
    const long = 'x'.repeat(100_000);
    const bomb = Buffer.alloc(32 * 1024 * 1024);
    for (const [encoding, pack] of Object.entries(PACKED)) {
      const { error, answer } = await answered(encoding, pack(long), null);
      assert.deepEqual([error, answer], [null, 'x'.repeat(1024)], encoding);
    }
    for (const [encoding, packed] of [
      ['gzip', zlib.gzipSync(bomb)],
      ['br', zlib.brotliCompressSync(bomb)],
      ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(bomb))],
    ] as const) {
      const { status, error, answer } = await answered(encoding, packed, null);
      assert.deepEqual([status, error, answer], [200, null, ''], encoding);
    }
  });

  test('text that compresses badly is cut to its first KiB, too', async () => {
    const text = Array.from({ length: 9000 }, (_, i) => ((i * 7919) % 997).toString(36)).join('');
    const { error, answer } = await answered('gzip', zlib.gzipSync(text), null);
    assert.deepEqual([error, answer], [null, text.slice(0, 1024)]);
  });

  test('an unreadable encoding is named, in the note and in the error about the expected word', async () => {
    const broken: readonly (readonly [string, Buffer | string])[] = [
      ['zstd', zlib.zstdCompressSync?.('ok') ?? 'packed'],
      ['compress', 'packed'],
      ['gzip', 'ok'],
      ['gzip', zlib.gzipSync('ok').subarray(0, 12)],
      ['gzip', Buffer.concat([zlib.gzipSync('ok').subarray(0, -8), Buffer.alloc(8)])],
      ['br', 'not packed at all'],
      ['deflate', Buffer.from([0x78, 0x9c, 0xff, 0xff])],
      ['gzip, zstd', 'packed'],
      ['gzip, gzip, gzip, gzip', 'packed'],
    ];
    for (const [encoding, body] of broken) {
      const { error, answer } = await answered(encoding, body);
      const named = `encoding "${encoding}" could not be read`;
      assert.ok(error?.includes(named) && error.includes('"ok"'), `${encoding}: ${error}`);
      assert.ok(answer.includes(named), answer);
      const { error: none, answer: note } = await answered(encoding, body, null);
      assert.equal(none, null, 'where any 2xx acknowledges, the encoding does not matter');
      assert.ok(note.includes(named), note);
    }
  });

  test('the name of a charset is ignored, and an unknown word is named if the answer does not match', async () => {
    for (const encoding of ['UTF-8', 'gbk', 'identity', '', 'none', 'identity, utf8']) {
      assert.equal((await answered(encoding, 'ok')).error, null, encoding);
    }
    const { error } = await answered('rot13', 'bx');
    assert.equal(error, 'the answer is not "ok"; its encoding is "rot13"');
    assert.equal((await answered('identity', 'no')).error, 'the answer is not "ok"');
  });

  test('an answer without a body is empty, whatever its encoding', async () => {
    const { error, answer } = await answered('gzip', '', null);
    assert.deepEqual([error, answer], [null, '']);
  });
});
