// `ordergate listen` in real processes: what happens while nobody listens arrives, signed, an order's
// changes in their order, whatever kills the listener.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { verifyCallback } from '../src/client/webhooks.ts';
import { MINUTE } from '../src/core/clock.ts';
import type { Ordergate } from '../src/main.ts';
import { addOrders, change } from './callback-server.ts';
import {
  isExplained,
  nothingWasBetrayed,
  run,
  type start,
  start as startCli,
} from './cli-process.ts';
import { call, form, hasten } from './jintong.ts';
import { databaseOf, skip as noPostgres } from './postgres.ts';
import { ALLOW_LOCAL, type Receiver, startReceiver, status } from './receiver.ts';
import { manage, startTestServer, TestClock, temporaryDirectory } from './support.ts';

type Process = ReturnType<typeof start>;
interface Line {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** Lines of a process, as they come. */
function linesOf({ child, ended }: Process): {
  readonly lines: Line[];
  until(done: () => boolean): Promise<void>;
} {
  const lines: Line[] = [];
  let rest = '';
  child.stdout!.on('data', (text: string) => {
    const all = (rest + text).split('\n');
    rest = all.pop()!;
    lines.push(...all.map((line) => JSON.parse(line) as Line));
  });
  return {
    lines,
    async until(done) {
      while (!done()) {
        const hasEnded = ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
        await Promise.race([once(child.stdout!, 'data'), hasEnded]);
      }
    },
  };
}

const OWNER = { platform: 'jintong', party: 'jane88' };

function listen(server: Ordergate, name: string, ...more: string[]): Process {
  return startCli(
    [
      'listen',
      '--platform',
      OWNER.platform,
      '--party',
      OWNER.party,
      '--name',
      name,
      '--url',
      server.url,
      '--json',
      ...more,
    ],
    { ORDERGATE_ADMIN_TOKEN: server.adminToken },
  );
}

const ENGINES: readonly (readonly [name: string, skip: string | false])[] = [
  ['SQLite', false],
  ['PostgreSQL', noPostgres],
];

async function startOn(engine: string) {
  const dataDirectory = temporaryDirectory();
  const clock = new TestClock();
  const database =
    engine === 'SQLite'
      ? { databaseUrl: undefined }
      : {
          databaseUrl: await databaseOf(dataDirectory),
          masterKey: '07'.repeat(32),
          adminToken: 'the-admin-token-of-tests',
        };
  const config = { dataDirectory, callbackAllow: ALLOW_LOCAL, ...database };
  return { clock, server: await startTestServer({ clock, config }) };
}

/** By order, the versions in the order of their first arrival. */
function firstArrivals({ received }: Receiver): Map<string, number[]> {
  const orders = new Map<string, number[]>();
  for (const { json } of received) {
    const { orderId, version } = json.data;
    const versions = orders.get(orderId) ?? [];
    if (!versions.includes(version)) versions.push(version);
    orders.set(orderId, versions);
  }
  return orders;
}

for (const [engine, skip] of ENGINES) {
  describe(`on ${engine}`, { skip }, () => {
    test('a listener that is killed 20 times during 2,000 callbacks and a replay loses none', async () => {
      const [orders, versions, kills] = [100, 20, 20];
      const { clock, server } = await startOn(engine);
      const real = await startReceiver();
      const endpoint = { ...OWNER, url: real.url };
      equal((await manage(server, 'POST', '/callbacks/endpoints', endpoint)).status, 201);
      const receiver = await startReceiver((response, one) => {
        // Each hundredth is refused, and comes again.
        if (receiver.received.length % 100 === 99) status(500)(response, one, response.socket!);
        else setTimeout(() => response.end('ok'), 2);
      });
      const again = () => listen(server, 'laptop', '--forward-to', receiver.url);
      const first = again();
      const firstLines = linesOf(first);
      await firstLines.until(() => firstLines.lines.length > 0); // Its cursor is made.

      const produced = (async () => {
        await addOrders(server, orders, 'L');
        for (let i = 1; i < versions; i++) {
          clock.advance(10 * MINUTE);
          const ids = Array.from({ length: orders }, (_, n) => `L${n}`);
          const codes = await Promise.all(
            ids.map(async (id) => (await call(server, form(hasten(id)))).code),
          );
          deepEqual([...new Set(codes)], ['CallSuccess']);
        }
        await real.until(orders * versions);
        const pending = '/callbacks/deliveries?state=pending&limit=1';
        while ((await manage(server, 'GET', pending)).body.items.length > 0) await pause(50);
        // Half of the kills fall into the time after everything was sent again.
        const replay = { ...OWNER, from: '2000-01-01', to: '2099-01-01', state: 'delivered' };
        const { body } = await manage(server, 'POST', '/callbacks/replay', replay);
        equal(body.replayed, orders * versions);
      })();
      let current = first;
      for (let kill = 0; kill < kills; kill++) {
        const until = receiver.received.length + 40 + ((kill * 37) % 60);
        const isEnough = () => receiver.received.length >= until;
        for (let waited = 0; !isEnough() && waited < 100; waited++) await pause(50);
        current.child.kill('SIGKILL');
        await current.ended;
        current = again();
      }
      await produced;
      const expected = Array.from({ length: versions }, (_, i) => i + 1);
      // Quiet for three seconds: what was refused comes again after one.
      for (let seen = -1; seen !== receiver.received.length; ) {
        seen = receiver.received.length;
        await pause(3000);
      }
      current.child.kill('SIGTERM');
      const { code, stderr } = await current.ended;
      equal(code, 0, stderr);

      const arrived = firstArrivals(receiver);
      equal(arrived.size, orders);
      for (const [order, found] of arrived) deepEqual(found, expected, order);
      const byMessage = Map.groupBy(
        receiver.received,
        ({ json: { data } }) => `${data.orderId} ${data.version}`,
      );
      for (const posts of byMessage.values()) {
        equal(
          new Set(posts.map(({ headers }) => headers['webhook-id'])).size,
          1,
          'one id a change',
        );
        ok(posts.length >= 2, 'the replay came, too');
      }
      const { body } = await manage(server, 'GET', '/callbacks/listeners');
      const rest = await manage(server, 'POST', '/callbacks/listeners', {
        ...OWNER,
        name: 'laptop',
      });
      deepEqual([body.items.length, rest.body.waiting], [1, 0], 'everything is acknowledged');
    });

    test('what happened while it slept comes first, with how many; --since brings it again', async () => {
      const { clock, server } = await startOn(engine);
      const receiver = await startReceiver();
      const to = ['--forward-to', receiver.url];
      const one = listen(server, 'lili', ...to);
      const lines = linesOf(one);
      await lines.until(() => lines.lines.length > 0);
      one.child.kill('SIGTERM');
      const ended = await one.ended;
      equal(ended.code, 0, ended.stderr);
      const [ready] = ended.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      deepEqual([ready.type, ready.waiting], ['ready', 0]);
      match(ready.secret, /^whsec_/);

      await change(server, clock, 3);
      const two = listen(server, 'lili', ...to);
      const out = linesOf(two);
      await out.until(() => out.lines.length >= 4);
      deepEqual([out.lines[0]!.type, out.lines[0]!.waiting], ['ready', 3]);
      deepEqual(
        out.lines.slice(1).map(({ version }) => version),
        [2, 3, 4],
      );
      for (const { body, headers } of receiver.received) {
        const { id } = verifyCallback(body, headers as Record<string, string>, ready.secret);
        equal(id, headers['webhook-id']);
      }
      // The name opens again elsewhere: this one ends.
      const three = listen(server, 'lili', ...to, '--since', '25m');
      const again = linesOf(three);
      await again.until(() => again.lines.length >= 4);
      deepEqual([again.lines[0]!.waiting], [3]);
      deepEqual(
        again.lines.slice(1).map(({ version }) => version),
        [2, 3, 4],
      );
      const taken = await two.ended;
      equal(taken.code, 1);
      match(JSON.parse(taken.stderr).error.message, /opened the listener "lili" again/);
      three.child.kill('SIGINT');
      equal((await three.ended).code, 0);
    });
  });
}

test('an action has a URL of its own; what has none is passed over; a receiver that is down is tried again', async () => {
  const { clock, server } = await startOn('SQLite');
  const receiver = await startReceiver(status(500));
  const one = listen(server, 'a', '--forward-to', `hastened=${receiver.url}`);
  const out = linesOf(one);
  await out.until(() => out.lines.length >= 1);
  await addOrders(server, 1, 'N');
  await change(server, clock, 1, 'N0');
  await out.until(() => out.lines.length >= 3);
  const [, created, failed] = out.lines;
  deepEqual([created!.url, created!.status, created!.problem], [null, null, null]);
  deepEqual([failed!.status, failed!.problem], [500, 'status 500']);
  receiver.answer = (response) => void response.end('thanks');
  await out.until(() => out.lines.at(-1)!.problem === null && out.lines.length >= 4);
  deepEqual([out.lines.at(-1)!.status, out.lines.at(-1)!.answer], [200, 'thanks']);
  equal(receiver.received[0]!.path, new URL(receiver.url).pathname);
  one.child.kill('SIGTERM');
  equal((await one.ended).code, 0);
});

test('it signs as an endpoint; its own form is the platform’s', async () => {
  const { clock, server } = await startOn('SQLite');
  const receiver = await startReceiver();
  const made = await manage(server, 'POST', '/callbacks/endpoints', {
    ...OWNER,
    url: receiver.url,
  });
  const { endpointId, secret } = made.body;
  const hook = await startReceiver();
  const one = listen(server, 'as-endpoint', '--endpoint', endpointId, '--forward-to', hook.url);
  const out = linesOf(one);
  await out.until(() => out.lines.length >= 1);
  equal(out.lines[0]!.secret, null, 'the secret of an endpoint is shown once, when it is made');
  await change(server, clock, 1);
  await Promise.all([hook.until(1), receiver.until(1)]);
  const [pulled, posted] = [hook.received[0]!, receiver.received[0]!];
  equal(pulled.body, posted.body);
  const { id } = verifyCallback(pulled.body, pulled.headers as Record<string, string>, secret);
  equal(id, pulled.headers['webhook-id']);
  deepEqual(
    Object.keys(pulled.headers)
      .filter((name) => name.startsWith('webhook-'))
      .sort(),
    ['webhook-id', 'webhook-signature', 'webhook-timestamp'],
  );
  equal(pulled.headers['content-type'], posted.headers['content-type']);
  one.child.kill('SIGTERM');
  await one.ended;
});

test('a mistake is explained', async () => {
  isExplained(await run(['listen']), /usage: ordergate listen --platform P/, 2);
  const whole = ['listen', '--platform', 'jintong', '--party', 'jane88', '--name', 'x'];
  isExplained(
    await run([...whole, '--forward-to', 'localhost']),
    /--forward-to is "localhost"; it has to be a URL/,
    2,
  );
  const forward = ['--forward-to', 'http://127.0.0.1:3000'];
  isExplained(await run([...whole, ...forward, '--since', '2 hours']), /--since is "2 hours"/, 2);
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 30, secrets: 2 }));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
