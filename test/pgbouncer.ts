// A pgbouncer of a test's own, in front of a cluster.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { as, type Cluster, freePort } from './cluster.ts';

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(
  (file) => existsSync(file),
);

/** Why tests that need pgbouncer are skipped; false where they can run. */
export const skip: string | false =
  PROGRAM === undefined && 'no pgbouncer (Debian: apt-get install pgbouncer)';

export interface Pooler {
  /** Of the cluster's database `postgres`, through the pooler. */
  readonly url: string;
  stop(): void;
}

/** @param settings lines of its section `[pgbouncer]` */
export async function startPooler(cluster: Cluster, settings: readonly string[]): Promise<Pooler> {
  const port = await freePort();
  const users = cluster.write(`users-${port}.txt`, '"postgres" ""\n');
  const file = cluster.write(
    `pgbouncer-${port}.ini`,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${cluster.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${users}`,
      ...settings,
      '',
    ].join('\n'),
  );
  const child = spawn(PROGRAM!, ['-q', file], { ...as, cwd: cluster.directory, stdio: 'ignore' });
  const stop = (): void => {
    process.off('exit', stop);
    child.kill('SIGKILL');
  };
  process.once('exit', stop);
  for (let tries = 0; !(await listens(port)); tries++) {
    if (tries === 200 || child.exitCode !== null) {
      const { stderr } = spawnSync(PROGRAM!, [file], { ...as, timeout: 2000, encoding: 'utf8' });
      throw new Error(`pgbouncer does not start: ${stderr}`);
    }
    await sleep(50);
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
