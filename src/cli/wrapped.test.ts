// Errors with Chinese words fit a terminal: no line is wider than 80 columns, and no character is lost.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { knownStates, leadsTo } from '../core/move-order.ts';
import { platforms } from '../platforms/index.ts';
import { COLUMNS, widthOf } from '../protocol/terminal-columns.ts';
import { wordsOf } from './why.ts';
import { wrapped } from './wrapped.ts';

/** No line is too wide unless it is one word, and nothing but blanks was changed. */
function fits(text: string, whole: string, indent = ''): void {
  for (const line of text.split('\n')) {
    ok(line.startsWith(indent), line);
    ok(widthOf(line) <= COLUMNS || !line.trim().includes(' '), `${widthOf(line)}: ${line}`);
  }
  equal(text.replaceAll(/\s/g, ''), whole.replaceAll(/\s/g, ''));
}

const messages = platforms.flatMap(({ model, contract }) => [
  `ordergate: --to has to be one of: ${knownStates(model)}`,
  ...Object.entries(model.states).map(
    ([state, name]) => `ordergate: from ${state} (${name}) it can go to: ${leadsTo(model, state)}`,
  ),
  ...Object.values(contract.codes).flatMap(({ wire, cause, remedy }) =>
    [wire, cause.zh, remedy.zh].map((text) => `ordergate: ${text}。${text}；${text} (${text})`),
  ),
]);

test('each message of a move, and the words of each code of each platform', () => {
  const wide = messages.filter((text) => text.length <= COLUMNS && widthOf(text) > COLUMNS);
  ok(wide.length >= 20, `${wide.length} take more columns than they have characters`);
  for (const text of messages) {
    for (const indent of ['', '    ']) fits(wrapped(text, indent), text, indent);
  }
});

test('the words of each refusal', () => {
  for (const { contract } of platforms) {
    for (const [code, { wire, cause, remedy }] of Object.entries(contract.codes)) {
      for (const line of wordsOf({ code, words: wire, cause, remedy }, null).split('\n')) {
        ok(widthOf(line) <= COLUMNS, `${widthOf(line)}: ${line}`);
      }
    }
  }
});

test('a mark does not begin a line, and a path stays whole', () => {
  const lines = wrapped(`${'单'.repeat(40)}，${'单'.repeat(5)}`, '').split('\n');
  deepEqual(lines, ['单'.repeat(39), `单，${'单'.repeat(5)}`]);
  const path = `/srv/${'x'.repeat(100)}`;
  match(wrapped(`ordergate: ${path} holds no ledger`, ''), new RegExp(`^${path}$`, 'm'));
});
