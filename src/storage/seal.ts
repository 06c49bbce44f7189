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
  readonly #older: readonly Buffer[];
  /** Told of what only an older key opened. */
  onOlder: ((place: string) => void) | undefined;

  /**
   * @param key 32 bytes; what is sealed from now on is sealed with it
   * @param older 32 bytes each: keys that what was sealed before may still be sealed with
   */
  constructor(key: Buffer, older: readonly Buffer[] = []) {
    for (const { length } of [key, ...older]) {
      if (length !== 32) throw new RangeError(`a master key has 32 bytes, not ${length}`);
    }
    this.#key = key;
    this.#older = older;
  }

  /** Whether there are older keys, so that something may have to be sealed anew. */
  get hasOlder(): boolean {
    return this.#older.length > 0;
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
    const clear = unseal(this.#key, sealed, place);
    if (clear !== null) return clear;
    for (const key of this.#older) {
      const older = unseal(key, sealed, place);
      if (older === null) continue;
      this.onOlder?.(place);
      return older;
    }
    throw new WrongMasterKeyError(
      `the secret of ${place} does not open: ORDERGATE_KEY (or master.key)${this.hasOlder ? ' and ORDERGATE_KEY_OLD are not the keys' : ' is not the key'} it was sealed with`,
    );
  }

  /** The text sealed with the newest key; null where it is already. @throws {WrongMasterKeyError} */
  sealAnew(sealed: string, place: string): string | null {
    if (unseal(this.#key, sealed, place) !== null) return null;
    return this.seal(this.open(sealed, place), place);
  }
}

/** Null where the key is another, or the text was altered or moved. */
function unseal(key: Buffer, sealed: string, place: string): string | null {
  if (!sealed.startsWith(VERSION)) return null;
  const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const clear = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([clear, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
