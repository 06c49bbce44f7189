// The documents that the contract cites, and shared texts.
import type { TextField } from '../../protocol/contract.ts';
export const LEAGUER = 'leaguer-status.txt';
export const HISTORY = 'history-order.txt';

export const row = (document: string, quote: string) => ({ document, quote });

type Rest = Omit<TextField, 'type' | 'text' | 'source'>;

/** Makes text fields of one document: both languages, the words of the document, and the rest. */
export const textOf =
  (document: string) =>
  <const R extends Rest>(zh: string, en: string, quote: string, rest: R) =>
    ({ type: 'string', text: { zh, en }, source: row(document, quote), ...rest }) as const;

/** The sandbox app that calls the samples. */
export const SAMPLE_APP = 'b0c332a133c102765f39de0a1b2c3d4e';
