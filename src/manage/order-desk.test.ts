// Notes and assignees of orders, over the management API.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { makeAccount } from '../../test/browser.ts';
import { manage, startTestServer } from '../../test/support.ts';

const server = await startTestServer();
const at = '/orders/jintong/15112480268';
const password = 'correct horse battery';
await makeAccount(server, 'li.na', 'operator', password);
await makeAccount(server, 'looks', 'viewer', password);
const order = async () => (await manage(server, 'GET', at)).body;

test('a note stands beside its order, and neither its version nor its callbacks change', async () => {
  const before = await order();
  deepEqual([before.notes, before.assignee], [[], null]);
  const note = ' 客户来电，等对方回执 🙂 ';
  const made = await manage(server, 'POST', `${at}/notes`, { note });
  deepEqual([made.status, made.body.note, made.body.actor], [201, note.trim(), 'admin']);
  const after = await order();
  deepEqual(after.notes, [made.body]);
  deepEqual([after.version, after.history.length], [before.version, before.history.length]);
  deepEqual(after.callbacks, before.callbacks);
  for (const wrong of [{ note: ' ' }, { note: 'x'.repeat(2001) }, {}]) {
    equal((await manage(server, 'POST', `${at}/notes`, wrong)).status, 400);
  }
  equal((await manage(server, 'POST', '/orders/jintong/1/notes', { note })).status, 404);
});

test('an order has one assignee, and the list finds the orders of each', async () => {
  const assigned = await manage(server, 'PUT', `${at}/assignee`, { name: 'Li.Na' });
  deepEqual([assigned.status, assigned.body.name], [200, 'li.na']);
  equal((await order()).assignee.name, 'li.na');
  const ids = async (query: string): Promise<string[]> =>
    (await manage(server, 'GET', `/orders?${query}`)).body.items.map(
      ({ orderId }: { orderId: string }) => orderId,
    );
  deepEqual(await ids('assignee=li.na'), ['15112480268']);
  deepEqual(await ids('assignee=li.na&platform=jintong&state=D&party=jane88'), ['15112480268']);
  deepEqual(await ids('assignee=li.na&platform=ytx'), []);
  deepEqual(await ids('assignee=admin'), []);
  const file = await manage(server, 'GET', '/exports/orders?assignee=li.na');
  equal(file.body.trim().split('\r\n').length, 2);
  for (const name of ['looks', 'nobody']) {
    equal((await manage(server, 'PUT', `${at}/assignee`, { name })).status, 404, name);
  }
  const ended = await manage(server, 'DELETE', `${at}/assignee`);
  equal(ended.body.unassigned, true);
  equal((await order()).assignee, null);
  deepEqual(await ids('assignee=li.na'), []);
});

test('the audit has who wrote what, and who was assigned', async () => {
  const { items } = (await manage(server, 'GET', '/audit?target=jintong/15112480268')).body;
  const found = items.map(({ action }: { action: string }) => action);
  for (const action of ['addOrderNote', 'assignOrder', 'unassignOrder'])
    ok(found.includes(action), action);
  const note = items.find(({ action }: { action: string }) => action === 'addOrderNote');
  equal(note.note, '客户来电，等对方回执 🙂');
  const assignments = items.filter(({ action }: { action: string }) => action === 'assignOrder');
  deepEqual(
    assignments.map(({ outcome }: { outcome: string }) => outcome),
    ['refused', 'refused', 'done'],
  );
  const assigned = assignments.at(-1);
  deepEqual([assigned.before.assignee, assigned.after.assignee.name], [null, 'li.na']);
});
