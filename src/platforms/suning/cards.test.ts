import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listedCards, readCards } from './cards.ts';

const card = (cardCode: string, cardSec: string) => ({ cardCode, cardSec });

describe('a list of cards that stays in the text means what its parsed cards mean', () => {
  const lists = {
    one: [card('98030002015014', 'I001XB')],
    several: [card('98030002015014', 'I001XB'), card('a', 'b'), card('12345678901', 'x')],
    'a thousand': Array.from({ length: 1000 }, (_, i) => card(`98030002015${i}`, `I001XB${i}`)),
    'a blank code': [card('1', '2'), card(' \u3000', '2'), card('', '')],
    'a blank secret': [card('1', '2'), card('3', '')],
    'a blank at the beginning': [card(' 1', '\u30002')],
    'what looks like the list itself': [card('}],[{', ']},{:,'), card("'", '{cardCode')],
    'beyond ASCII': [card('京东卡零零零一号', '密码'), card('\u007f\u0080é', '\u2028')],
  };
  for (const [name, list] of Object.entries(lists)) {
    it(name, () => {
      const written = JSON.stringify(list);
      const read = readCards(`{"cardList":${written},"a":[]}`, 12);
      const parsed = listedCards(list);
      assert.ok(read);
      assert.equal(read.length, parsed.length);
      assert.equal(read.firstBlank, parsed.firstBlank);
      assert.equal(read.json(), parsed.json());
      assert.deepEqual(read.masks(), parsed.masks());
    });
  }
});

describe('a list that JSON.stringify would write in another way is read as elements', () => {
  const written = '{"cardCode":"1","cardSec":"2"}';
  const lists = {
    empty: '[]',
    'spaces between cards': `[${written}, ${written}]`,
    'spaces at the end': `[${written} ]`,
    'another order': '[{"cardSec":"2","cardCode":"1"}]',
    'a further member': '[{"cardCode":"1","cardSec":"2","a":"3"}]',
    'a member too few': '[{"cardCode":"1"}]',
    'an escape': '[{"cardCode":"1\\u0031","cardSec":"2"}]',
    'an escaped quotation mark': '[{"cardCode":"1\\"","cardSec":"2"}]',
    'a control character': '[{"cardCode":"1\t","cardSec":"2"}]',
    'two halves of a pair': '[{"cardCode":"1234567890\u{1F600}12","cardSec":"2"}]',
    'a number': '[{"cardCode":1,"cardSec":"2"}]',
    'not closed': `[${written}`,
    'ends with a comma': `[${written},]`,
    'ends in a card': '[{"cardCode":"1","cardSec":"2',
    'another bracket': `[${written}}`,
  };
  for (const [name, text] of Object.entries(lists)) {
    it(name, () => assert.equal(readCards(text, 0), null));
  }
});
