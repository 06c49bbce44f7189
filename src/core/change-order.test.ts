// Tests changeOrder on a real ledger: one winner per version, losers decide again, equal requests
// are replayed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byParty, count, openShop, pay } from '../../test/shop.ts';
import { changeOrder, type Decide } from './change-order.ts';
import { LedgerUnavailableError } from './errors.ts';
import { orderId } from './ledger.ts';

describe('changeOrder', () => {
  const shop = openShop();

  test('all parts of a decision are stored: state, attributes, lines, history', async () => {
    const { ledger, clock, create, order, history } = shop();
    const id = await create({}, { lines: [{ lineId: 'l1', state: '10', attributes: {} }] });
    clock.advance(5);
    const request = byParty(id, { requestId: 4711 });
    const outcome = await changeOrder(ledger, clock, request, ({ lines }) => ({
      ok: true,
      action: 'line-shipped',
      state: 'paid',
      attributes: { carrier: '顺丰' },
      lines: lines.map((line) => ({ ...line, state: '20' })),
      line: { lineId: 'l1', from: '10', to: '20' },
      note: '备注',
      reply: { done: true },
    }));
    assert.deepEqual(outcome, { ok: true, value: { done: true } });
    const now = await order(id);
    assert.deepEqual(
      [now.state, now.version, now.updatedAt, now.attributes, now.lines],
      [
        'paid',
        2,
        clock.now(),
        { carrier: '顺丰' },
        [{ lineId: 'l1', state: '20', attributes: {} }],
      ],
    );
    assert.deepEqual(
      { ...(await history(id))[1] },
      {
        version: 2,
        at: clock.now(),
        action: 'line-shipped',
        line: 'l1',
        from: '10',
        to: '20',
        actor: 'party:jane88',
        note: '备注',
        requestId: 4711,
      },
    );
  });

  test('fields that a decision omits keep their value, and the history shows the unchanged state', async () => {
    const { ledger, clock, create, order, history } = shop();
    const kept = { attributes: { a: 1 }, lines: [{ lineId: 'l1', state: '1', attributes: {} }] };
    const id = await create({}, kept);
    await changeOrder(ledger, clock, byParty(id), pay);
    const { attributes, lines } = await order(id);
    assert.deepEqual({ attributes, lines }, kept);
    const { from, to, line, note, requestId } = (await history(id))[1]!;
    assert.deepEqual([from, to, line, note, requestId], ['open', 'paid', null, null, null]);
  });

  test('a rule receives the current order and the time of the clock', async () => {
    const { ledger, clock, create, order } = shop();
    const id = await create({}, { attributes: { a: 1 } });
    clock.advance(1234);
    const seen: unknown[] = [];
    await changeOrder(ledger, clock, byParty(id), (given, now) => {
      seen.push(given, now);
      return pay(given, now);
    });
    const { version: _, state: __, updatedAt: ___, ...same } = await order(id);
    assert.deepEqual(seen, [
      { ...same, state: 'open', version: 1, updatedAt: clock.now() - 1234 },
      clock.now(),
    ]);
  });

  test('a rule that loses a conflict decides again on the new version, so that no change is lost', async () => {
    const { ledger, clock, create, order, history } = shop();
    const id = await create();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => changeOrder(ledger, clock, byParty(id), count)),
    );
    const sums = outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.code));
    assert.deepEqual(
      sums.toSorted((a, b) => Number(a) - Number(b)),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    const { version, attributes } = await order(id);
    assert.deepEqual([version, attributes], [51, { count: 50 }]);
    assert.equal((await history(id)).length, 51);
  });

  test('a loser refuses, with the current state, if the winner made its change impossible', async () => {
    const { ledger, clock, create, history } = shop();
    const id = await create();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => changeOrder(ledger, clock, byParty(id), pay)),
    );
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
    for (const outcome of outcomes.filter(({ ok }) => !ok)) {
      assert.deepEqual(outcome, { ok: false, code: 'state-refuses', state: 'paid' });
    }
    assert.equal((await history(id)).length, 2);
  });

  test('with more competitors than rounds some callers get `unavailable`, and their changes are not stored', async () => {
    const { ledger, clock, create, order } = shop();
    const id = await create();
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => changeOrder(ledger, clock, byParty(id), count)),
    );
    const done = outcomes.filter(({ ok }) => ok).length;
    // A caller gives up after it has lost 64 rounds, each to another caller.
    assert.ok(done >= 64, `${done}`);
    for (const outcome of outcomes) assert.ok(outcome.ok || outcome.code === 'unavailable');
    assert.deepEqual((await order(id)).attributes, { count: done });
  });

  test('a missing order gives unknown-order, and the rule does not run', async () => {
    const { ledger, clock } = shop();
    const never: Decide<null> = () => assert.fail('a rule decided upon nothing');
    const outcome = await changeOrder(ledger, clock, byParty(orderId('none')), never);
    assert.deepEqual(outcome, { ok: false, code: 'unknown-order' });
  });

  test('a refusal writes nothing', async () => {
    const { ledger, clock, create, order, history } = shop();
    const id = await create({}, { state: 'shipped' });
    const once = { key: `refused ${id}`, ttlMs: 1000 };
    const outcome = await changeOrder(ledger, clock, byParty(id, { once }), pay);
    assert.deepEqual(outcome, { ok: false, code: 'state-refuses', state: 'shipped' });
    assert.equal((await order(id)).version, 1);
    assert.equal((await history(id)).length, 1);
  });

  test('deadlines of a decision are set, and cleared by a later one', async () => {
    const { ledger, clock, create } = shop();
    const id = await create();
    const dueAt = clock.now() + 1000;
    const withDeadline =
      (due: number | null): Decide<null> =>
      ({ state }) => ({
        ok: true,
        action: 'timed',
        state,
        deadlines: [{ kind: 'close', dueAt: due }],
        reply: null,
      });
    await changeOrder(ledger, clock, byParty(id), withDeadline(dueAt));
    assert.equal(await ledger.nextDeadline(clock.now()), dueAt);
    await changeOrder(ledger, clock, byParty(id), count);
    assert.equal(await ledger.nextDeadline(clock.now()), dueAt);
    await changeOrder(ledger, clock, byParty(id), withDeadline(null));
    assert.equal(await ledger.nextDeadline(clock.now()), null);
  });

  test('a change whose lease was lost is refused with the state, and writes nothing', async () => {
    const { ledger, clock, create, order } = shop();
    const id = await create();
    const completes = { deadlineId: 999, leaseUntil: clock.now() };
    const outcome = await changeOrder(ledger, clock, byParty(id, { completes }), pay);
    assert.deepEqual(outcome, { ok: false, code: 'state-refuses', state: 'open' });
    assert.equal((await order(id)).version, 1);
  });

  describe('an equal request', () => {
    const TTL = 1000;

    test('gets the first success again without running the rule, until the reply expires', async () => {
      const { ledger, clock, create, history } = shop();
      const id = await create();
      const request = byParty(id, { once: { key: `replay ${id}`, ttlMs: TTL } });
      let asked = 0;
      const rule: Decide<number> = (order, now) => {
        asked++;
        return count(order, now);
      };
      const call = () => changeOrder(ledger, clock, request, rule);
      assert.deepEqual(await call(), { ok: true, value: 1 });
      assert.deepEqual(await call(), { ok: true, value: 1 });
      clock.advance(TTL - 1);
      assert.deepEqual(await call(), { ok: true, value: 1 });
      assert.equal(asked, 1);
      assert.equal((await history(id)).length, 2);

      clock.advance(1);
      assert.deepEqual(await call(), { ok: true, value: 2 });
      assert.deepEqual(await call(), { ok: true, value: 2 });
      assert.equal((await history(id)).length, 3);
    });

    test('sent 20 times at once takes effect once, and all callers get that success', async () => {
      const { ledger, clock, create, history } = shop();
      const id = await create();
      const request = byParty(id, { once: { key: `at once ${id}`, ttlMs: TTL } });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => changeOrder(ledger, clock, request, pay)),
      );
      const success = { ok: true, value: 'paid as version 2' };
      assert.deepEqual(outcomes, Array(20).fill(success));
      assert.equal((await history(id)).length, 2);
    });

    test('that was refused is decided again, because a refusal is not stored', async () => {
      const { ledger, clock, create } = shop();
      const id = await create({}, { state: 'closed' });
      const request = byParty(id, { once: { key: `refusal ${id}`, ttlMs: TTL } });
      assert.equal((await changeOrder(ledger, clock, request, pay)).ok, false);
      const reopen: Decide<null> = () => ({
        ok: true,
        action: 'reopened',
        state: 'open',
        reply: null,
      });
      await changeOrder(ledger, clock, byParty(id), reopen);
      assert.equal((await changeOrder(ledger, clock, request, pay)).ok, true);
    });

    test('under another key counts as another request', async () => {
      const { ledger, clock, create } = shop();
      const id = await create();
      const request = (key: string) => byParty(id, { once: { key: `${key} ${id}`, ttlMs: TTL } });
      assert.equal((await changeOrder(ledger, clock, request('one'), pay)).ok, true);
      assert.deepEqual(await changeOrder(ledger, clock, request('two'), pay), {
        ok: false,
        code: 'state-refuses',
        state: 'paid',
      });
    });
  });

  test('a ledger that cannot take the change throws', async () => {
    const { ledger, clock, create, close } = shop();
    const id = await create();
    await close();
    await assert.rejects(changeOrder(ledger, clock, byParty(id), pay), LedgerUnavailableError);
  });
});
