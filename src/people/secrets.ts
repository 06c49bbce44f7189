// Secrets of sessions, tokens and links: 256 random bits, of which only the digest is kept.
import { hash, randomBytes } from 'node:crypto';

/** @param prefix says what it is, so that a leaked one is recognised: `ogt_` */
export const newSecret = (prefix = ''): string => prefix + randomBytes(32).toString('base64url');

export const digestOf = (secret: string): string => hash('sha256', secret, 'base64url');

/** A public name, such as `ses_…`: it opens nothing. */
export const newId = (prefix: string): string => prefix + randomBytes(12).toString('base64url');
