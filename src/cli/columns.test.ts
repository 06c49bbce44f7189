// Columns of a terminal: Chinese takes two each, and no line is longer than the terminal.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { widthOf } from '../protocol/terminal-columns.ts';
import { columns, cut } from './columns.ts';

test('a Chinese character takes two columns of a terminal', () => {
  deepEqual(['abc', '催单成功', 'a单'].map(widthOf), [3, 8, 3]);
});

test('a text is cut at a whole character, and says so', () => {
  equal(cut('abcdef', 6), 'abcdef');
  equal(cut('abcdef', 5), 'abcd…');
  equal(cut('催单成功', 6), '催单…');
  equal(cut('催单成功', 5), '催单…');
});

test('columns stand below each other; a terminal gets 80 columns, a pipe everything', () => {
  const rows = [
    ['a', '催单', 'x'.repeat(90)],
    ['bbb', 'c', 'y'],
  ];
  const whole = columns(rows, false).split('\n');
  deepEqual(whole, [`a    催单  ${'x'.repeat(90)}`, 'bbb  c     y']);
  const [first, second] = columns(rows, true).split('\n');
  deepEqual([widthOf(first!), second], [80, 'bbb  c     y']);
});

test('a text of a caller stays in its row', () => {
  equal(columns([['a\nb', '\x1b[2J']], false), 'a\\nb  \\x1b[2J');
});
