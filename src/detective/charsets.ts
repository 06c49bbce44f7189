// Text as bytes in the encodings that clients sign in by mistake: GBK and Latin-1, each with its usual losses.

export type Charset =
  | 'utf8'
  | 'gbk'
  /** Characters that Latin-1 does not have become `?`, as Java and .NET do it. */
  | 'latin1-question'
  /** Of each character the low byte, as Node does it. */
  | 'latin1-low';

let table: Map<string, number> | undefined;

/** Two-byte characters of GBK; made when it is first asked for, in some 10 ms. */
function gbkTable(): Map<string, number> {
  if (table) return table;
  table = new Map();
  const decoder = new TextDecoder('gbk');
  const pair = new Uint8Array(2);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      pair[0] = lead;
      pair[1] = trail;
      const text = decoder.decode(pair);
      if (text.length === 1 && text !== '\uFFFD') table.set(text, (lead << 8) | trail);
    }
  }
  table.set('€', 0x80);
  return table;
}

const QUESTION = 0x3f;

export function encodeText(text: string, charset: Exclude<Charset, 'utf8'>): Buffer {
  if (charset === 'latin1-low') return Buffer.from(text, 'latin1');
  const bytes: number[] = [];
  const gbk = charset === 'gbk' ? gbkTable() : undefined;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (gbk) {
      const found = gbk.get(character);
      if (found === undefined) bytes.push(QUESTION);
      else if (found > 0xff) bytes.push(found >> 8, found & 0xff);
      else bytes.push(found);
    } else {
      // UTF-16: Java writes one mark for a character, .NET one for each of its two halves.
      bytes.push(code < 0x100 ? code : QUESTION);
    }
  }
  return Buffer.from(bytes);
}

/** The bytes of UTF-8 taken for characters of another encoding, and written as UTF-8 again. */
export function misread(bytes: Uint8Array, as: 'gbk' | 'latin1'): Buffer {
  const text =
    as === 'latin1' ? Buffer.from(bytes).toString('latin1') : new TextDecoder('gbk').decode(bytes);
  return Buffer.from(text);
}

export function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}
