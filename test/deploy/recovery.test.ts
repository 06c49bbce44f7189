// docs/recovery.md against a real PostgreSQL: back to the moment before a mistake, proved by a head.
import { equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../cli-process.ts';
import { as, skip, startCluster } from '../cluster.ts';
import { query } from '../postgres.ts';

describe('a recovery to a moment', { skip, timeout: 120_000 }, () => {
  test('brings back all changes before a mistake, and verify proves it by a head', async () => {
    // The commands of a server run in its data directory.
    const cluster = await startCluster({
      settings: [
        'archive_mode = on',
        "archive_command = 'test ! -f ../archive/%f && cp %p ../archive/%f'",
      ],
    });
    const data = `${cluster.directory}/data`;
    const owned = (path: string): void => {
      if (as.uid !== undefined) chownSync(path, as.uid, as.gid!);
    };
    mkdirSync(`${cluster.directory}/archive`);
    owned(`${cluster.directory}/archive`);
    const program = globSync('/usr/lib/postgresql/*/bin/pg_basebackup').at(-1) ?? 'pg_basebackup';
    const base = spawnSync(
      program,
      ['-D', `${cluster.directory}/base`, '-d', `${cluster.url}`, '-X', 'stream', '-c', 'fast'],
      {
        ...as,
        cwd: cluster.directory,
        encoding: 'utf8',
        env: { ...process.env, HOME: cluster.directory },
      },
    );
    equal(base.status, 0, base.stderr);

    const env = {
      ORDERGATE_DATABASE_URL: cluster.url,
      ORDERGATE_KEY: '07'.repeat(32),
      ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
    };
    const seeded = await run(['seed', '--platform', 'jintong', '--orders', '300'], env);
    equal(seeded.code, 0, seeded.stderr);
    const head = (await run(['head'], env)).stdout.trim();
    const [row] = await query('SELECT clock_timestamp()::text AS now', cluster.url);
    const moment = String(row![0]);
    await sleep(50);
    await query('DELETE FROM history', cluster.url);
    equal((await run(['verify'], env)).code, 1, 'the mistake is found');
    await query('SELECT pg_switch_wal()', cluster.url);
    await cluster.stop('fast');

    renameSync(data, `${cluster.directory}/before`);
    // As docs/recovery.md has it: with owners and modes, which a server insists on.
    equal(spawnSync('cp', ['-a', `${cluster.directory}/base`, data]).status, 0);
    appendFileSync(
      `${data}/postgresql.conf`,
      [
        'archive_mode = off',
        "restore_command = 'cp ../archive/%f %p'",
        `recovery_target_time = '${moment}'`,
        "recovery_target_action = 'promote'",
        '',
      ].join('\n'),
    );
    cluster.write('data/recovery.signal', '');
    await cluster.start();
    for (let tries = 0; tries < 100; tries++) {
      const [state] = await query('SELECT pg_is_in_recovery()::text AS yes', cluster.url);
      if (state![0] === 'false') break;
      await sleep(100);
    }
    const verified = await run(['verify', '--head', head], env);
    equal(verified.code, 0, verified.stderr);
    const { orders, changes } = JSON.parse(verified.stdout);
    ok(orders >= 300 && changes >= 300, verified.stdout);
    match(readFileSync(`${cluster.directory}/log`, 'utf8'), /recovery stopping before/);
    await cluster.remove();
  });
});
