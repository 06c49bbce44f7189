// A signature as a list of parts, which gives the digest's input, the text for logs, and the
// explanation.
import { createHmac, hash } from 'node:crypto';
import type { Algorithm, Place } from './contract.ts';

/** One part of the string to sign. */
export type SignedPart =
  /** The party's key. The list never contains its value; the caller of the digest supplies it. */
  | { readonly is: 'secret'; readonly name: string }
  | { readonly is: 'field'; readonly name: string; readonly value: string }
  /** Base64 of the exact bytes of the body. */
  | { readonly is: 'body-base64'; readonly bytes: Uint8Array }
  /** Literal text between other parts, such as `&` or `Name=`. */
  | { readonly is: 'separator'; readonly value: string };

export interface SignatureScheme<Signed> {
  readonly algorithm: Algorithm;
  /** The place of the signature in the request. */
  readonly carriedIn: { readonly place: Place; readonly name: string };
  /** The platform's name for the key, such as `appSecret`. */
  readonly secret: string;
  /** The parts of the string to sign, in sequence. */
  parts(signed: Signed): readonly SignedPart[];
}

/** The signature in lower-case hexadecimal digits. */
export function signatureOf<Signed>(
  scheme: SignatureScheme<Signed>,
  signed: Signed,
  secret: string,
): string {
  return digestOf(scheme.algorithm, scheme.parts(signed), secret);
}

/**
 * The input of the digest. For `hmac-sha256` the secret is the digest's key and not part of the
 * text.
 */
export function signedText(parts: readonly SignedPart[], secret: string): string {
  return join(parts, () => secret, base64);
}

/**
 * The text that a log may keep. It names the secret, as `{appSecret}`, and states the body's
 * length, because the body's text or digest would allow guessing card codes.
 */
export function maskedText(parts: readonly SignedPart[]): string {
  return join(
    parts,
    (name) => `{${name}}`,
    (bytes) => `{base64 of the ${bytes.byteLength} bytes of the body}`,
  );
}

/** Lower-case hexadecimal digits. */
export function digestOf(
  algorithm: Algorithm,
  parts: readonly SignedPart[],
  secret: string,
): string {
  const text = signedText(parts, secret);
  if (algorithm !== 'hmac-sha256') return hash(algorithm, text);
  return createHmac('sha256', secret).update(text).digest('hex');
}

function join(
  parts: readonly SignedPart[],
  secret: (name: string) => string,
  body: (bytes: Uint8Array) => string,
): string {
  let out = '';
  for (const part of parts) {
    if (part.is === 'secret') out += secret(part.name);
    else if (part.is === 'body-base64') out += body(part.bytes);
    else out += part.value;
  }
  return out;
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
