// 签名方式 (001, 2): the string to sign, and MD5 over it with the partner's key behind.
import { md5Hex } from '../../protocol/digest.ts';

/** Fields by name; a nested object signs as `Name=` followed by its own string. */
export type Signed = { readonly [name: string]: string | Signed | null | undefined };

/**
 * Sorted by code unit; null, empty, `Sign` and `SignType` are left out: "若字段值为 null 或者空字符串,
 * 则该字段和值不参与签名". There is no escaping, which is why values may hold neither `&` nor `=`.
 */
export function stringToSign(fields: Signed): string {
  let out = '';
  for (const name of sortedNames(Object.keys(fields))) {
    if (name === 'Sign' || name === 'SignType') continue;
    const value = fields[name];
    const text = typeof value === 'object' && value !== null ? stringToSign(value) : value;
    if (text) out += out === '' ? `${name}=${text}` : `&${name}=${text}`;
  }
  return out;
}

/** By insertion: they are a dozen of ours, and most come sorted. */
function sortedNames(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    for (; at > 0 && name < names[at - 1]!; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
  return names;
}

/** "Sign=Md5(urlParam+Key)": lower-case hex. */
export function sign(text: string, key: string): string {
  return md5Hex(text + key);
}

/** Whether a value would blur the borders between fields in the string to sign. */
export function holdsSeparator(value: string): boolean {
  return value.includes('&') || value.includes('=');
}
