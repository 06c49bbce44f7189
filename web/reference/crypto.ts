// As much of node:crypto as the clients use, for a browser: MD5 (RFC 1321), which browsers do not have.
import { Bytes } from './bytes.ts';

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
/** "64-element table constructed from the sine function", RFC 1321, 3.4. */
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));

/** Which of the 16 words a step takes, by the round. */
const WORD_OF = [
  (i: number) => i,
  (i: number) => (5 * i + 1) % 16,
  (i: number) => (3 * i + 5) % 16,
  (i: number) => (7 * i) % 16,
];

const MIX = [
  (b: number, c: number, d: number) => (b & c) | (~b & d),
  (b: number, c: number, d: number) => (d & b) | (~d & c),
  (b: number, c: number, d: number) => b ^ c ^ d,
  (b: number, c: number, d: number) => c ^ (b | ~d),
];

/** A one bit, zeros, and the number of bits of the message in 8 bytes, least significant first. */
function padded(message: Uint8Array): DataView {
  const length = ((message.length + 8) >> 6) + 1;
  const bytes = new Uint8Array(length * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, message.length * 8, true);
  view.setUint32(bytes.length - 4, Math.floor(message.length / 2 ** 29), true);
  return view;
}

function md5(message: Uint8Array): Bytes {
  const view = padded(message);
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let at = 0; at < view.byteLength; at += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const word = view.getInt32(at + WORD_OF[round]!(i) * 4, true);
      const sum = (a + MIX[round]!(b, c, d) + SINES[i]! + word) | 0;
      const shift = SHIFTS[round * 4 + (i % 4)]!;
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  const digest = new DataView(new ArrayBuffer(16));
  for (const [i, word] of [a0, b0, c0, d0].entries()) digest.setInt32(i * 4, word, true);
  return Bytes.from(digest.buffer);
}

/** Hexadecimal digits, as `hash` of Node gives without an encoding. */
export function hash(algorithm: string, data: string | Uint8Array): string {
  if (algorithm !== 'md5')
    throw new Error(`no call of these platforms is signed with ${algorithm}`);
  return md5(typeof data === 'string' ? Bytes.from(data) : data).toString('hex');
}

export function createHmac(algorithm: string): never {
  throw new Error(`no call of these platforms is signed with an HMAC of ${algorithm}`);
}

/** In a browser nobody measures from elsewhere; only the result counts. */
export const timingSafeEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

export function createSecretKey(): never {
  throw new Error('the pages verify no callback');
}
