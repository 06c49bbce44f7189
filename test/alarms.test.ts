// Alarms: each fired by what it watches, sent to receivers that answer 200 with an error inside, then taken.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyCallback } from '../src/client/webhooks.ts';
import { HOUR, MINUTE, SECOND } from '../src/core/clock.ts';
import { change, ORDER, startCallbackServer } from './callback-server.ts';
import { call, document, form } from './jintong.ts';
import { databaseOf, skip as noPostgres } from './postgres.ts';
import { ALLOW_LOCAL, type Answer, startReceiver, status } from './receiver.ts';
import { manage, onPostgres, startTestServer, TestClock, temporaryDirectory } from './support.ts';

const says =
  (body: object): Answer =>
  (response) =>
    response.end(JSON.stringify(body));

/** A server whose alarms are evaluated when a test says so. */
async function start() {
  const { server, clock, register, drain } = await startCallbackServer();
  const post = async (path: string, body: object, wanted = 201) => {
    const answer = await manage(server, 'POST', path, body);
    equal(answer.status, wanted, JSON.stringify(answer.body));
    return answer.body;
  };
  const listed = async () => (await manage(server, 'GET', '/alarms')).body.items;
  const run = () => server.alarms.run();
  const channel = async (url: string, type = 'webhook', secret?: string) =>
    post('/alarm-channels', { name: `to ${type}`, type, url, ...(secret && { secret }) });
  const rule = async (fields: object) =>
    post('/alarm-rules', { name: '值班', threshold: 1, ...fields });
  return { server, clock, register, drain, post, listed, run, channel, rule };
}

const refuse = async (server: Parameters<typeof call>[0]): Promise<void> => {
  const wrong = document('jane88', 'HastenOrder', {
    param: { OrderID: ORDER, UserName: 'jane88' },
    key: 'not the key of anybody',
  });
  equal((await call(server, form(wrong))).code, 'SignFail');
};

const VENDORS = {
  wecom: {
    refuses: { errcode: 93000, errmsg: 'invalid webhook url' },
    takes: { errcode: 0, errmsg: 'ok' },
  },
  dingtalk: {
    refuses: { errcode: 310000, errmsg: 'sign not match' },
    takes: { errcode: 0, errmsg: 'ok' },
  },
  feishu: {
    refuses: { code: 19021, msg: 'sign match fail' },
    takes: { code: 0, msg: 'success', data: {} },
  },
} as const;

for (const [type, { refuses, takes }] of Object.entries(VENDORS)) {
  test(`${type}: an answer of 200 with an error inside is not delivered and repeated, one with none is`, async () => {
    const { server, clock, listed, run, channel, rule } = await start();
    const receiver = await startReceiver(says(refuses));
    const secret = type === 'wecom' ? undefined : 'SECdf0a0c';
    const { channelId, hasSecret } = await channel(`${receiver.url}?access_token=k1`, type, secret);
    equal(hasSecret, secret !== undefined);
    await rule({
      watches: 'refusals',
      threshold: 2,
      platform: 'jintong',
      party: 'jane88',
      channels: [channelId],
    });
    await refuse(server);
    await run();
    deepEqual(await listed(), [], 'one refusal is under the threshold');
    await refuse(server);
    await run();
    await run();
    equal(receiver.received.length, 1, 'it waits before it repeats');
    const [alarm] = await listed();
    deepEqual([alarm.value, alarm.waiting], [2, 1]);
    const code = Object.values(refuses)[0];
    match(alarm.timeline.at(-1).detail, new RegExp(`^to ${type}: .* answers ${code}: `));
    receiver.answer = says(takes);
    clock.advance(10 * SECOND);
    await run();
    const [sent] = await listed();
    equal(sent.waiting, 0);
    deepEqual(
      sent.timeline.map(({ what }: { what: string }) => what),
      ['fired', 'not-sent', 'sent'],
    );
    const { json, path, headers } = receiver.received.at(-1)!;
    const content = type === 'feishu' ? json.content.text : json.text.content;
    match(
      content,
      /^【Ordergate 告警】值班\n十分钟内被拒绝的调用：2 次，阈值 2 次（jintong\/jane88）\n/,
    );
    const query = new URL(path, 'http://x').searchParams;
    if (type === 'dingtalk') {
      const text = `${query.get('timestamp')}\n${secret}`;
      equal(query.get('sign'), createHmac('sha256', secret!).update(text).digest('base64'));
      match(query.get('timestamp')!, /^\d{13}$/);
    }
    if (type === 'feishu') {
      match(json.timestamp, /^\d{10}$/);
      equal(
        json.sign,
        createHmac('sha256', `${json.timestamp}\n${secret}`).update('').digest('base64'),
      );
    }
    equal(query.get('access_token'), 'k1');
    equal(headers['webhook-signature'], undefined);
    // It ends by itself, and is said to have ended.
    clock.advance(11 * MINUTE);
    await run();
    equal(receiver.received.length, 3);
    match(JSON.stringify(receiver.received[2]!.json), /【Ordergate 恢复】/);
    const [ended] = await listed();
    ok(ended.endedAt !== null);
    deepEqual(ended.timeline.map(({ what }: { what: string }) => what).slice(3), ['ended', 'sent']);
  });
}

test('a webhook is signed as callbacks are, with a secret that is shown once', async () => {
  const { clock, run, channel, rule, server } = await start();
  const receiver = await startReceiver(status(503));
  const { channelId, secret } = await channel(receiver.url);
  match(secret, /^whsec_/);
  await rule({ watches: 'refusals', channels: [channelId] });
  await refuse(server);
  await run();
  receiver.answer = status(204);
  clock.advance(10 * SECOND);
  await run();
  deepEqual(
    receiver.received.map(({ headers, body }) => verifyCallback(body, headers, secret).event.type),
    ['alarm.fired', 'alarm.fired'],
  );
  const [first, second] = receiver.received;
  equal(first!.headers['webhook-id'], second!.headers['webhook-id']);
  const { body } = await manage(server, 'GET', '/alarm-channels');
  ok(!JSON.stringify(body).includes(secret.slice(6)) && !JSON.stringify(body).includes('/hook'));
});

test('the audit names a new channel, and has neither its address nor its secret', async () => {
  const { server, channel } = await start();
  const receiver = await startReceiver();
  const { channelId } = await channel(`${receiver.url}/hook/SECRET-PATH`, 'feishu', 'SIGN-KEY');
  const { items } = (await manage(server, 'GET', '/audit?action=createAlarmChannel')).body;
  equal(items.length, 1);
  equal(items[0].target, channelId);
  deepEqual(
    [items[0].asked.url, items[0].asked.secret, items[0].asked.type],
    ['***', '***', 'feishu'],
  );
  ok(!JSON.stringify(items).includes('SECRET-PATH'));
});

test('callbacks that are dead, and that wait', async () => {
  const { server, clock, register, drain, listed, run, rule } = await start();
  await rule({ name: 'dead', watches: 'dead-callbacks', platform: 'jintong', party: 'jane88' });
  await rule({ name: 'waits', watches: 'waiting-callbacks', threshold: 5 });
  const receiver = await startReceiver(status(500));
  await register(receiver.url);
  await change(server, clock);
  await drain();
  await run();
  deepEqual(await listed(), []);
  clock.advance(6 * MINUTE);
  await run();
  deepEqual(
    (await listed()).map(({ name, value }: { name: string; value: number }) => [name, value]),
    [['waits', 6]],
  );
  await manage(server, 'POST', '/callbacks/deliveries/1/give-up', {});
  clock.advance(SECOND);
  await run();
  const [dead, waits] = await listed();
  deepEqual([dead.name, dead.value, dead.endedAt], ['dead', 1, null]);
  ok(waits.endedAt !== null, 'nothing waits any more');
});

test('orders near their limit, the disk, and the clock', async () => {
  const { clock, listed, run, rule, server } = await start();
  await rule({ name: 'due', watches: 'due-orders', platform: 'suning' });
  const { dueSoon } = (await manage(server, 'GET', '/overview')).body;
  await run();
  deepEqual([dueSoon.count > 0, (await listed())[0].value], [true, dueSoon.count]);
  const disk = await rule({ name: 'disk', watches: 'disk', threshold: 100 });
  await rule({ name: 'clock', watches: 'clock', threshold: 30 });
  clock.advance(60 * MINUTE);
  const names = async () => new Set((await listed()).map(({ name }: { name: string }) => name));
  for (let found = await names(); found.size < 3; found = await names()) {
    await run();
    await sleep(50); // The clock is looked at once a second.
  }
  const alarms = await listed();
  const of = (name: string) => alarms.find((one: { name: string }) => one.name === name);
  ok(of('disk').value > 0 && of('disk').value <= 100);
  ok(of('clock').value >= 3590 && of('clock').value <= 3600, String(of('clock').value));
  // A rule that is switched off ends its alarm.
  equal(
    (await manage(server, 'PATCH', `/alarm-rules/${disk.ruleId}`, { enabled: false })).status,
    200,
  );
  await run();
  ok((await listed()).find(({ name }: { name: string }) => name === 'disk').endedAt !== null);
});

test('a standby that is gone; SQLite has none to watch', { skip: noPostgres }, async () => {
  const { server } = await start();
  if (!onPostgres) {
    const refused = await manage(server, 'POST', '/alarm-rules', {
      name: 'x',
      watches: 'standby',
      threshold: 1,
    });
    deepEqual([refused.status, refused.body.error.field], [400, 'watches']);
  }
  const dataDirectory = temporaryDirectory();
  const databaseUrl = await databaseOf(dataDirectory);
  const secrets = { masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' };
  const own = await startTestServer({
    config: { dataDirectory, databaseUrl, ...secrets },
    callbacks: { isLive: false },
  });
  const made = await manage(own, 'POST', '/alarm-rules', {
    name: '备库',
    watches: 'standby',
    threshold: 1,
  });
  equal(made.status, 201, JSON.stringify(made.body));
  await own.alarms.run();
  const { body } = await manage(own, 'GET', '/alarms');
  deepEqual([body.items[0].name, body.items[0].value], ['备库', 0]);
});

test('quiet hours hold a message back until they end', async () => {
  const { server, clock, listed, run, channel, rule } = await start();
  const receiver = await startReceiver(status(200));
  const { channelId } = await channel(receiver.url);
  // The clock of the test stands at 11:04 in Shanghai.
  await rule({ watches: 'refusals', channels: [channelId], quiet: { from: '11:00', to: '11:10' } });
  await refuse(server);
  await run();
  await run();
  equal(receiver.received.length, 0);
  const [held] = await listed();
  deepEqual(
    held.timeline.map(({ what }: { what: string }) => what),
    ['fired', 'quiet'],
  );
  equal(held.timeline[1].detail, '2026-01-02T03:10:00.000Z');
  clock.advance(6 * MINUTE);
  await run();
  equal(receiver.received.length, 1);
});

test('an alarm that was acknowledged is not repeated, and names who saw it; the audit, too', async () => {
  const { server, clock, listed, run, channel, rule } = await start();
  const receiver = await startReceiver(status(500));
  const { channelId } = await channel(receiver.url);
  await rule({ watches: 'refusals', channels: [channelId] });
  await refuse(server);
  await run();
  const [{ alarmId }] = await listed();
  const seen = await manage(server, 'POST', `/alarms/${alarmId}/acknowledge`);
  deepEqual([seen.status, seen.body.acknowledgedBy, seen.body.waiting], [200, 'admin', 0]);
  clock.advance(HOUR / 2);
  await refuse(server);
  await run();
  equal(receiver.received.length, 1);
  const { body } = await manage(server, 'GET', '/audit?action=acknowledgeAlarm');
  equal(body.items.length, 1);
});

test('the test button posts at once and shows what was answered; the guard refuses addresses inside', async () => {
  const { server, post, channel } = await start();
  const receiver = await startReceiver(says(VENDORS.dingtalk.refuses));
  const { channelId } = await channel(receiver.url, 'dingtalk');
  const tried = await post(`/alarm-channels/${channelId}/test`, {}, 200);
  deepEqual([tried.status, tried.error], [200, '钉钉 answers 310000: sign not match']);
  match(tried.answer, /"errcode":310000/);
  match(receiver.received[0]!.json.text.content, /^【Ordergate 测试】/);
  receiver.answer = says({});
  match((await post(`/alarm-channels/${channelId}/test`, {}, 200)).error, /answers without a code/);
  receiver.answer = status(200, {}, 'ok');
  match((await post(`/alarm-channels/${channelId}/test`, {}, 200)).error, /answers no JSON: ok/);
  receiver.answer = says(VENDORS.dingtalk.takes);
  equal((await post(`/alarm-channels/${channelId}/test`, {}, 200)).error, null);
  const inside = await manage(server, 'POST', '/alarm-channels', {
    ...{ name: 'x', type: 'webhook', url: 'http://169.254.169.254/' },
  });
  deepEqual(
    [inside.status, inside.body.error.code, inside.body.error.field],
    [400, 'bad-alarm', 'url'],
  );
});

test('what is wrong with a rule or a channel is said with its field', async () => {
  const { server, channel, rule } = await start();
  const wrong: readonly (readonly [string, object, string])[] = [
    ['/alarm-rules', { watches: 'refusals', platform: 'nobody' }, 'platform'],
    ['/alarm-rules', { watches: 'disk', platform: 'jintong' }, 'platform'],
    ['/alarm-rules', { watches: 'refusals', platform: 'jintong', party: 'nobody' }, 'party'],
    ['/alarm-rules', { watches: 'refusals', party: 'jane88' }, 'party'],
    ['/alarm-rules', { watches: 'refusals', channels: ['channel_0'] }, 'channels'],
    ['/alarm-rules', { watches: 'disk', threshold: 101 }, 'threshold'],
    ['/alarm-rules', { watches: 'refusals', quiet: { from: '25:00', to: '01:00' } }, 'quiet.from'],
    [
      '/alarm-channels',
      { type: 'wecom', url: 'https://qyapi.weixin.qq.com/', secret: 'x' },
      'secret',
    ],
    [
      '/alarm-channels',
      { type: 'webhook', url: 'https://shop.example/', secret: 'short' },
      'secret',
    ],
    ['/alarm-channels', { type: 'webhook', url: 'ftp://shop.example/' }, 'url'],
  ];
  for (const [path, fields, field] of wrong) {
    const threshold = path === '/alarm-rules' ? { threshold: 1 } : {};
    const { status: code, body } = await manage(server, 'POST', path, {
      name: 'x',
      ...threshold,
      ...fields,
    });
    deepEqual([code, body.error.field], [400, field], JSON.stringify(body));
  }
  const { channelId } = await channel('https://shop.example/');
  await rule({ watches: 'disk', channels: [channelId] });
  const used = await manage(server, 'DELETE', `/alarm-channels/${channelId}`);
  deepEqual([used.status, used.body.error.code], [409, 'alarm-channel-in-use']);
  equal(
    (await manage(server, 'POST', '/alarm-channels/channel_0/test')).body.error.code,
    'unknown-alarm-channel',
  );
  equal(
    (await manage(server, 'POST', '/alarms/alarm_0/acknowledge')).body.error.code,
    'unknown-alarm',
  );
  equal(
    (await manage(server, 'PATCH', '/alarm-rules/rule_0', {})).body.error.code,
    'unknown-alarm-rule',
  );
});

test('two nodes on one database send each message once, and one that is stopped gives way', {
  skip: noPostgres,
}, async () => {
  const dataDirectory = temporaryDirectory();
  const databaseUrl = await databaseOf(dataDirectory);
  const clock = new TestClock(Date.now());
  const secrets = { masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' };
  const node = () =>
    startTestServer({
      clock,
      config: { dataDirectory, databaseUrl, ...secrets, callbackAllow: ALLOW_LOCAL },
      callbacks: { isLive: false },
    });
  const [first, second] = [await node(), await node()];
  const receiver = await startReceiver(status(200));
  const made = await manage(first, 'POST', '/alarm-channels', {
    name: 'x',
    type: 'webhook',
    url: receiver.url,
  });
  const channels = [made.body.channelId];
  await manage(first, 'POST', '/alarm-rules', {
    name: 'disk',
    watches: 'disk',
    threshold: 100,
    channels,
  });
  await Promise.all([
    first.alarms.run(),
    second.alarms.run(),
    first.alarms.run(),
    second.alarms.run(),
  ]);
  equal(receiver.received.length, 1);
  equal((await manage(second, 'GET', '/alarms')).body.items.length, 1);
  await first.close();
  const { body } = await manage(second, 'GET', '/alarm-rules');
  await manage(second, 'DELETE', `/alarm-rules/${body.items[0].ruleId}`);
  await second.alarms.run();
  equal(receiver.received.length, 2, 'the second says that it ended');
});
