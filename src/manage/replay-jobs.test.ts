// Replays of many: counted first, followed while they run, stopped; and the health of an endpoint, and who is let in.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import { manage, startTestServer } from '../../test/support.ts';

const receiver = await startReceiver();
const server = await startTestServer({ config: { callbackAllow: ALLOW_LOCAL } });
const APP = 'ff8080813fc70a7b013fc72312324213';
const { endpointId } = (
  await manage(server, 'POST', '/callbacks/endpoints', {
    platform: 'ytx',
    party: APP,
    url: receiver.url,
  })
).body;
for (const [id, to] of [
  ['2016010000000221', '-1'],
  ['2016010000000221', '-2'],
  ['2016010000000219', '-2'],
]) {
  await manage(server, 'POST', `/orders/ytx/${id}/transitions`, { to });
}
await server.callbacks.drain();

const start = async (body: object) =>
  (await manage(server, 'POST', '/callbacks/replay-jobs', body)).body;

async function ended(jobId: string) {
  for (;;) {
    const { body } = await manage(server, 'GET', `/callbacks/replay-jobs/${jobId}`);
    if (body.state !== 'running') return body;
    await sleep(5);
  }
}

test('a dry run counts the callbacks, and sends nothing', async () => {
  equal(receiver.received.length, 3);
  const counted = await start({ endpointId, dryRun: true });
  deepEqual([counted.state, counted.total, counted.replayed], ['counted', 3, 0]);
  await server.callbacks.drain();
  equal(receiver.received.length, 3);
  equal((await start({ endpointId, state: 'dead', dryRun: true })).total, 0);
});

test('a job sends all matching callbacks again, those of each order in the order of its changes', async () => {
  const job = await ended((await start({ endpointId })).jobId);
  deepEqual([job.state, job.total, job.replayed, job.skipped], ['done', 3, 3, 0]);
  await server.callbacks.drain();
  const again = receiver.received.slice(3);
  equal(again.length, 3);
  const versions = again
    .filter(({ json }) => json.data?.orderId === '2016010000000221')
    .map(({ json }) => json.data.version);
  deepEqual(versions, versions.toSorted());
  const { items } = (await manage(server, 'GET', '/callbacks/replay-jobs')).body;
  equal(items[0].jobId, job.jobId);
});

test('a selection is sent again; a callback that is already due again is skipped', async () => {
  const { items } = (await manage(server, 'GET', `/callbacks/deliveries?endpointId=${endpointId}`))
    .body;
  const { deliveryId } = items[0];
  const job = await ended((await start({ deliveryIds: [deliveryId, 999_999] })).jobId);
  deepEqual([job.replayed, job.skipped], [1, 1]);
  await server.callbacks.drain();
});

test('a stopped job says that it was stopped, and a finished job stays finished', async () => {
  const { jobId } = await start({ deliveryIds: Array.from({ length: 1000 }, (_, i) => i + 1000) });
  const stopped = (await manage(server, 'POST', `/callbacks/replay-jobs/${jobId}/stop`, {})).body;
  equal(stopped.state, 'stopped');
  ok(stopped.skipped < 1000, 'it had not come to its end');
  equal((await ended(jobId)).state, 'stopped');
});

test('an endpoint’s health counts the attempts of the last day by hour', async () => {
  const { body } = await manage(server, 'GET', `/callbacks/endpoints/${endpointId}/health`);
  equal(body.hours.length, 24);
  const sum = body.hours.reduce(
    (all: number, one: { succeeded: number }) => all + one.succeeded,
    0,
  );
  equal(sum, receiver.received.length);
  deepEqual([body.delivered, body.pending, body.dead, body.isWhole], [3, 0, 0, true]);
  ok(body.lastSuccessAt !== null);
  equal(body.scheduleSeconds[0], 0);
  ok(body.scheduleSeconds.length > 4);
});

test('would 203.0.113.7 be let in, and as whom: by a list, by none, or not', async () => {
  const ask = async (address: string) => {
    const { items } = (await manage(server, 'GET', `/admissions?address=${address}`)).body;
    const why = (partyId: string, app: string | null = null) =>
      items.find(
        (one: { partyId: string; app: string | null }) =>
          one.partyId === partyId && one.app === app,
      );
    return why;
  };
  const known = await ask('203.0.113.7');
  equal(known('ipbound01').why, 'listed');
  equal(known('jane88').why, 'no-list');
  const account = 'abcdefghijklmnopqrstuvwxyz012345';
  equal(known(account, '3215ad6a7d0247ae8b39728b854fa59c').why, 'not-listed');
  equal(known(account, APP).why, 'no-list');
  const other = await ask('198.51.101.1');
  deepEqual([other('ipbound01').why, other('ipbound01').admitted], ['not-listed', false]);
  equal((await ask('::ffff:198.51.100.9'))('ipbound01').why, 'listed');
});
