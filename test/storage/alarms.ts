// The suite of alarm documents: lists, versions of which one wins, and what a prune leaves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlarmDocument } from '../../src/core/alarm-documents.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { assertSound, T0 } from './fixtures.ts';

const one = (fields: Partial<AlarmDocument> = {}): AlarmDocument => ({
  ...{ kind: 'rule', id: 'r1', version: 1, at: T0, document: { name: '拒绝 “x”', n: 1 } },
  ...fields,
});

export function alarmRules(storage: () => OpenStorage): void {
  test('alarm documents: created once, replaced by one only, removed, listed newest first', async () => {
    const { alarms, ledger } = storage();
    assert.equal(await alarms.find('rule', 'r1'), null);
    assert.equal(await alarms.save(one()), true);
    assert.equal(await alarms.save(one()), false, 'it exists');
    assert.deepEqual(await alarms.find('rule', 'r1'), one());
    assert.equal(await alarms.find('channel', 'r1'), null);
    const second = one({ version: 2, document: { n: 2 } });
    const both = await Promise.all([alarms.save(second), alarms.save(second)]);
    assert.deepEqual([...both].sort(), [false, true], 'of two that change one, one wins');
    assert.equal(await alarms.save(one({ version: 2 })), false, 'it is at version 2');
    assert.deepEqual(await alarms.find('rule', 'r1'), { ...second, at: T0 });
    for (const [id, at] of [
      ['a', 3],
      ['b', 1],
      ['c', 2],
    ] as const) {
      assert.equal(await alarms.save(one({ kind: 'alarm', id, at: T0 + at })), true);
    }
    const ids = async (limit: number, before?: number) =>
      (await alarms.list('alarm', limit, before)).map(({ id }) => id);
    assert.deepEqual(await ids(10), ['a', 'c', 'b']);
    assert.deepEqual(await ids(1), ['a']);
    assert.deepEqual(await ids(10, T0 + 3), ['c', 'b']);
    assert.equal(await alarms.prune(T0 + 3), 2);
    assert.deepEqual(await ids(10), ['a']);
    assert.equal((await alarms.list('rule', 10)).length, 1, 'a prune leaves rules');
    assert.equal(await alarms.remove('rule', 'r1'), true);
    assert.equal(await alarms.remove('rule', 'r1'), false);
    await assertSound(ledger);
  });
}
