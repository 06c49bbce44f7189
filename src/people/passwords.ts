// Passwords of operators: argon2id in PHC form, one hash at a time and off the event loop.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. About 30 ms. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([\w+/]+)\$([\w+/]+)$/;

/** NIST SP 800-63B-4, 3.1.1.2, for a password that is the only factor: at least 15; we ask for 12. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 256;

/** Why a password cannot be chosen; null where it can. */
export function passwordProblem(password: string, name: string): 'short' | 'long' | 'name' | null {
  const { length } = [...password];
  if (length < MIN_PASSWORD) return 'short';
  if (length > MAX_PASSWORD) return 'long';
  const bare = password.toLowerCase();
  return new Set(bare).size < 4 || bare.replaceAll(name, '').length < 4 ? 'name' : null;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt, MEMORY_KIB, PASSES, 1);
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${text(salt)}$${text(tag)}`;
}

/** Compared with where there is no account or no password, so that the time does not tell. */
let nobodys: Promise<string> | undefined;

/** @param kept null where there is nothing to compare with: false, after the same time */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  if ([...password].length > MAX_PASSWORD) return false;
  nobodys ??= hashPassword(randomBytes(16).toString('hex'));
  const found = PHC.exec(kept ?? (await nobodys));
  if (!found) throw new Error('a password is not kept as argon2id in PHC form');
  const [, memory, passes, lanes, salt, expected] = found;
  const tag = Buffer.from(expected!, 'base64');
  const [m, t, p] = [memory, passes, lanes].map(Number) as [number, number, number];
  const given = await derive(password, Buffer.from(salt!, 'base64'), m, t, p, tag.length);
  return timingSafeEqual(given, tag) && kept !== null;
}

let last: Promise<unknown> = Promise.resolve();

/** One behind the other: hashes share the threads on which the ledger is synced to the disk. */
function derive(
  password: string,
  nonce: Buffer,
  memory: number,
  passes: number,
  parallelism: number,
  tagLength = TAG_BYTES,
): Promise<Buffer> {
  // The same character may have been typed in two ways.
  const message = Buffer.from(password.normalize('NFC'));
  const run = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      argon2(
        'argon2id',
        { message, nonce, memory, passes, parallelism, tagLength },
        (error, tag) => (error ? reject(error) : resolve(tag)),
      );
    });
  const done = last.then(run);
  last = done.catch(() => {});
  return done;
}
