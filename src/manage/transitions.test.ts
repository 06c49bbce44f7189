// /orders/…/transitions: an operator moves an order along the platform's table, and nowhere else.
import { deepEqual, equal, match, partialDeepStrictEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call, cancel, detail, form } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { OPERATOR_TRANSITIONS, STATES } from '../platforms/jintong/states.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const read = async (id: string) => (await manage(server, 'GET', `/orders/jintong/${id}`)).body;
const move = (id: string, body: unknown) =>
  manage(server, 'POST', `/orders/jintong/${id}/transitions`, body);

/** Orders of the sandbox in each of the 22 states. */
async function orderIn(state: string): Promise<string> {
  const { body } = await manage(
    server,
    'GET',
    `/orders?state=${encodeURIComponent(state)}&q=1511010`,
  );
  return body.items[0].orderId;
}

test('a cancelled order in S is moved on to M and N by the management API', async () => {
  const id = '15112480268';
  equal((await call(server, form(cancel(id)))).code, 'CallSuccess');
  equal((await read(id)).state, 'S');
  clock.advance(1000);
  const moved = await move(id, { to: 'M', note: '已提交退款' });
  equal(moved.status, 200);
  const { history, sealed, callbacks, notes, assignee, ...order } = await read(id);
  deepEqual([sealed, notes, assignee], [[], [], null]);
  deepEqual(moved.body, order);
  deepEqual([order.state, order.stateName, order.version], ['M', '退款处理中', 3]);
  equal(order.updatedAt, '2026-01-02T03:04:06.678Z');
  equal((await move(id, { to: 'N' })).body.stateName, '退款完成');
  deepEqual(
    (await read(id)).history.map((h: Record<string, unknown>) => [
      h.action,
      h.from,
      h.to,
      h.actor,
      h.note,
    ]),
    [
      ['created', null, 'D', 'import', null],
      ['cancelled', 'D', 'S', 'party:jane88', '取消'],
      ['moved', 'S', 'M', 'operator', '已提交退款'],
      ['moved', 'M', 'N', 'operator', null],
    ],
  );
  const reply = await call(server, form(detail(id)));
  equal((reply.body.Order as Record<string, string>).OrderState, 'N');
});

describe('from each state an order moves only as the table says, and a refusal lists the allowed states', () => {
  for (const from of Object.keys(STATES)) {
    test(`from ${from}`, async () => {
      const allowed = OPERATOR_TRANSITIONS[from] ?? [];
      const id = await orderIn(from);
      const before = await read(id);
      equal(before.state, from);
      for (const to of Object.keys(STATES).filter((state) => !allowed.includes(state))) {
        const { status, body } = await move(id, { to });
        const named = allowed.map((state) => `${state} (${STATES[state as keyof typeof STATES]})`);
        const where = named.join(', ') || 'nowhere';
        const message = `from ${from} (${STATES[from as keyof typeof STATES]}) it can go to: ${where}`;
        equal(status, 409);
        partialDeepStrictEqual(body.error, { code: 'state-refuses', message, field: 'to' });
      }
      deepEqual(await read(id), before);
    });
  }

  test('an allowed move succeeds', async () => {
    for (const [from, [to]] of Object.entries(OPERATOR_TRANSITIONS)) {
      const id = `go-${from === '-' ? 'none' : from}`;
      const fields = {
        platform: 'jintong',
        userName: 'jane88',
        amount: '1.00',
        createdAt: '2026-01-02 00:00:00',
      };
      await manage(server, 'POST', '/orders', { ...fields, orderId: id, state: from });
      const { status, body } = await move(id, { to });
      deepEqual([status, body.state, body.version], [200, to, 2], from);
    }
  });
});

test('a state that the platform does not have is refused and not stored', async () => {
  const before = await read('15110200003');
  for (const to of ['X', '', 'a', 'constructor', '__proto__', 'toString']) {
    const { status, body } = await move('15110200003', { to });
    deepEqual([status, body.error.code, body.error.field], [400, 'unknown-state', 'to']);
  }
  deepEqual(await read('15110200003'), before);
});

test('a note has at most 500 characters, and may be left out or null', async () => {
  const { status, body } = await move('15110200003', { to: 'B', note: 'x'.repeat(501) });
  deepEqual([status, body.error.field], [400, 'note']);
  equal((await move('15110200003', { to: 'B', note: '订'.repeat(500) })).status, 200);
  equal((await move('15110200003', { to: 'C', note: null })).status, 200);
  const { history } = await read('15110200003');
  deepEqual(
    history.map((h: { note: string | null }) => h.note?.length ?? null),
    [null, 500, null],
  );
});

test('of ten simultaneous equal moves one succeeds, and the others get the current state as the answer', async () => {
  const id = await orderIn('S');
  const answers = await Promise.all(Array.from({ length: 10 }, () => move(id, { to: 'M' })));
  deepEqual(answers.map((a) => a.status).sort(), [200, ...Array.from({ length: 9 }, () => 409)]);
  for (const { status, body } of answers) if (status === 409) match(body.error.message, /^from M /);
  const { version, history } = await read(id);
  deepEqual([version, history.length], [2, 2]);
});

test('a path is read as URL-encoded text: what does not decode is nowhere, what decodes is an id', async () => {
  for (const [path, status] of [
    ['/orders/jintong/%31%35110100065', 200],
    ['/orders/jintong/15110100065%20', 404],
    ['/orders/jintong/%E4%B8%AD', 404],
    ['/orders/jintong/%ff', 404],
    ['/orders/jintong/a/b', 404],
    ['/orders/JINTONG/15110100065', 404],
  ] as const) {
    equal((await manage(server, 'GET', path)).status, status, path);
  }
});
