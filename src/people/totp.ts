// Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s) and recovery codes.
import { createHmac, randomBytes } from 'node:crypto';
import type { Totp } from '../core/account.ts';
import { type Instant, SECOND } from '../core/clock.ts';
import { digestOf } from './secrets.ts';

const STEP_MS = 30 * SECOND;
const DIGITS = 6;
/** Steps before and after the current one: clocks of telephones differ, and people type slowly. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
/** RFC 4648. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31];
    value &= 0xff;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

export function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    value = ((value << 5) | BASE32.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >>> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** RFC 4226, 5.3. @param secret in base32 */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

export const stepOf = (now: Instant): number => Math.floor(now / STEP_MS);

/** 160 bits, as RFC 4226 recommends, in base32. */
export const newTotpSecret = (): string => base32(randomBytes(20));

/** What an authenticator app reads from a QR code. */
export function totpUri(secret: string, name: string): string {
  const label = encodeURIComponent(`Ordergate:${name}`);
  return `otpauth://totp/${label}?secret=${secret}&issuer=Ordergate&algorithm=SHA1&digits=6&period=30`;
}

/** 50 bits each, shown once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = base32(randomBytes(7)).slice(0, 10).toLowerCase();
    return `${text.slice(0, 5)}-${text.slice(5)}`;
  });
}

const plain = (code: string): string => code.toLowerCase().replace(/[\s-]/g, '');

export const recoveryDigest = (code: string): string => digestOf(`recovery ${plain(code)}`);

/**
 * What the second factor is once `given` was taken: the code's step, or a recovery code less, so that
 * neither is taken twice. Null where it is none.
 *
 * @param secret of the factor, opened
 */
export function takeCode(totp: Totp, secret: string, given: string, now: Instant): Totp | null {
  const code = plain(given);
  const current = stepOf(now);
  for (let step = current - WINDOW; step <= current + WINDOW; step++) {
    if (step > totp.lastStep && codeAt(secret, step) === code) return { ...totp, lastStep: step };
  }
  if (!totp.confirmed) return null;
  const digest = recoveryDigest(given);
  const recovery = totp.recovery.filter((one) => one !== digest);
  return recovery.length < totp.recovery.length ? { ...totp, recovery } : null;
}
