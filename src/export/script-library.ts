// JavaScript that an exported collection carries: MD5 and Base64 without any library of the tool that runs it.

/**
 * `md5(text)` (RFC 1321, lower-case digits) and `base64(text)`, both over UTF-8. A test compares them
 * with Node's.
 */
export const LIBRARY = `const utf8 = (text) => Array.from(unescape(encodeURIComponent(text)), (one) => one.charCodeAt(0));
function base64(text) {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytes = utf8(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
    out += digits[three >> 18] + digits[(three >> 12) & 63];
    out += i + 1 < bytes.length ? digits[(three >> 6) & 63] : '=';
    out += i + 2 < bytes.length ? digits[three & 63] : '=';
  }
  return out;
}
function md5(text) {
  const bytes = utf8(text);
  const bits = bytes.length * 8;
  bytes.push(128);
  while (bytes.length % 64 !== 56) bytes.push(0);
  for (let i = 0; i < 8; i++) bytes.push(Math.floor(bits / 2 ** (8 * i)) & 255);
  const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < bytes.length; at += 64) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const word = at + 4 * ([i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16);
      const mix = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const number = bytes[word] | (bytes[word + 1] << 8) | (bytes[word + 2] << 16) | (bytes[word + 3] << 24);
      const sum = (a + mix + Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) + number) | 0;
      const shift = shifts[round * 4 + (i % 4)];
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  const digit = (word, i) => (((word >>> (8 * i)) & 255) + 256).toString(16).slice(1);
  return state.map((word) => [0, 1, 2, 3].map((i) => digit(word, i)).join('')).join('');
}
`;
