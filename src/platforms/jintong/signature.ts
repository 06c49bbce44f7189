// 签名方式 (001, 2): the string to sign as parts, and MD5 over it with the partner's key at its end.
import { md5Hex } from '../../protocol/digest.ts';
import type { SignatureScheme, SignedPart } from '../../protocol/signature-scheme.ts';

/** Fields by name. A nested object signs as `Name=` followed by its own string. */
export type Signed = { readonly [name: string]: string | Signed | null | undefined };

/** "Sign=Md5(urlParam+Key)" */
export const signature: SignatureScheme<Signed> = {
  algorithm: 'md5',
  carriedIn: { place: 'body', name: 'Sign' },
  secret: 'Key',
  parts(fields) {
    const parts: SignedPart[] = [];
    addFields(parts, fields);
    parts.push(KEY);
    return parts;
  },
};

const KEY: SignedPart = { is: 'secret', name: signature.secret };

/**
 * Sorted by code unit; null, empty, `Sign` and `SignType` are left out: "若字段值为 null 或者空字符串,
 * 则该字段和值不参与签名". There is no escaping, which is why values may hold neither `&` nor `=`.
 */
function addFields(parts: SignedPart[], fields: Signed): void {
  let isFirst = true;
  for (const name of sortedNames(Object.keys(fields))) {
    if (name === 'Sign' || name === 'SignType') continue;
    const value = fields[name];
    if (value === null || value === undefined || value === '') continue;
    const before = parts.push({ is: 'separator', value: isFirst ? `${name}=` : `&${name}=` });
    if (typeof value === 'string') parts.push({ is: 'field', name, value });
    else addFields(parts, value);
    // A nested object without a signed field is omitted like an empty value.
    if (parts.length === before) parts.pop();
    else isFirst = false;
  }
}

/** Insertion sort: about a dozen names, most of them already sorted. */
function sortedNames(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    for (; at > 0 && name < names[at - 1]!; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
  return names;
}

/** The text of the parts before the key: the documents' urlParam. */
export function textBeforeKey(parts: readonly SignedPart[]): string {
  let out = '';
  for (const part of parts) if (part.is === 'field' || part.is === 'separator') out += part.value;
  return out;
}

/** The documents' urlParam of some fields. */
export const stringToSign = (fields: Signed): string => textBeforeKey(signature.parts(fields));

/** The signature of a urlParam that was assembled elsewhere: lower-case hex. */
export function sign(text: string, key: string): string {
  return md5Hex(text + key);
}

/** Whether a value would make the borders between fields in the string to sign ambiguous. */
export function holdsSeparator(value: string): boolean {
  return value.includes('&') || value.includes('=');
}
