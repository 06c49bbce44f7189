// Secrets at rest: AES-256-GCM under the master key, each bound to the place it is stored in.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 'v1.';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class WrongMasterKeyError extends Error {
  readonly code = 'ERR_MASTER_KEY';
  override readonly name = 'WrongMasterKeyError';
}

export class Sealer {
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError(`a master key has 32 bytes, not ${key.length}`);
    this.#key = key;
  }

  /** @param place what the secret belongs to; it opens nowhere else, so rows cannot be swapped. */
  seal(secret: string, place: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return VERSION + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws {WrongMasterKeyError} when the key is another, or the text was altered or moved. */
  open(sealed: string, place: string): string {
    try {
      if (!sealed.startsWith(VERSION)) throw new Error('unknown form');
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const clear = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([clear, decipher.final()]).toString('utf8');
    } catch {
      throw new WrongMasterKeyError(
        `the secret of ${place} does not open: ORDERGATE_KEY (or master.key) is not the key it was sealed with`,
      );
    }
  }
}
