// Reads a write-ahead log frame by frame, as https://sqlite.org/fileformat2.html#the_write_ahead_log describes it.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** The content of a write-ahead log, judged only by its bytes. */
export type LogContent =
  | { readonly state: 'missing' | 'empty' }
  /** The header is invalid: SQLite would treat the log as empty. */
  | { readonly state: 'no-header' }
  | {
      readonly state: 'readable';
      /** Hex. It identifies one generation of the log; each restart of the log has another salt. */
      readonly salt: string;
      /** Groups from the beginning whose frames are all sound. SQLite reads these. */
      readonly groups: number;
      /** Complete groups of the same generation after a broken frame. SQLite ignores them. */
      readonly groupsBehind: number;
    };

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit states the byte order of the checksums. */
const MAGIC = 0x377f0682;
/** Bytes per read. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** A generation begins after the previous one was copied to the file; its salt is one higher. */
export function isNextGeneration(salt: string, before: string): boolean {
  const first = (text: string) => Number.parseInt(text.slice(0, 8), 16);
  return first(salt) === (first(before) + 1) % 0x1_0000_0000;
}

/** The salt of the log's generation, from the first 32 bytes. */
export const saltOf = (header: Buffer): string => header.toString('hex', 16, 24);

/** @param path the log's path */
export function readLog(path: string): LogContent {
  if (!existsSync(path)) return { state: 'missing' };
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    if (size === 0) return { state: 'empty' };
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return { state: 'no-header' };
    return readFrames(file, header, size);
  } finally {
    closeSync(file);
  }
}

function readFrames(file: number, header: Buffer, size: number): LogContent {
  const magic = header.readUInt32BE(0);
  const sums: Sums = { a: 0, b: 0 };
  const isBigEndian = magic === MAGIC + 1;
  if (!isBigEndian && magic !== MAGIC) return { state: 'no-header' };
  addTo(sums, header, 0, 24, isBigEndian);
  if (!equal(sums, header, 24)) return { state: 'no-header' };
  const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
  const salt = saltOf(header);
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / frameBytes));
  const chunk = Buffer.alloc(perChunk * frameBytes);
  let groups = 0;
  let groupsBehind = 0;
  let broken: 'no' | 'within a group' | 'at the end of a group' = 'no';
  for (let at = HEADER_BYTES; at + frameBytes <= size; ) {
    const read = readSync(file, chunk, 0, chunk.length, at);
    const frames = Math.floor(read / frameBytes);
    if (frames === 0) break;
    at += frames * frameBytes;
    for (let start = 0; start < frames * frameBytes; start += frameBytes) {
      const isOwn = chunk.toString('hex', start + 8, start + 16) === salt;
      const endsGroup = isOwn && chunk.readUInt32BE(start + 4) !== 0;
      if (broken !== 'no') {
        if (endsGroup) groupsBehind++;
        continue;
      }
      addTo(sums, chunk, start, start + 8, isBigEndian);
      addTo(sums, chunk, start + FRAME_HEADER_BYTES, start + frameBytes, isBigEndian);
      if (isOwn && equal(sums, chunk, start + 16)) groups += endsGroup ? 1 : 0;
      else broken = endsGroup ? 'at the end of a group' : 'within a group';
    }
  }
  // The first group end after a broken frame within a group belongs to that same group.
  if (broken === 'within a group') groupsBehind = Math.max(0, groupsBehind - 1);
  return { state: 'readable', salt, groups, groupsBehind };
}

interface Sums {
  a: number;
  b: number;
}

/** Continues SQLite's checksum over a multiple of eight bytes. */
function addTo(sums: Sums, bytes: Buffer, from: number, to: number, isBigEndian: boolean): void {
  let { a, b } = sums;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = from; i < to; i += 8) {
    a = (a + words.getUint32(i, !isBigEndian) + b) >>> 0;
    b = (b + words.getUint32(i + 4, !isBigEndian) + a) >>> 0;
  }
  sums.a = a;
  sums.b = b;
}

const equal = ({ a, b }: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b;
