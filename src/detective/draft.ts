// A string to sign as a client may have made it: what arrived, with mistakes applied, and its digest.
import { createHmac, hash } from 'node:crypto';
import type { Evidence } from '../protocol/evidence.ts';
import type { SignedPart } from '../protocol/signature-scheme.ts';
import { type Charset, encodeText } from './charsets.ts';

export interface Leaf {
  readonly name: string;
  value: string;
}
export interface Group {
  readonly name: string;
  fields: Field[];
}
export type Field = Leaf | Group;

export const isGroup = (field: Field): field is Group => 'fields' in field;

/** A piece of a string to sign that is a plain sequence. */
export interface Piece {
  readonly is: SignedPart['is'];
  readonly name: string;
  value: string;
}

/** Fields that are signed by name, and how they are joined. */
export interface Tree {
  fields: Field[];
  /** Null keeps the order in which the fields stand. */
  order: ((a: string, b: string) => number) | null;
  /** The order within a group, where it is another. */
  innerOrder: ((a: string, b: string) => number) | null | undefined;
  unsigned: readonly string[];
  /** Whether a field without a value is signed all the same. */
  signsEmpty: (name: string) => boolean;
  pair: string;
  /** What stands between a name and its value; null leaves the names out. */
  equals: string | null;
  /** How a group stands behind its name: as its own string, or in another form. */
  group: (name: string, inner: string, fields: readonly Field[]) => string;
  /** Whether a group's name stands before it. */
  namesGroups: boolean;
  /** The whole, with the key in its place. */
  withKey: (text: string, key: string) => string;
}

/** How the digest is made of the string. */
export interface Form {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** `no`: the key stands in the string. `only`: it is the HMAC's key. `both`: it is in both places. */
  readonly hmac: 'no' | 'only' | 'both';
  readonly shape: 'hex' | 'base64' | 'base64-of-hex' | 'hex-middle' | 'hex-first' | 'hex-last';
}

/** How the body's bytes stand in the string to sign. */
export type BodyForm = (bytes: Buffer, charset: Charset) => string;

export const base64Body: BodyForm = (bytes, charset) =>
  inCharset(bytes, charset).toString('base64');

export function inCharset(bytes: Buffer, charset: Charset): Buffer {
  return charset === 'utf8' ? bytes : encodeText(bytes.toString('utf8'), charset);
}

/** What is made anew for each hypothesis, and changed by mistakes. */
export interface Draft {
  secret: string;
  pieces: Piece[];
  /** What stands between two pieces. */
  between: string;
  /** A piece as it stands in the string; the secret and the body as well. */
  written: (piece: Piece, text: string) => string;
  tree: Tree | undefined;
  bytes: Buffer;
  bodyForm: BodyForm;
  /** Applied to the whole string at its end. */
  whole: (text: string) => string;
  charset: Charset;
  form: Form;
  /** Digests again what the first digest gave. */
  again: ((digest: string, secret: string) => string) | undefined;
}

export const EMPTY_BYTES: Buffer = Buffer.alloc(0);

const asIs = (_: unknown, text: string): string => text;
const same = (text: string): string => text;
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What the platform itself signs, ready for mistakes. */
export class Drafts {
  readonly #pieces: readonly Piece[];
  readonly #fields: readonly Field[] | undefined;
  readonly #unsigned: readonly string[];
  readonly #secretAtEnd: boolean;
  readonly #equals: '=' | null;
  readonly bytes: Buffer;
  readonly form: Form;

  /** @param which of the strings that the platform accepts */
  constructor({ accepted, fields, algorithm }: Evidence, which = 0) {
    const parts = accepted[which] ?? [];
    const values = new Map(
      parts.flatMap((part) => (part.is === 'field' ? [[part.name, part.value]] : [])),
    );
    const body = parts.find((part) => part.is === 'body-base64');
    this.bytes = body ? Buffer.from(body.bytes) : EMPTY_BYTES;
    this.#pieces = parts.map((part): Piece => {
      if (part.is === 'body-base64') return { is: part.is, name: 'body', value: '' };
      if (part.is === 'secret') return { is: part.is, name: part.name, value: '' };
      return { is: part.is, name: part.is === 'field' ? part.name : '', value: part.value };
    });
    this.#fields = fields?.all.map((field) => toField(field, values));
    this.#unsigned = fields?.unsigned ?? [];
    this.#equals = fields?.isNameless ? null : '=';
    this.#secretAtEnd = parts.at(-1)?.is === 'secret';
    this.form = ownForm(algorithm);
  }

  make(secret: string): Draft {
    return {
      secret,
      pieces: this.#pieces.map((piece) => ({ ...piece })),
      between: '',
      written: asIs,
      tree: this.#fields && {
        fields: this.#fields.map(copyField),
        order: byCodeUnit,
        innerOrder: undefined,
        unsigned: this.#unsigned,
        signsEmpty: () => false,
        pair: '&',
        equals: this.#equals,
        group: asInner,
        namesGroups: true,
        withKey: this.#secretAtEnd ? keyLast : textAlone,
      },
      bytes: this.bytes,
      bodyForm: base64Body,
      whole: same,
      charset: 'utf8',
      form: this.form,
      again: undefined,
    };
  }
}

const asInner: Tree['group'] = (_, inner) => inner;
const keyLast = (text: string, key: string): string => text + key;
const textAlone = (text: string): string => text;

type Arrived = NonNullable<Evidence['fields']>['all'][number];

/** @param values those that the accepted string has, where they differ from what arrived */
const toField = ({ name, value }: Arrived, values: ReadonlyMap<string, string>): Field =>
  typeof value === 'string'
    ? { name, value: value === '' ? value : (values.get(name) ?? value) }
    : { name, fields: value.map((field) => toField(field, values)) };

const copyField = (field: Field): Field =>
  isGroup(field) ? { ...field, fields: field.fields.map(copyField) } : { ...field };

function ownForm(algorithm: Evidence['algorithm']): Form {
  if (algorithm === 'hmac-sha256') return { algorithm: 'sha256', hmac: 'only', shape: 'hex' };
  return { algorithm, hmac: 'no', shape: 'hex' };
}

/** What is shown in the place of a secret or a body, so that an answer holds neither. */
export interface Shown {
  secret(name: string): string;
  body(bytes: Buffer, isBase64: boolean): string;
}

/** The string to sign of a draft. With `shown`, secret and body are only named in it. */
export function textOf(draft: Draft, secret: string, shown?: Shown): string {
  if (draft.tree) {
    const key = shown ? shown.secret(keyName(draft)) : secret;
    return draft.whole(draft.tree.withKey(joinFields(draft.tree, draft.tree.fields, true), key));
  }
  const texts: string[] = [];
  for (const piece of draft.pieces) {
    let text = piece.value;
    if (piece.is === 'secret') text = shown ? shown.secret(piece.name) : secret;
    else if (piece.is === 'body-base64') {
      text = shown
        ? shown.body(draft.bytes, draft.bodyForm === base64Body)
        : draft.bodyForm(draft.bytes, draft.charset);
    }
    texts.push(draft.written(piece, text));
  }
  return draft.whole(texts.join(draft.between));
}

export const keyName = ({ pieces }: Draft): string =>
  pieces.find(({ is }) => is === 'secret')?.name ?? 'key';

function joinFields(tree: Tree, fields: readonly Field[], isTop: boolean): string {
  const order = isTop || tree.innerOrder === undefined ? tree.order : tree.innerOrder;
  const sorted = order ? fields.toSorted((a, b) => order(a.name, b.name)) : fields;
  const texts: string[] = [];
  for (const field of sorted) {
    const { name } = field;
    if (tree.unsigned.includes(name)) continue;
    if (isGroup(field)) {
      const inner = joinFields(tree, field.fields, false);
      if (inner === '') continue;
      const text = tree.group(name, inner, field.fields);
      texts.push(tree.namesGroups ? named(tree, name, text) : text);
    } else if (field.value !== '' || tree.signsEmpty(name)) {
      texts.push(named(tree, name, field.value));
    }
  }
  return texts.join(tree.pair);
}

const named = ({ equals }: Tree, name: string, text: string): string =>
  equals === null ? text : name + equals + text;

/** The digest of a draft, in the shape of its form. */
export function digestOfDraft(draft: Draft): string {
  const { form, secret, charset } = draft;
  const text = textOf(draft, form.hmac === 'only' ? '' : secret);
  const input = charset === 'utf8' ? text : encodeText(text, charset);
  const encoding = form.shape === 'base64' && !draft.again ? 'base64' : 'hex';
  let digest =
    form.hmac === 'no'
      ? hash(form.algorithm, input, encoding)
      : createHmac(form.algorithm, secret).update(input).digest(encoding);
  if (draft.again) {
    digest = draft.again(digest, secret);
    if (form.shape === 'base64') digest = Buffer.from(digest, 'hex').toString('base64');
  }
  return shaped(digest, form.shape);
}

function shaped(digest: string, shape: Form['shape']): string {
  if (shape === 'hex-middle') return digest.slice(8, 24);
  if (shape === 'hex-first') return digest.slice(0, 16);
  if (shape === 'hex-last') return digest.slice(16, 32);
  return shape === 'base64-of-hex' ? Buffer.from(digest).toString('base64') : digest;
}
