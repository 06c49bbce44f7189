// The suite of what operators keep beside orders.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { assertSound, T0 } from './fixtures.ts';

const ORDER = { platform: 'shop', orderId: 'desk-1' };

export function deskRules(open: () => OpenStorage): void {
  test('notes of an order come oldest first, the newest of many', async () => {
    const { desk } = open();
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) {
      ids.push(await desk.addNote({ ...ORDER, at: T0 + i, actor: 'li.na', note: `第 ${i} 条 🙂` }));
    }
    const elsewhere = { platform: 'other', orderId: ORDER.orderId };
    await desk.addNote({ ...elsewhere, at: T0, actor: 'li.na', note: 'of another platform' });
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    const notes = await desk.listNotes(ORDER, 2);
    assert.deepEqual(notes, [
      { ...ORDER, noteId: ids[1], at: T0 + 1, actor: 'li.na', note: '第 1 条 🙂' },
      { ...ORDER, noteId: ids[2], at: T0 + 2, actor: 'li.na', note: '第 2 条 🙂' },
    ]);
  });

  test('an order has one assignee at most, and a list of theirs has the newest first', async () => {
    const { desk, ledger } = open();
    assert.equal(await desk.findAssignment(ORDER), null);
    const first = { ...ORDER, assignee: 'li.na', at: T0, actor: 'wang' };
    await desk.assign(first);
    await desk.assign({ ...first, orderId: 'desk-2', at: T0 + 1 });
    assert.deepEqual(await desk.findAssignment(ORDER), first);
    const ids = async (who: string) =>
      (await desk.listAssigned(who, 10)).map(({ orderId }) => orderId);
    assert.deepEqual(await ids('li.na'), ['desk-2', 'desk-1']);
    await desk.assign({ ...first, assignee: 'wang', at: T0 + 2 });
    assert.deepEqual([await ids('li.na'), await ids('wang')], [['desk-2'], ['desk-1']]);
    assert.deepEqual([await desk.unassign(ORDER), await desk.unassign(ORDER)], [true, false]);
    await assertSound(ledger);
  });
}
