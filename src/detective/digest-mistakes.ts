// Mistakes with the digest: another algorithm, another way of writing it, or a digest of the digest.
import { hash } from 'node:crypto';
import { type Draft, type Form, textOf } from './draft.ts';
import { detail, type Mistake, STAGE } from './mistake.ts';

/** A signature in the one form in which it is compared: hexadecimal digits in lower case, the rest as it is. */
export function normalize(received: string): string {
  const text = received.trim();
  return /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : text.replace(/%3d/gi, '=');
}

const LENGTH = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
const ALGORITHMS = Object.keys(LENGTH) as (keyof typeof LENGTH)[];

const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** Every form that a signature of this length and these characters can have. */
export function possibleForms(received: string): Form[] {
  const isHex = /^[0-9a-f]+$/.test(received);
  const forms: Form[] = [];
  const add = (algorithm: Form['algorithm'], shape: Form['shape']): void => {
    for (const hmac of ['no', 'only', 'both'] as const) forms.push({ algorithm, hmac, shape });
  };
  for (const algorithm of ALGORITHMS) {
    const bytes = LENGTH[algorithm];
    if (isHex && received.length === 2 * bytes) add(algorithm, 'hex');
    if (received.length === base64Length(bytes)) add(algorithm, 'base64');
    if (received.length === base64Length(2 * bytes)) add(algorithm, 'base64-of-hex');
  }
  if (isHex && received.length === 16) {
    add('md5', 'hex-middle');
    add('md5', 'hex-first');
    add('md5', 'hex-last');
  }
  return forms;
}

export const isSameForm = (a: Form, b: Form): boolean =>
  a.algorithm === b.algorithm && a.hmac === b.hmac && a.shape === b.shape;

const NAMES = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};
const SHAPES: Readonly<Record<Form['shape'], readonly [zh: string, en: string]>> = {
  hex: ['', ''],
  base64: ['，写成 base64', ' as base64'],
  'base64-of-hex': ['，十六进制再做 base64', ' as base64 of its hexadecimal digits'],
  'hex-middle': ['的中间 16 位', ', its 16 digits in the middle'],
  'hex-first': ['的前 16 位', ', its first 16 digits'],
  'hex-last': ['的后 16 位', ', its last 16 digits'],
};

function nameOf({ algorithm, hmac, shape }: Form): Mistake['detail'] {
  const name = (hmac === 'no' ? '' : 'HMAC-') + NAMES[algorithm];
  const [zh, en] = SHAPES[shape];
  const twice =
    hmac === 'both' ? ['，密钥也在字符串中', ', with the key in the string as well'] : ['', ''];
  return detail(name + zh + twice[0], name + en + twice[1]);
}

export function digestMistakes(received: string, own: Form): Mistake[] {
  const forms = possibleForms(received).filter((form) => !isSameForm(form, own));
  return [
    ...forms.map(
      (form): Mistake => ({
        id: 'digest-form',
        detail: nameOf(form)!,
        stage: STAGE.digest,
        weight: form.hmac === 'both' || form.shape === 'base64-of-hex' ? 1 : 0,
        group: 'digest-form',
        apply: (draft) => {
          draft.form = form;
        },
      }),
    ),
    ...signedTwice(own),
  ];
}

function signedTwice({ algorithm }: Form): Mistake[] {
  const of = (text: string): string => hash(algorithm, text);
  const make = (
    zh: string,
    en: string,
    weight: number,
    apply: (draft: Draft) => void,
  ): Mistake => ({
    id: 'signed-twice',
    detail: detail(zh, en),
    stage: STAGE.digest,
    weight,
    group: 'signed-twice',
    apply,
  });
  const again = (change: (digest: string, secret: string) => string) => (draft: Draft) => {
    draft.again = change;
  };
  return [
    make(
      '对摘要再做摘要',
      'the digest of the digest',
      0,
      again((digest) => of(digest)),
    ),
    make(
      '对大写的摘要再做摘要',
      'the digest of the digest in upper case',
      1,
      again((digest) => of(digest.toUpperCase())),
    ),
    make(
      '摘要加上密钥再做摘要',
      'the digest of digest and key',
      1,
      again((digest, secret) => of(digest + secret)),
    ),
    make(
      '密钥加上摘要再做摘要',
      'the digest of key and digest',
      2,
      again((digest, secret) => of(secret + digest)),
    ),
    make(
      '先对字符串做摘要，再加密钥做摘要',
      'the digest of the digested string and the key',
      0,
      (draft) => {
        const { secret } = draft;
        draft.again = () => of(of(textOf(draft, '')) + secret);
      },
    ),
    make(
      '对摘要的字节再做摘要',
      'the digest of the bytes of the digest',
      2,
      again((digest) => hash(algorithm, Buffer.from(digest, 'hex'))),
    ),
    make('密钥先做了摘要', 'the key was digested first', 1, (draft) => {
      draft.secret = of(draft.secret);
    }),
  ];
}
