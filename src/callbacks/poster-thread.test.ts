// Tests the posting thread: it reports the same outcomes as a poster on this thread, and no post
// waits for ever.
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

test('outcomes equal those of a local poster: delivered, refused, cut short, not reached, not allowed', async () => {
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

test('of hundreds of simultaneous posts each is signed and gets its own outcome', async () => {
  const receiver = await startReceiver((response, { json }) => response.end(String(json.n)));
  const secret = newSecret();
  // A limit that even a busy machine cannot reach, because some of the 300 posts wait for all
  // others.
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

test('closing during a silent receiver aborts the post as failed; later posts are refused', async () => {
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

test('a failed thread leaves no post waiting; the next thread begins at once, later ones after growing rests', async () => {
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

test('a post that cannot be transferred fails without affecting the thread or the process', async () => {
  const receiver = await startReceiver();
  const bad = { ...messageTo(receiver.url), url: (() => {}) as unknown as string };
  await assert.rejects(there.post(bad), /handed to the posting thread: .*could not be cloned/);
  assert.equal((await there.post(messageTo(receiver.url))).status, 200);
});
