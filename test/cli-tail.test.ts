// `ordergate requests tail` across a restart of the server: each call once, none left out, also those of filters.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { start } from './cli-process.ts';
import { form, GATEWAY, hasten } from './jintong.ts';
import { startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const TOKEN = 'the-admin-token-of-this-test';
const LIFETIME_MS = 400_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('requests tail shows each call once when the server is restarted in between', async () => {
  const directory = temporaryDirectory();
  const port = await freePort();
  const env = { ORDERGATE_ADMIN_TOKEN: TOKEN };
  const serve = () => startServerProcess(directory, env, LIFETIME_MS, ['--port', String(port)]);
  const url = `http://127.0.0.1:${port}`;
  let made = 0;
  /** Calls of an order that there is not; its id says which call it was. */
  const call = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const body = form(hasten(`tail-${++made}`));
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      equal((await fetch(`${url}${GATEWAY}`, { method: 'POST', headers, body })).status, 200);
    }
  };

  let server = await serve();
  await call(3); // Before the command begins.
  const tail = start(
    ['requests', 'tail', '--json', '--party', 'jane88', '--url', url],
    env,
    LIFETIME_MS,
  );
  let [stdout, stderr] = ['', ''];
  tail.child.stdout!.on('data', (text: string) => (stdout += text));
  tail.child.stderr!.on('data', (text: string) => (stderr += text));
  const shown = (): string[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).orderId ?? 'ready');
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      equal(tail.child.exitCode, null, stderr);
      await setTimeout(50);
    }
  };
  await until(() => shown().length > 0);
  await call(4);
  await until(() => shown().includes('tail-7'));

  // More calls than a page of the list holds come before the command is there again.
  equal((await server.stop()).code, 0);
  await until(() => /tried again/.test(stderr));
  server = await serve();
  await call(130);
  await until(() => shown().includes(`tail-${made}`));
  equal((await server.stop()).code, 0);
  server = await serve();
  await call(2);
  await until(() => shown().includes(`tail-${made}`));

  tail.child.kill('SIGTERM');
  equal((await tail.ended).code, 0);
  const expected = Array.from({ length: made - 3 }, (_, i) => `tail-${i + 4}`);
  deepEqual(shown(), ['ready', ...expected]);
  match(stderr, /^(ordergate: )?.*; tried again$/m);
  ok(!stderr.includes(TOKEN));
  await server.stop();
});
