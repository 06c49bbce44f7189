// Reads the first KiB of a receiver's answer as text, decompressed if necessary, and decides
// whether it acknowledges.
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import type { PostOutcome } from './deliver.ts';

/** Bytes of an answer that are read: enough for `ok` or for an error text. */
const ANSWER_BYTES = 1024;
/**
 * Bytes of a compressed answer that are read. 1 KiB of text fits even with a long gzip header. A
 * longer answer is cut, and a bomb is decompressed only as far as requested.
 */
const PACKED_BYTES = 4096;
/** Maximum codings in one list: two are rare, and each needs a decoder. */
const MAX_CODINGS = 3;

type Unpack = (zlib: typeof import('node:zlib'), packed: Buffer) => Transform;

/** With small chunks, a decoder produces at most one superfluous chunk. */
const options = { chunkSize: ANSWER_BYTES };
const gunzip: Unpack = (zlib) => zlib.createGunzip(options);

const READABLE: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // By RFC 9110 this coding means the zlib format; many servers send the bare stream under the
  // name.
  [
    'deflate',
    (zlib, packed) =>
      isZlib(packed) ? zlib.createInflate(options) : zlib.createInflateRaw(options),
  ],
  ['br', (zlib) => zlib.createBrotliDecompress(options)],
]);

/** Compressing codings that are not supported here. */
const UNREADABLE = new Set(
  'zstd compress x-compress bzip2 x-bzip2 xz lzma lz4 snappy dcb dcz exi pack200-gzip'.split(' '),
);

const isZlib = (packed: Buffer): boolean =>
  packed.length >= 2 && (packed[0]! & 0x0f) === 8 && packed.readUInt16BE(0) % 31 === 0;

export interface Answer {
  readonly text: string;
  /** Whether the answer ended, or was long enough. */
  readonly isWhole: boolean;
  /** The Content-Encoding, unless it is absent or `identity`. */
  readonly encoding?: string;
  /** True if the encoding is not supported. `text` is then a note that names it. */
  readonly isUnreadable?: boolean;
}

interface Beginning {
  readonly bytes: Buffer;
  /** Whether the rest of the answer was dropped. */
  readonly isCut: boolean;
}

/** Reads the beginning of an answer, and drops the connection if more follows. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const encoding = (response.headers['content-encoding'] ?? '').trim().slice(0, 100);
  // Other words do not compress. Java servers, for example, put the name of a charset there.
  const codings = words(encoding).filter((word) => READABLE.has(word) || UNREADABLE.has(word));
  const packed = await readBytes(response, codings.length === 0 ? ANSWER_BYTES : PACKED_BYTES);
  const known = {
    isWhole: packed.isWhole,
    ...(words(encoding).some((word) => word !== 'identity') && { encoding }),
  };
  if (packed.bytes.length === 0 || !packed.isWhole) return { text: toText(packed.bytes), ...known };
  const unpacked = await unpack(packed, codings);
  if (unpacked !== null) return { text: toText(unpacked.bytes), ...known };
  const text = `(the answer's encoding "${encoding}" could not be read)`;
  return { text, ...known, isUnreadable: true };
}

/** The codings in the sequence in which they were applied. */
const words = (header: string): string[] =>
  header
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');

async function readBytes(
  response: IncomingMessage,
  limit: number,
): Promise<Beginning & Pick<Answer, 'isWhole'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limit) return;
      response.destroy(); // This drops the rest of the answer and the connection.
      resolve(true);
    });
    response.on('end', () => resolve(response.complete));
    response.on('close', () => resolve(response.complete));
    response.on('error', () => resolve(false));
  });
  return { bytes: Buffer.concat(chunks).subarray(0, limit), isCut: size > limit, isWhole };
}

const toText = (bytes: Buffer): string =>
  bytes.subarray(0, ANSWER_BYTES).toString('utf8').replaceAll('\0', '');

/** Returns null if a coding is not supported, or if the bytes are not valid in it. */
async function unpack(packed: Beginning, codings: readonly string[]): Promise<Beginning | null> {
  if (codings.length > MAX_CODINGS) return null;
  let rest: Beginning | null = packed;
  for (const [i, coding] of codings.toReversed().entries()) {
    // The decoder is loaded on demand, because hardly any receiver compresses its answer.
    const decoder = READABLE.get(coding)?.(process.getBuiltinModule('node:zlib'), rest.bytes);
    if (!decoder) return null;
    const isLast = i === codings.length - 1;
    rest = await beginningOf(decoder, rest, isLast ? ANSWER_BYTES : PACKED_BYTES);
    if (rest === null) return null;
  }
  return rest;
}

/** The decoded bytes up to `limit`; null if the bytes are not valid in the coding. */
function beginningOf(
  decoder: Transform,
  packed: Beginning,
  limit: number,
): Promise<Beginning | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const end = (): void => {
      decoder.destroy();
      resolve({
        bytes: Buffer.concat(chunks).subarray(0, limit),
        isCut: packed.isCut || size > limit,
      });
    };
    decoder.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) end();
    });
    decoder.on('end', end);
    // A truncated input ends its decoder with an error. The output before the error counts.
    decoder.on('error', () => (packed.isCut && size > 0 ? end() : resolve(null)));
    decoder.end(packed.bytes);
  });
}

/** Decides whether an answer acknowledges, and gives the reason if not. */
export function judge(
  { statusCode, headers }: IncomingMessage,
  { text, isWhole, encoding, isUnreadable = false }: Answer,
  expects: string | null,
): Omit<PostOutcome, 'durationMicros'> {
  const status = statusCode!;
  const { 'retry-after': retryAfter, date } = headers;
  const answered = { status, answer: text, retryAfter, date };
  if (status >= 300 && status < 400) {
    return { ...answered, error: `${status}: redirects are not followed` };
  }
  if (status < 200 || status > 299) return { ...answered, error: `status ${status}` };
  if (!isWhole) return { ...answered, error: 'the answer was cut off' };
  if (expects === null || wordOf(text) === expects) return { ...answered, error: null };
  if (isUnreadable) {
    const error = `the answer's encoding "${encoding}" could not be read, so it is not "${expects}"`;
    return { ...answered, error };
  }
  const note = encoding === undefined ? '' : `; its encoding is "${encoding}"`;
  return { ...answered, error: `the answer is not "${expects}"${note}` };
}

/** Why a status and a body are no acknowledgement; null if they are one. */
export function statusProblem(status: number, text: string, expects: string | null): string | null {
  if (status >= 300 && status < 400) return `${status}: redirects are not followed`;
  if (status < 200 || status > 299) return `status ${status}`;
  return expects === null || wordOf(text) === expects ? null : `the answer is not "${expects}"`;
}

/** Removes what frameworks add around a word: white space, a byte order mark, JSON's quotes. */
function wordOf(text: string): string {
  const bare = text.trim();
  if (!bare.startsWith('"')) return bare.toLowerCase();
  try {
    return String(JSON.parse(bare)).trim().toLowerCase();
  } catch {
    return bare; // The text is neither JSON nor the word.
  }
}
