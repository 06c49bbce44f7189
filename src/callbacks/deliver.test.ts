// Tests one attempt against many kinds of receivers: what counts as delivered, and what is recorded
// otherwise.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { ALLOW_LOCAL, type Answer, messageTo, startReceiver, status } from '../../test/receiver.ts';
import { Poster } from './deliver.ts';

const poster = new Poster({ allowed: ALLOW_LOCAL, timeoutMs: 3000 });
const hasty = new Poster({ allowed: ALLOW_LOCAL, timeoutMs: 150 });
after(() => {
  poster.close();
  hasty.close();
});

const post = (url: string, expects: 'ok' | 'success' | null = null, by = poster) =>
  by.post(messageTo(url, expects));

async function answered(answer: Answer, expects: 'ok' | 'success' | null = null, by = poster) {
  const receiver = await startReceiver(answer);
  const { durationMicros, date: _, ...outcome } = await post(receiver.url, expects, by);
  assert.ok(durationMicros > 0);
  return outcome;
}

/** A receiver that sends only the bytes that the test writes. */
async function raw(onData: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => onData(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

describe('an acknowledgement', () => {
  for (const code of [200, 201, 202, 204, 299]) {
    test(`status ${code}`, async () => {
      const { error, status: got } = await answered(status(code));
      assert.deepEqual([error, got], [null, code]);
    });
  }

  test('with an expected body, in upper or lower case and with white space around it, but no other body', async () => {
    for (const text of ['ok', 'OK', ' Ok\r\n']) {
      assert.equal((await answered((r) => r.end(text), 'ok')).error, null, text);
    }
    const words = ['"ok"', '"OK"', ' " ok "\r\n', '"\\u006fk"', '\uFEFFok', '\uFEFF"ok"'];
    for (const text of words) {
      assert.equal((await answered((r) => r.end(text), 'ok')).error, null, text);
    }
    const others = ['', 'ok!', '"ok', "'ok'", '"o"k"', '["ok"]', '"\\"ok\\""', '"success"'];
    for (const text of [...others, 'success', '{"code":"ok"}', 'o k']) {
      const { error } = await answered((r) => r.end(text), 'ok');
      assert.equal(error, 'the answer is not "ok"', text);
    }
    assert.equal((await answered((r) => r.end('SUCCESS'), 'success')).error, null);
    assert.equal((await answered(status(500, {}, 'ok'), 'ok')).error, 'status 500');
  });

  test('the message is posted unchanged, only to its URL', async () => {
    const receiver = await startReceiver();
    await post(`${receiver.url}?a=%20b`);
    const [{ method, path, body, headers } = assert.fail()] = receiver.received;
    assert.deepEqual([method, path, body], ['POST', '/hook?a=%20b', '{}']);
    assert.equal(headers['content-length'], '2');
    assert.equal(headers['accept-encoding'], 'identity');
  });
});

describe('a failure', () => {
  for (const code of [400, 401, 404, 410, 429, 500, 503, 599]) {
    test(`status ${code}, with what was answered`, async () => {
      const outcome = await answered(status(code, { 'retry-after': '7' }, 'why'));
      const { retryAfter, error, answer } = outcome;
      assert.deepEqual([error, answer, retryAfter], [`status ${code}`, 'why', '7']);
    });
  }

  for (const code of [300, 301, 302, 303, 307, 308]) {
    test(`${code}: a redirect is not followed`, async () => {
      const target = await startReceiver();
      const { error } = await answered(status(code, { location: target.url }));
      assert.equal(error, `${code}: redirects are not followed`);
      assert.equal(target.received.length, 0);
    });
  }

  test('nobody listens', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const { status: got, error } = await post(receiver.url);
    assert.equal(got, null);
    assert.match(error!, /ECONNREFUSED/);
  });

  test('no answer in time', async () => {
    const { status: got, error } = await answered(() => {}, null, hasty);
    assert.deepEqual([got, error], [null, 'no whole answer within 0.15 s']);
  });

  test('a head in time, with a body that does not end', async () => {
    const { error } = await answered((r) => r.write('o'), 'ok', hasty);
    assert.equal(error, 'no whole answer within 0.15 s');
  });

  test('single bytes at intervals do not extend the time limit', async () => {
    const drip: Answer = (response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    };
    assert.equal((await answered(drip, null, hasty)).error, 'no whole answer within 0.15 s');
  });

  test('bytes that are not HTTP', async () => {
    const url = await raw((socket) => socket.end('\x00\x01\x02 this is no HTTP\r\n\r\n'));
    const { status: got, error } = await post(url);
    assert.equal(got, null);
    assert.match(error!, /Parse Error/);
  });

  test('an endless head', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let i = 0; i < 1000; i++) socket.write(`x-${i}: ${'y'.repeat(100)}\r\n`);
    });
    assert.match((await post(url)).error!, /Header overflow/);
  });

  test('the connection ends before a head, within one, and within a body', async () => {
    for (const part of [
      '',
      'HTTP/1.1 200 O',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n',
    ]) {
      const url = await raw((socket) => socket.end(part));
      const { error } = await post(url);
      assert.ok(error, JSON.stringify(part));
    }
    const url = await raw((socket) => socket.resetAndDestroy());
    assert.match((await post(url)).error!, /ECONNRESET|socket hang up/);
  });

  test('an answer that switches protocols', async () => {
    const url = await raw((socket) =>
      socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    );
    assert.ok((await post(url)).error);
  });

  test('https to a receiver without TLS', async () => {
    const receiver = await startReceiver();
    const { status: got, error } = await post(receiver.url.replace('http:', 'https:'));
    assert.equal(got, null);
    assert.ok(error);
  });
});

describe('the answer', () => {
  test('the first KiB of an answer is read; the rest and the connection are dropped', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless: Answer = (response) => {
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more).on('close', closed);
      more();
    };
    const { error, answer } = await answered(endless);
    assert.deepEqual([error, answer], [null, 'x'.repeat(1024)]);
    await gone;
  });

  test('an answer of exactly a KiB keeps its connection', async () => {
    const receiver = await startReceiver((r) => r.end('y'.repeat(1024)));
    const ports = new Set<number | undefined>();
    receiver.answer = (response, _, socket) => {
      ports.add(socket.remotePort);
      response.end('y'.repeat(1024));
    };
    for (let i = 0; i < 3; i++) assert.equal((await post(receiver.url)).answer.length, 1024);
    assert.equal(ports.size, 1);
  });

  test('bytes that are not text', async () => {
    const { error, answer } = await answered((r) => r.end(Buffer.from([0x6f, 0, 0xff, 0x6b])));
    assert.deepEqual([error, answer], [null, 'o\uFFFDk']);
  });
});

test('a kept connection that the receiver has just closed causes no failure', async () => {
  // The receiver answers once per connection, and closes it when the second message begins.
  const url = await raw((socket) => {
    socket.on('data', () => socket.resetAndDestroy());
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  for (let i = 0; i < 5; i++) assert.equal((await post(url, 'ok')).error, null);
});

test('proxies from the environment are not used', async () => {
  const receiver = await startReceiver();
  const trap = await startReceiver();
  for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : trap.url;
  }
  const own = new Poster({ allowed: ALLOW_LOCAL });
  const { error } = await post(receiver.url, null, own);
  own.close();
  assert.deepEqual([error, receiver.received.length, trap.received.length], [null, 1, 0]);
});
