// Cards: how they are read and sealed with their order, and the masked form for readers of the order.

export interface Card {
  readonly cardCode: string;
  readonly cardSec: string;
}

/** The cards of a report, in the sequence written. */
export interface Cards {
  readonly length: number;
  /** The place of the first card without a code or a secret; -1 if there is none. */
  readonly firstBlank: number;
  /** The text to seal: the cards as an array with no other members, in this order. */
  json(): string;
  /** See {@link maskCode}. */
  masks(): string[];
}

export function listedCards(list: readonly Card[]): Cards {
  return {
    length: list.length,
    firstBlank: list.findIndex((c) => c.cardCode.trim() === '' || c.cardSec.trim() === ''),
    json: () => JSON.stringify(list),
    masks: () => list.map(({ cardCode }) => maskCode(cardCode)),
  };
}

const OPENING = '{"cardCode":"';
const MIDDLE = '","cardSec":"';

/** JSON.stringify would write these in another way: escapes, control characters, halves of a pair. */
const NOT_AS_WRITTEN = /[\\\u0000-\u001f\ud800-\udfff]/;

/**
 * The cards of a JSON list that stands in `text` as JSON.stringify writes it. They are found by
 * searches and stay in the text, because a thousand of them are 6,000 objects, which garbage
 * collection copies while their call waits for the disk. Null for any other list.
 *
 * @param start the place of the list's opening bracket
 */
export function readCards(text: string, start: number): Cards | null {
  let length = 0;
  let firstBlank = -1;
  for (let at = start + 1; text.startsWith(OPENING, at); ) {
    const code = at + OPENING.length;
    const middle = text.indexOf('"', code);
    if (middle < 0 || !text.startsWith(MIDDLE, middle)) return null;
    const secret = middle + MIDDLE.length;
    const end = text.indexOf('"', secret);
    if (end < 0 || text[end + 1] !== '}') return null;
    if (firstBlank < 0 && (isBlank(text, code, middle) || isBlank(text, secret, end))) {
      firstBlank = length;
    }
    length++;
    if (text[end + 2] === ']') {
      const json = text.slice(start, end + 3);
      if (NOT_AS_WRITTEN.test(json)) return null;
      return { length, firstBlank, json: () => json, masks: () => masksOf(json) };
    }
    if (text[end + 2] !== ',') return null;
    at = end + 3;
  }
  return null;
}

/** Whether a part of a text is blank; the first character tells it of most. */
function isBlank(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from);
  return (first <= 0x20 || first > 0x7e || from === to) && text.slice(from, to).trim() === '';
}

/** @param json cards as {@link readCards} finds them */
function masksOf(json: string): string[] {
  const masks: string[] = [];
  for (let at = 1; at < json.length; ) {
    const code = at + OPENING.length;
    const middle = json.indexOf('"', code);
    masks.push(maskCode(json.slice(code, middle)));
    at = json.indexOf('"', middle + MIDDLE.length) + 3;
  }
  return masks;
}

export const cardsName = (lineId: string): string => `cards:${lineId}`;

/** A sealed text of the order. Its type is not named, because clients read this file and know no ledger. */
export function sealCards(lineId: string, cards: Cards) {
  return { name: cardsName(lineId), text: cards.json(), mask: cards.masks() };
}

/** At most the last four characters, and never more than a third: enough to distinguish cards. */
export function maskCode(code: string): string {
  const shown = Math.min(4, Math.floor(code.length / 3));
  return `******${shown === 0 ? '' : code.slice(-shown)}`;
}
