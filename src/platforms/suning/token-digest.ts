// Access and refresh tokens are stored only as digests.
import { hash } from 'node:crypto';

/** SHA-256 as base64url. */
export const tokenDigest = (token: string): string => hash('sha256', token, 'base64url');
