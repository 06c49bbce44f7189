// As much of Node's Buffer as the clients use, for a browser.

type Encoding = 'utf8' | 'latin1' | 'hex' | 'base64';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const latin1Of = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

const fromLatin1 = (text: string): number[] => [...text].map((one) => one.charCodeAt(0) & 0xff);

export class Bytes extends Uint8Array {
  static override from(given: unknown, second?: unknown, length?: unknown): Bytes {
    if (typeof given === 'string') return new Bytes(encoded(given, second as Encoding | undefined));
    if (given instanceof ArrayBuffer) {
      return new Bytes(given, Number(second ?? 0), length as number | undefined);
    }
    return new Bytes(given as ArrayLike<number>);
  }

  static isBuffer(given: unknown): given is Bytes {
    return given instanceof Bytes;
  }

  static allocUnsafe(size: number): Bytes {
    return new Bytes(size);
  }

  static allocUnsafeSlow(size: number): Bytes {
    return new Bytes(size);
  }

  static byteLength(text: string): number {
    return encoder.encode(text).byteLength;
  }

  /** Returns how many bytes the text has; they have to fit. */
  write(text: string, encoding?: Encoding): number {
    const bytes = encoded(text, encoding);
    this.set(bytes);
    return bytes.length;
  }

  override toString(encoding: Encoding = 'utf8'): string {
    switch (encoding) {
      case 'utf8':
        return decoder.decode(this);
      case 'latin1':
        return latin1Of(this);
      case 'base64':
        return btoa(latin1Of(this));
      case 'hex':
        return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }
  }
}

function encoded(text: string, encoding: Encoding = 'utf8'): ArrayLike<number> {
  switch (encoding) {
    case 'utf8':
      return encoder.encode(text);
    case 'latin1':
      return fromLatin1(text);
    case 'base64':
      return fromLatin1(atob(text));
    case 'hex':
      return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  }
}
