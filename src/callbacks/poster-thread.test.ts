// The posting thread: what a poster there tells is what one here tells, and none waits for ever.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ALLOW_LOCAL, messageTo, startReceiver, status } from '../../test/receiver.ts';
import type { AddressList } from '../directory/addresses.ts';
import { Poster } from './deliver.ts';
import { PosterThread } from './poster-thread.ts';
import { newSecret, sign } from './signature.ts';

const here = new Poster({ allowed: ALLOW_LOCAL, timeoutMs: 400 });
const there = new PosterThread({ allowed: ALLOW_LOCAL, timeoutMs: 400 });
after(() => {
  here.close();
  there.close();
});

test('an outcome is that of a poster here: delivered, refused, cut short, not reached, not allowed', async () => {
  const ok = await startReceiver();
  const busy = await startReceiver(status(503, { 'retry-after': '7' }, 'later'));
  const silent = await startReceiver(() => {});
  const urls = [ok.url, busy.url, silent.url, 'http://127.0.0.1:1/', 'http://10.0.0.1/', 'x:'];
  for (const url of urls) {
    const post = messageTo(url, 'ok');
    const [{ durationMicros: a, date: _a, ...one }, { durationMicros: b, date: _b, ...other }] =
      await Promise.all([here.post(post), there.post(post)]);
    assert.deepEqual(other, one);
    assert.ok(a >= 0 && b >= 0);
  }
});

test('hundreds at once: each gets its own outcome, and each is signed', async () => {
  const receiver = await startReceiver((response, { json }) => response.end(String(json.n)));
  const secret = newSecret();
  // No limit that a busy machine could reach: some of the 300 wait for all others.
  const patient = new PosterThread({ allowed: ALLOW_LOCAL, timeoutMs: 60_000 });
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      patient.post({
        ...messageTo(receiver.url),
        messageId: `msg_${n}`,
        body: JSON.stringify({ n }),
        secrets: [{ secret, createdAt: 0, expiresAt: null }],
      }),
    ),
  );
  assert.deepEqual(
    outcomes.map(({ answer }) => answer),
    outcomes.map((_, n) => String(n)),
  );
  for (const { headers, body } of receiver.received) {
    const [id, at] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])];
    assert.equal(headers['webhook-signature'], sign(secret, id, at, body));
  }
  patient.close();
});

test('closed while a receiver is silent: the post is cut off, and told as failed; later ones are refused', async () => {
  const receiver = await startReceiver(() => {});
  const own = new PosterThread({ allowed: ALLOW_LOCAL, timeoutMs: 60_000 });
  const outcome = own.post(messageTo(receiver.url));
  await receiver.until(1);
  own.close();
  const { status: got, error } = await outcome;
  assert.equal(got, null);
  assert.ok(error);
  await assert.rejects(own.post(messageTo(receiver.url)), /have stopped/);
});

test('a thread that fails leaves no post waiting; the next one begins at once, and then behind rests that grow', async () => {
  let now = 0;
  const told: number[] = [];
  const broken = new PosterThread({
    allowed: { entries: ['nonsense'] } as unknown as AddressList,
    onFailure: (_, restMs) => told.push(restMs),
    now: () => now,
  });
  const postThree = async (): Promise<void> => {
    const posts = Array.from({ length: 3 }, () => broken.post(messageTo('http://127.0.0.1:1/')));
    for (const outcome of await Promise.allSettled(posts)) {
      const { reason } = outcome as PromiseRejectedResult;
      assert.match(String(reason), /the posting thread has failed: "nonsense" is neither/);
      assert.equal(reason.code, 'ERR_POSTER_FAILED');
    }
  };
  for (const rest of [0, 1000, 2000, 4000]) {
    await postThree();
    assert.equal(told.at(-1), rest);
    assert.equal(broken.isResting, rest > 0);
    if (rest === 0) continue;
    const before = told.length;
    now += rest - 1;
    await postThree();
    assert.equal(told.length, before, 'no thread was begun, and nothing is told twice');
    now += 1;
    assert.equal(broken.isResting, false);
  }
  for (let i = 0; i < 4; i++) {
    await postThree();
    now += told.at(-1)!;
  }
  assert.deepEqual(told, [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]);
  broken.close();
});

test('a post that cannot be handed over fails, and neither the thread nor the process with it', async () => {
  const receiver = await startReceiver();
  const bad = { ...messageTo(receiver.url), url: (() => {}) as unknown as string };
  await assert.rejects(there.post(bad), /handed to the posting thread: .*could not be cloned/);
  assert.equal((await there.post(messageTo(receiver.url))).status, 200);
});
