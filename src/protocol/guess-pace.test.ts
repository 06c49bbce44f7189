// Tests that wrong passwords are slowed by address and by account (1 to 30 s), and that nobody is
// locked out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, SECOND } from '../core/clock.ts';
import { GuessPace } from './guess-pace.ts';

/** Makes consecutive attempts; returns how many seconds each one waits. */
function waits(pace: GuessPace, address: string, account: string, times: number): number[] {
  return Array.from({ length: times }, () => {
    const attempt = pace.begin(address, account)!;
    attempt.end(false);
    return attempt.waitMs / SECOND;
  });
}

test('each wrong password makes the next wait longer, from 1 to 30 seconds', () => {
  const pace = new GuessPace(() => 0);
  assert.deepEqual(waits(pace, 'a', 'x', 9), [0, 1, 2, 4, 8, 16, 30, 30, 30]);
});

test('waits count per account from any address, and per address for any account', () => {
  const byAccount = new GuessPace(() => 0);
  for (let i = 0; i < 6; i++) waits(byAccount, `a${i}`, 'x', 1);
  assert.deepEqual(waits(byAccount, 'another', 'x', 1), [30]);
  assert.deepEqual(waits(byAccount, 'yet another', 'y', 1), [0]);
  const byAddress = new GuessPace(() => 0);
  for (let i = 0; i < 6; i++) waits(byAddress, 'a', `x${i}`, 1);
  assert.deepEqual(waits(byAddress, 'a', 'another', 1), [30]);
});

test('simultaneous attempts wait like consecutive attempts', () => {
  const pace = new GuessPace(() => 0);
  const attempts = Array.from({ length: 8 }, () => pace.begin('a', 'x')!.waitMs / SECOND);
  assert.deepEqual(attempts, [0, 1, 2, 4, 8, 16, 30, 30]);
});

test('nobody is locked out: the right password waits at most 30 seconds, whatever strangers do', () => {
  const pace = new GuessPace(() => 0);
  for (let i = 0; i < 5000; i++) pace.begin(`stranger ${i}`, 'x');
  const merchant = pace.begin('home', 'x');
  assert.equal(merchant!.waitMs, 30 * SECOND);
  merchant!.end(true);
});

test('an address that has signed in before is never refused, and does not wait because of strangers', () => {
  const pace = new GuessPace(() => 0);
  pace.begin('office', 'x')!.end(true);
  for (let i = 0; i < 100; i++) waits(pace, `stranger ${i}`, 'x', 3);
  assert.equal(pace.begin('office', 'x')!.waitMs, 0);
  // The address does not wait for other accounts behind the same address, either.
  for (let i = 0; i < 100; i++) pace.begin('office', `other ${i}`);
  assert.equal(pace.begin('office', 'other 1000'), null);
  assert.ok(pace.begin('office', 'x'));
});

test('an address that has signed in before still waits after its own mistakes', () => {
  const pace = new GuessPace(() => 0);
  pace.begin('office', 'x')!.end(true);
  assert.deepEqual(waits(pace, 'office', 'x', 7), [0, 1, 2, 4, 8, 16, 30]);
});

test('of an address that has signed in before, at most 20 simultaneous attempts are judged every 30 seconds', () => {
  const pace = new GuessPace(() => 0);
  pace.begin('office', 'x')!.end(true);
  const attempts = Array.from({ length: 200 }, () => pace.begin('office', 'x')!.waitMs / SECOND);
  assert.deepEqual(attempts.slice(0, 8), [0, 1, 2, 4, 8, 16, 30, 30]);
  for (let seconds = 30; seconds <= 300; seconds += 30) {
    const judged = attempts.filter((wait) => wait > seconds - 30 && wait <= seconds);
    assert.ok(judged.length <= 20, `${judged.length} within ${seconds} s`);
  }
  assert.equal(attempts.at(-1), 300);
});

test('one address may have 20 waiting attempts, and another attempt when one of them has ended', () => {
  const pace = new GuessPace(() => 0);
  const attempts = Array.from({ length: 20 }, (_, i) => pace.begin('a', `x${i}`)!);
  assert.equal(pace.begin('a', 'y'), null);
  attempts[0]!.end(false);
  assert.ok(pace.begin('a', 'y'));
});

test('after 15 quiet minutes the count restarts, and a known address stays known', () => {
  let now = 0;
  const pace = new GuessPace(() => now);
  waits(pace, 'a', 'x', 6);
  now = 15 * MINUTE;
  assert.deepEqual(waits(pace, 'a', 'x', 1), [30]);
  now += 15 * MINUTE + 1;
  assert.deepEqual(waits(pace, 'a', 'x', 2), [0, 1]);
  pace.begin('office', 'x')!.end(true);
  now += 60 * MINUTE;
  for (let i = 0; i < 10; i++) pace.begin(`stranger ${i}`, 'x');
  assert.equal(pace.begin('office', 'x')!.waitMs, 0);
});
