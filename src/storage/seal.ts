// Encrypts secrets in storage: AES-256-GCM with the master key, each bound to the place it is
// stored in.
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';

const VERSION = 'v1.';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A call of the random generator costs as much as the encryption of a short text. */
const IVS_AT_ONCE = 512;

export class WrongMasterKeyError extends Error {
  readonly code = 'ERR_MASTER_KEY';
  override readonly name = 'WrongMasterKeyError';
}

export class Sealer {
  // Node takes 30 µs to look at a key that is a buffer, six times as long as it takes to encrypt.
  readonly #key: KeyObject;
  readonly #older: readonly KeyObject[];
  readonly #ivs = Buffer.alloc(IV_BYTES * IVS_AT_ONCE);
  #nextIv = this.#ivs.length;
  /** Called with the place of a secret that only an older key opened. */
  onOlder: ((place: string) => void) | undefined;

  /**
   * @param key 32 bytes; encrypts from now on
   * @param older 32 bytes each; keys that may have encrypted existing secrets
   */
  constructor(key: Buffer, older: readonly Buffer[] = []) {
    for (const { length } of [key, ...older]) {
      if (length !== 32) throw new RangeError(`a master key has 32 bytes, not ${length}`);
    }
    this.#key = createSecretKey(key);
    this.#older = older.map((one) => createSecretKey(one));
  }

  /** Whether older keys exist, so that secrets may need resealing. */
  get hasOlder(): boolean {
    return this.#older.length > 0;
  }

  /**
   * @param place the owner of the secret; the secret opens only there, so that rows cannot be
   * swapped
   */
  seal(secret: string, place: string): string {
    const iv = this.#newIv();
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return VERSION + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Random bytes that were given to nobody before; the result is valid until the next call. */
  #newIv(): Buffer {
    if (this.#nextIv === this.#ivs.length) {
      randomFillSync(this.#ivs);
      this.#nextIv = 0;
    }
    const start = this.#nextIv;
    this.#nextIv += IV_BYTES;
    return this.#ivs.subarray(start, this.#nextIv);
  }

  /** @throws {WrongMasterKeyError} if the key differs, or if the text was altered or moved */
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

  /**
   * The text sealed with the newest key; null if it already is.
   * @throws {WrongMasterKeyError}
   */
  sealAnew(sealed: string, place: string): string | null {
    if (unseal(this.#key, sealed, place) !== null) return null;
    return this.seal(this.open(sealed, place), place);
  }
}

/** Returns null if the key differs, or if the text was altered or moved. */
function unseal(key: KeyObject, sealed: string, place: string): string | null {
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
