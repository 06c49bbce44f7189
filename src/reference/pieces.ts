// The pieces of a string to sign as rows of a table, for the server's pages and for their script.
import type { SignedPart } from '../protocol/signature-scheme.ts';

export interface PieceWords {
  readonly separator: string;
  readonly bodyBase64: string;
}

export interface Piece {
  readonly kind: SignedPart['is'];
  readonly name: string;
  readonly value: string;
}

/** @param key null where the key may only be named */
export const piecesOf = (
  parts: readonly SignedPart[],
  key: string | null,
  words: PieceWords,
): Piece[] => parts.map((part) => ({ kind: part.is, ...pieceOf(part, key, words) }));

function pieceOf(part: SignedPart, key: string | null, words: PieceWords) {
  switch (part.is) {
    case 'secret':
      return { name: part.name, value: key ?? `{${part.name}}` };
    case 'field':
      return { name: part.name, value: part.value };
    case 'separator':
      // A line break is written as \n.
      return { name: words.separator, value: JSON.stringify(part.value).slice(1, -1) };
    case 'body-base64':
      return { name: words.bodyBase64, value: Buffer.from(part.bytes).toString('base64') };
  }
}
