// What a hook may see of an exchange: the call written anew from masked values, and the reply without what was secret.
import type { Contract, Field, Fields, MethodOf, Params } from '../protocol/contract.ts';
import type { Sent } from './sent.ts';
import type { WireProtocol, WireRequest } from './wire-protocol.ts';

const MASK = '***';

/** More than a person reads of one reply. */
const KEPT = 16 * 1024;

/** Shorter values stand in many a text by chance. */
const LEAST = 4;

export interface Redacted {
  readonly request: WireRequest;
  reply(text: string): string;
}

/** Nothing secret is taken out of the text of the call: it is written again from values that hold none. */
export function redact<C extends Contract, Credentials>(
  protocol: WireProtocol<C, Credentials, object>,
  credentials: Credentials,
  method: MethodOf<C>,
  params: Params<C, MethodOf<C>>,
  { request: sent, signedFor }: Sent,
): Redacted {
  const { contract, signature, secrets, masked = [] } = protocol;
  const hidden = new Set<string>();
  const keep = (value: unknown): void => {
    if (typeof value === 'string' && value.length >= LEAST) hidden.add(value);
  };
  const maskedCredentials = { ...credentials };
  for (const name of secrets) {
    const value: unknown = credentials[name];
    if (value === undefined) continue;
    keep(value);
    Object.assign(maskedCredentials as object, { [name]: MASK });
  }
  const { params: fields } = contract.methods[method]!;
  const maskedParams = maskFields(
    fields,
    params as Readonly<Record<string, unknown>>,
    masked,
    keep,
  );
  const written = protocol.write(
    maskedCredentials,
    method,
    maskedParams as Params<C, MethodOf<C>>,
    signedFor,
  );
  const named = Object.entries(contract.envelope.request).filter(([, field]) => field.secret);
  const signing = [...new Set([signature.carriedIn.name, ...named.map(([name]) => name)])];
  for (const name of signing) for (const value of valuesOf(sent, name)) keep(value);
  const request = signing.reduce(withoutValue, written);
  const reply = (text: string): string => {
    let out = text;
    for (const value of hidden) out = out.replaceAll(value, MASK);
    for (const name of signing) out = withoutSignature(out, name);
    return out.slice(0, KEPT);
  };
  return { request, reply };
}

function maskFields(
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  masked: readonly string[],
  keep: (value: unknown) => void,
): Record<string, unknown> {
  const known = Object.entries(values).map(([name, value]) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    if (value === undefined || field === undefined) return [name, value];
    return [name, maskValue(field, value, masked.includes(name), masked, keep)];
  });
  return Object.fromEntries(known);
}

function maskValue(
  field: Field,
  value: unknown,
  isMasked: boolean,
  masked: readonly string[],
  keep: (value: unknown) => void,
): unknown {
  if (Array.isArray(value)) {
    const of = field.type === 'list' && 'of' in field ? field.of : undefined;
    return value.map((one) => {
      if (of) return maskValue(of, one, isMasked || Boolean(field.secret), masked, keep);
      return maskValue(field, one, isMasked, masked, keep);
    });
  }
  if (typeof value === 'object' && value !== null && 'fields' in field) {
    return maskFields(field.fields, value as Readonly<Record<string, unknown>>, masked, keep);
  }
  if (!field.secret && !isMasked) return value;
  keep(value);
  return MASK;
}

/** A parameter of the envelope as it was sent: in a header, in the query, or in the body. */
function* valuesOf({ headers, path }: WireRequest, name: string): Generator<string> {
  for (const [header, value] of Object.entries(headers)) {
    if (header.toLowerCase() === name.toLowerCase()) yield value;
  }
  const query = path.indexOf('?');
  if (query >= 0) yield new URLSearchParams(path.slice(query)).get(name) ?? '';
}

function withoutValue(request: WireRequest, name: string): WireRequest {
  const headers = Object.entries(request.headers).map(([header, value]) =>
    header.toLowerCase() === name.toLowerCase() ? [header, MASK] : [header, value],
  );
  return {
    ...request,
    path: request.path.replace(new RegExp(`([?&]${name}=)[^&]*`), `$1${MASK}`),
    headers: Object.fromEntries(headers),
    body: withoutSignature(request.body, name),
  };
}

/** `<Sign>…`, its URL-encoded form, `"Sign":"…"` and `Sign=…`. */
function withoutSignature(text: string, name: string): string {
  const digits = new RegExp(`((?:\\b|%3C)${name}(?:>|%3E|"\\s*:\\s*"|=))[0-9A-Fa-f]{16,}`, 'gi');
  return text.replace(digits, `$1${MASK}`);
}
