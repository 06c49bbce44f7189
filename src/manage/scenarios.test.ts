// Scenarios on a running sandbox: every shipped one passes, and a run can be watched, refused and stopped.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { manage, startTestServer } from '../../test/support.ts';

const server = await startTestServer();
const RUNS = '/sandbox/scenario-runs';

const start = (body: object, as: typeof server = server) => manage(as, 'POST', RUNS, body);
async function ended(runId: string) {
  for (;;) {
    const { body } = await manage(server, 'GET', `${RUNS}/${runId}`);
    if (body.state !== 'running') return body;
    await sleep(20);
  }
}
/** Runs a file, and resolves to the run when it has ended. */
async function run(steps: string, as = server) {
  const { status, body } = await start({ text: `title: x\nsteps:\n${steps}\n` }, as);
  equal(status, 201, JSON.stringify(body));
  return ended(body.runId);
}
const withRole = async (role: string) => {
  const { body } = await manage(server, 'POST', '/api-tokens', { name: role, role });
  return { ...server, adminToken: body.token as string };
};

const { items } = (await manage(server, 'GET', '/sandbox/scenarios')).body;

test('each shipped scenario is listed with title and steps in both languages, and its file', () => {
  ok(items.length >= 12);
  for (const { title, steps, text } of items) {
    ok(text.startsWith('title:'));
    for (const words of [title, ...steps.map((step: { what: object }) => step.what)]) {
      ok(/\p{Script=Han}/u.test(words.zh), words.zh);
      ok(!/\p{Script=Han}/u.test(words.en), words.en);
    }
  }
  const hundred = items.find(({ name }: { name: string }) => name === 'suning-hundred-minutes');
  equal(hundred.advanceSeconds, 96 * 60);
});

for (const { name, steps } of items) {
  test(`${name} passes on a sandbox that was made anew`, async () => {
    const { status, body } = await start({ name, reset: true });
    equal(status, 201);
    deepEqual([body.name, body.state, body.steps.length], [name, 'running', steps.length]);
    const run = await ended(body.runId);
    equal(run.state, 'passed', JSON.stringify(run, null, 2));
    for (const step of run.steps) equal(step.state, 'passed');
  });
}

test('a step that fails says why in both languages; its call leads to the request log, its order to the order', async () => {
  await manage(server, 'POST', '/sandbox/reset', {});
  const failed = await run(`  - call: HastenOrder
    platform: jintong
    as: jane88
    with: { OrderID: '15112480268', UserName: jane88 }
  - order: jintong/15112480268
    expect: { state: C }
  - advance: 1 s`);
  equal(failed.state, 'failed');
  deepEqual(
    failed.steps.map(({ state }: { state: string }) => state),
    ['passed', 'failed', 'left'],
  );
  const [call, order] = failed.steps;
  deepEqual(order.result, { zh: 'state 是 "D"，应为 "C"', en: 'state is "D", and has to be "C"' });
  deepEqual(order.orders, [{ platform: 'jintong', orderId: '15112480268' }]);
  const logged = (await manage(server, 'GET', `/requests/${call.requestId}`)).body;
  deepEqual([logged.method, logged.orderId], ['HastenOrder', '15112480268']);
  const missing = await run('  - order: jintong/404\n    expect: {}');
  match(missing.steps[0].result.zh, /^没有这个订单。（.*404/);
});

test('callbacks reach the run’s own receiver alone, and its endpoint ends with the run', async () => {
  await manage(server, 'POST', '/sandbox/reset', {});
  const { body } = await start({ name: 'callback-receiver-fails' });
  equal((await ended(body.runId)).state, 'passed');
  const { items: left } = (await manage(server, 'GET', '/callbacks/endpoints')).body;
  deepEqual(left, []);
  const { items: tries } = (await manage(server, 'GET', '/audit?limit=50')).body;
  const made = tries.find(({ action }: { action: string }) => action === 'createCallbackEndpoint');
  const again = await manage(server, 'POST', '/callbacks/endpoints', made.asked);
  equal(again.status, 400, JSON.stringify(again.body));
  match(again.body.error.message, /127\.0\.0\.1 is not a public address/);
});

test('an operator runs a scenario that listens; the audit names them; a viewer may only look', async () => {
  const [operator, viewer] = await Promise.all([withRole('operator'), withRole('viewer')]);
  await manage(server, 'POST', '/sandbox/reset', {});
  const { body } = await start({ name: 'jintong-hasten-ten-minutes' }, operator);
  deepEqual([(await ended(body.runId)).state, body.by], ['passed', 'operator']);
  const { items: entries } = (await manage(server, 'GET', '/audit?limit=5')).body;
  ok(entries.every(({ actor }: { actor: string }) => actor === 'operator'));
  const refused = await start({ name: 'jintong-hasten-ten-minutes', reset: true }, operator);
  deepEqual([refused.status, refused.body.error.field], [403, 'reset']);
  equal((await start({ name: 'jintong-hasten-ten-minutes' }, viewer)).status, 403);
  equal((await manage(viewer, 'GET', RUNS)).status, 200);
});

const WAITS = `  - call: HastenOrder
    platform: jintong
    as: jane88
    force: latency=30000
    with: { OrderID: '15112480268', UserName: jane88 }
  - advance: 1 s`;

test('one run is under way at a time; it can be stopped within a call', async () => {
  const { body } = await start({ text: `title: x\nsteps:\n${WAITS}\n` });
  const second = await start({ name: 'jintong-hasten-ten-minutes' });
  deepEqual([second.status, second.body.error.code], [409, 'scenario-runs']);
  ok(second.body.error.message.includes(body.runId));
  while ((await manage(server, 'GET', `${RUNS}/${body.runId}`)).body.steps[0].state === 'waiting') {
    await sleep(10);
  }
  await manage(server, 'POST', `${RUNS}/${body.runId}/stop`, {});
  const stopped = await ended(body.runId);
  deepEqual(
    [stopped.state, ...stopped.steps.map(({ state }: { state: string }) => state)],
    ['stopped', 'left', 'left'],
  );
  equal((await run('  - advance: 1 s')).state, 'passed');
});

test('an expression that never ends holds up its own thread alone, and the run can be stopped', async () => {
  const { body } = await start({
    text: "title: x\nsteps:\n  - order: jintong/15112480268\n    expect: { createdAt: '/^((.+)+)+!$/' }\n",
  });
  const at = `${RUNS}/${body.runId}`;
  while ((await manage(server, 'GET', at)).body.steps[0].state === 'waiting') await sleep(10);
  await sleep(500); // Longer than the order takes to come.
  await manage(server, 'POST', `${at}/stop`, {});
  equal((await manage(server, 'GET', at)).body.state, 'running');
  equal((await ended(body.runId)).state, 'stopped');
  equal((await run('  - advance: 0 s')).state, 'passed');
});

test('a file is bounded, and the last ten runs are kept', async () => {
  const long = await start({ text: `title: x\nsteps: [{ advance: 1 s }]\n#${'x'.repeat(65_536)}` });
  deepEqual([long.status, long.body.error.field], [400, 'text']);
  const made: string[] = [];
  for (let i = 0; i < 11; i++) made.push((await run('  - advance: 0 s')).runId);
  const { items: kept } = (await manage(server, 'GET', RUNS)).body;
  deepEqual(
    kept.map(({ runId }: { runId: string }) => runId),
    made.toReversed().slice(0, 10),
  );
  equal((await manage(server, 'GET', `${RUNS}/${made[0]}`)).status, 404);
});

test('production has no scenarios', async () => {
  const production = await startTestServer({
    config: { environment: 'production', masterKey: '07'.repeat(32), adminToken: 'x'.repeat(32) },
  });
  equal((await manage(production, 'GET', '/sandbox/scenarios')).status, 404);
});
