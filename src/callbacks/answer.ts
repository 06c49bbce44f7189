// A receiver's answer: its first KiB as text, unpacked where it is packed, and whether it acknowledges.
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import type { PostOutcome } from './deliver.ts';

/** What is read of an answer: enough for `ok` and for an error in words. */
const ANSWER_BYTES = 1024;
/**
 * What is read of a packed answer. A KiB of text fits in with any head that gzip may have; an answer
 * that is longer is cut, and a bomb of this size unpacks to no more than is asked of it.
 */
const PACKED_BYTES = 4096;
/** Codings in one list: two are rare, and each costs a decoder. */
const MAX_CODINGS = 3;

type Unpack = (zlib: typeof import('node:zlib'), packed: Buffer) => Transform;

/** Small chunks: a decoder makes one more than is wanted at most. */
const options = { chunkSize: ANSWER_BYTES };
const gunzip: Unpack = (zlib) => zlib.createGunzip(options);

const READABLE: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // RFC 9110 means zlib's format; many servers send the bare stream under that name.
  [
    'deflate',
    (zlib, packed) =>
      isZlib(packed) ? zlib.createInflate(options) : zlib.createInflateRaw(options),
  ],
  ['br', (zlib) => zlib.createBrotliDecompress(options)],
]);

/** Codings that pack and are not read here. */
const UNREADABLE = new Set(
  'zstd compress x-compress bzip2 x-bzip2 xz lzma lz4 snappy dcb dcz exi pack200-gzip'.split(' '),
);

const isZlib = (packed: Buffer): boolean =>
  packed.length >= 2 && (packed[0]! & 0x0f) === 8 && packed.readUInt16BE(0) % 31 === 0;

export interface Answer {
  readonly text: string;
  /** Whether it ended, or was long enough to be let go. */
  readonly isWhole: boolean;
  /** The Content-Encoding, where there is one besides `identity`. */
  readonly encoding?: string;
  /** True where the encoding could not be read: `text` is a note that names it then. */
  readonly isUnreadable?: boolean;
}

interface Beginning {
  readonly bytes: Buffer;
  /** Whether there was more, which is dropped. */
  readonly isCut: boolean;
}

/** Reads the beginning of an answer, and lets go of the connection when there is more. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const encoding = (response.headers['content-encoding'] ?? '').trim().slice(0, 100);
  // Other words pack nothing: Java servers put the name of a charset there.
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

/** The codings in the order they were applied. */
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
      response.destroy(); // The rest is dropped, and the connection with it.
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

/** Null where one of the codings is not read here, or the bytes are not in it. */
async function unpack(packed: Beginning, codings: readonly string[]): Promise<Beginning | null> {
  if (codings.length > MAX_CODINGS) return null;
  let rest: Beginning | null = packed;
  for (const [i, coding] of codings.toReversed().entries()) {
    // Taken when it is needed: hardly any receiver packs its answer.
    const decoder = READABLE.get(coding)?.(process.getBuiltinModule('node:zlib'), rest.bytes);
    if (!decoder) return null;
    const isLast = i === codings.length - 1;
    rest = await beginningOf(decoder, rest, isLast ? ANSWER_BYTES : PACKED_BYTES);
    if (rest === null) return null;
  }
  return rest;
}

/** What a decoder makes of the bytes, up to `limit`; null where they are not in its coding. */
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
    // What was cut at a limit ends its decoder with an error, and what came before counts.
    decoder.on('error', () => (packed.isCut && size > 0 ? end() : resolve(null)));
    decoder.end(packed.bytes);
  });
}

/** Whether an answer acknowledges, and why not. */
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

/** The answer without what frameworks put around a word: white space, a byte order mark, JSON's quotes. */
function wordOf(text: string): string {
  const bare = text.trim();
  if (!bare.startsWith('"')) return bare.toLowerCase();
  try {
    return String(JSON.parse(bare)).trim().toLowerCase();
  } catch {
    return bare; // No JSON, and no word either.
  }
}
