// Cards: how they are encrypted with their order, and the masked form for readers of the order.
import type { SealedText } from '../../core/ledger.ts';
import type { Card } from './values.ts';

export const cardsName = (lineId: string): string => `cards:${lineId}`;

/** @param cards with no other members, and in this order, since they are sealed as they are */
export function sealCards(lineId: string, cards: readonly Card[]): SealedText {
  return {
    name: cardsName(lineId),
    text: JSON.stringify(cards),
    mask: cards.map(({ cardCode }) => maskCode(cardCode)),
  };
}

/** At most the last four characters, and never more than a third: enough to distinguish cards. */
export function maskCode(code: string): string {
  const shown = Math.min(4, Math.floor(code.length / 3));
  return `******${shown === 0 ? '' : code.slice(-shown)}`;
}
