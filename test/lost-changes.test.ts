// A server that was killed and whose log is gone: the start says what is lost, goes on when told to, and the calls are listed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nextCall, seed, send } from './crash-load.ts';
import { runOrdergate, startServerProcess } from './server-process.ts';

const data = mkdtempSync(join(tmpdir(), 'ordergate-lost-'));
after(() => rmSync(data, { recursive: true, force: true }));

test('acknowledged calls whose changes went with the log are listed', async () => {
  const entries = [...(await seed(data, 12)).values()];
  const agent = new Agent({ keepAlive: true });
  // Stopped in order: what is seeded is in the file.
  let server = await startServerProcess(data);
  const called: string[] = [];
  for (const entry of entries.filter(
    ({ plan }) => plan[0] === 'hastened' || plan[0] === 'cancelled',
  )) {
    assert.ok(await send(server, agent, nextCall(entry, entry.plan[0]!)), entry.id);
    called.push(entry.id);
  }
  assert.ok(called.length >= 6);
  await sleep(1000); // The request log writes behind.
  await server.kill();
  agent.destroy();
  rmSync(join(data, 'ledger.db-wal'));

  for (const command of ['serve', 'verify', 'lost'] as const) {
    const { code, stderr } = await runOrdergate([command, '--data', data]);
    assert.equal(code, 1, command);
    assert.match(
      stderr,
      /^ordergate: .*ledger\.db-wal is missing.*changes \d+ to \d+ of orders/,
      command,
    );
    assert.match(stderr, /ordergate serve --accept-loss/);
    assert.equal(stderr.trim().split('\n').length, 1, 'the message alone');
  }
  const backup = await runOrdergate(['backup', join(data, 'copy.gz'), '--data', data]);
  assert.equal(backup.code, 1);
  assert.match(backup.stderr, /ledger\.db-wal is missing/);

  server = await startServerProcess(data, {}, undefined, ['--accept-loss']);
  await server.kill();
  const { code, stdout, stderr } = await runOrdergate(['lost', '--data', data]);
  assert.equal(code, 0, stderr);
  const lost = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(lost.map(({ orderId }) => orderId).sort(), called.sort());
  assert.deepEqual(new Set(lost.map(({ party }) => party)), new Set(['load01']));
  assert.match(stderr, new RegExp(`${called.length} calls were acknowledged`));
});
