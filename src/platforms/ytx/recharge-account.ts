// rechargeAccount: checks and masks the account that an order tops up, by the kind that its product
// charges.
import { FORMAT_PATTERNS } from '../../protocol/contract-values.ts';

/**
 * What a product of the catalog charges. `mobile`: a mobile number of mainland China. `any`: whatever its
 * supplier calls an account, such as an email address or a player's name. [ours]
 */
export const ACCOUNT_KINDS = ['mobile', 'any'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** Orders and products without a kind are from before there were two kinds. */
export function readAccountKind(value: unknown): AccountKind {
  return value === 'any' ? 'any' : 'mobile';
}

const { mobile: MOBILE } = FORMAT_PATTERNS;
/** "1 to 64 visible characters": no blanks, control characters, invisible format characters or halves of a pair. */
const ANY = /^[^\p{Z}\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u;
/** Blanks, and the hyphens and dashes by which people and address books group a number. */
const GROUPING = /[\s\u2010-\u2015\u2212\uFF0D-]/g;
const COUNTRY_CODE = /^(?:\+86|0086|86)(\d{11})$/;

/**
 * The form for the ledger and for comparisons. For an invalid account the result is unspecified
 * text.
 */
export function normalizeAccount(kind: AccountKind, text: string): string {
  if (kind === 'any') return text.trim();
  return text.replace(GROUPING, '').replace(COUNTRY_CODE, '$1');
}

/** @param text a result of {@link normalizeAccount} */
export function isAccount(kind: AccountKind, text: string): boolean {
  return (kind === 'any' ? ANY : MOBILE).test(text);
}

/** Replaces the hidden part. */
const HIDDEN = '****';

/**
 * `18812340804` becomes `188****0804`, as in the document. Of any other account at most a third is
 * shown, its beginning and its end: `player@example.com` becomes `pla****com`.
 */
export function maskAccount(account: string): string {
  if (MOBILE.test(account)) return account.slice(0, 3) + HIDDEN + account.slice(-4);
  const characters = [...account];
  const shown = Math.floor(characters.length / 3);
  const atEnd = Math.floor(shown / 2);
  const beginning = characters.slice(0, shown - atEnd).join('');
  return beginning + HIDDEN + characters.slice(characters.length - atEnd).join('');
}
