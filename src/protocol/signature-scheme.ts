// A signature as parts: one list gives the digest's input, the text that a log may keep, and the explanation.
import { hash } from 'node:crypto';
import type { Algorithm, Place } from './contract.ts';

/** One piece of the string to sign, in its place. */
export type SignedPart =
  /** The party's key. Its value never stands in the list: whoever makes a digest brings it. */
  | { readonly is: 'secret'; readonly name: string }
  | { readonly is: 'field'; readonly name: string; readonly value: string }
  /** Base64 of the exact bytes of the body. */
  | { readonly is: 'body-base64'; readonly bytes: Uint8Array }
  /** Text that stands between the others, such as `&` or `Name=`. */
  | { readonly is: 'separator'; readonly value: string };

export interface SignatureScheme<Request> {
  readonly algorithm: Algorithm;
  /** Where the signature travels. */
  readonly carriedIn: { readonly place: Place; readonly name: string };
  /** The string to sign of a request, piece by piece. */
  parts(request: Request): readonly SignedPart[];
}

/** The text that the digest is made of. With `hmac-sha256` the secret is the key, and no part. */
export function signedText(parts: readonly SignedPart[], secret: string): string {
  return join(parts, () => secret, base64);
}

/**
 * The text that a log may keep: the secret is only named, as `{appSecret}`. The body is only
 * counted, since its digest or its text would do to try card codes against.
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
  algorithm: Exclude<Algorithm, 'hmac-sha256'>,
  parts: readonly SignedPart[],
  secret: string,
): string {
  return hash(algorithm, signedText(parts, secret));
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
