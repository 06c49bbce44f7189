// ORDERGATE_DATA that is no place for a ledger: each command says so at once, and changes nothing.
import { equal } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CLI, isExplained, run } from './cli-process.ts';
import type { Ended } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const pipe = (path: string): string => {
  equal(spawnSync('mkfifo', [path]).status, 0);
  return path;
};
const link = (to: string, path: string): string => {
  symlinkSync(to, path);
  return path;
};
/** A fresh directory with something of that name in it. */
const within = (make: (path: string) => void, name: string): string => {
  const directory = temporaryDirectory();
  make(join(directory, name));
  return directory;
};
const fresh = (): string => join(temporaryDirectory(), 'place');

const SERVE = ['serve', '--port', '0'];
const PLACES: Readonly<Record<string, readonly [place: () => string, problem: RegExp]>> = {
  '/proc/x': [() => '/proc/x', /\/proc\/x cannot be made: its file system takes no directory/],
  'a path below /proc': [() => '/proc/x/y/z', /\/proc\/x cannot be made/],
  '/sys/x': [() => '/sys/x', /\/sys\/x/],
  '/dev/null': [() => '/dev/null', /\/dev\/null is a device, and a directory has to be there/],
  'a path below /dev/null': [() => '/dev/null/x', /\/dev\/null is a device/],
  'a file': [() => `${within((path) => writeFileSync(path, 'mine'), 'f')}/f`, /f is a file, and/],
  'a path below a file': [
    () => `${within((path) => writeFileSync(path, 'mine'), 'f')}/f/data`,
    /f is a file, and a directory/,
  ],
  'a pipe': [() => pipe(fresh()), /place is a pipe, and a directory/],
  'a link to nothing': [() => link('/nowhere/at-all', fresh()), /place cannot be made: a link to/],
  'a link to itself': [() => link('place', fresh()), /place cannot be reached \(ELOOP/],
  ...Object.fromEntries(
    [
      'ledger.db',
      'ledger.db-wal',
      'ledger.db-mark',
      'requests.db',
      'master.key',
      'admin.token',
      'ordergate.lock',
      'ordergate.pid',
    ].map((name) => [
      `a pipe in the place of ${name}`,
      [() => within(pipe, name), /is a pipe, and a file has to be there/] as const,
    ]),
  ),
  'a directory in the place of ledger.db': [
    () => within((path) => mkdirSync(path), 'ledger.db'),
    /ledger\.db is a directory, and a file has to be there/,
  ],
  'a link to nothing in the place of master.key': [
    () => within((path) => link('/nowhere/key', path), 'master.key'),
    /master\.key is a link to nothing, and a file has to be there/,
  ],
};

describe('serve', () => {
  for (const [what, [place, problem]] of Object.entries(PLACES)) {
    test(`refuses ${what}`, async () =>
      isExplained(await run([...SERVE, '--data', place()]), problem));
  }
});

describe('commands that only look', () => {
  const commands = [['verify'], ['head'], ['backup', join(temporaryDirectory(), 'b.gz')]];
  for (const [name, ...more] of commands) {
    test(`${name} refuses a pipe in the place of ledger.db, and makes nothing in /proc or beside a pipe`, async () => {
      const data = (place: string) => run([name!, ...more, '--data', place]);
      isExplained(await data(within(pipe, 'ledger.db')), /is a pipe, and a file/);
      isExplained(await data('/proc/x'), /\/proc\/x holds no ledger/);
      isExplained(await data(pipe(fresh())), /place holds no ledger/);
    });
  }
  test('restore and import', async () => {
    const file = join(temporaryDirectory(), 'x.json');
    writeFileSync(file, '{}');
    const order = join(temporaryDirectory(), 'order.json');
    writeFileSync(
      order,
      JSON.stringify({
        ...{ platform: 'jintong', orderId: '1', userName: 'jane88', state: 'D' },
        ...{ amount: '1.00', createdAt: '2026-01-02 03:04:05' },
      }),
    );
    isExplained(await run(['import', order, '--data', '/proc/x']), /\/proc\/x cannot be made/);
    isExplained(await run(['restore', file, '--data', '/proc/x']), /\/proc\/x cannot be made/);
    isExplained(await run(['restore', file, '--data', pipe(fresh())]), /ENOTDIR/);
  });
});

const NOBODY = 65534;
/** Rights mean nothing to root, so that the process is somebody else's. */
const skip = process.getuid?.() !== 0 && 'only root can start a process of another user';

describe('as a user without rights there', { skip }, () => {
  async function asNobody(data: string): Promise<Ended> {
    const child = spawn(process.execPath, [CLI, ...SERVE, '--data', data], {
      ...{ uid: NOBODY, gid: NOBODY, env: { PATH: process.env.PATH }, timeout: 60_000 },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => {
      stdout += text;
      child.kill();
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    return new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
    );
  }
  const theirs = (mode: number, owner = 0): string => {
    const directory = temporaryDirectory();
    chownSync(directory, owner, owner);
    chmodSync(directory, mode);
    return directory;
  };

  test('a directory of another user, one that may only be read, and one that may not be entered', async () => {
    for (const mode of [0o755, 0o700, 0o000]) {
      const data = theirs(mode);
      isExplained(await asNobody(data), /may not be read or written by this user \(EACCES\)/);
      equal(readdirSync(data).length, 0);
    }
    isExplained(await asNobody(theirs(0o500, NOBODY)), /\(EACCES\)/);
    const below = join(theirs(0o755), 'data');
    isExplained(await asNobody(below), /\(EACCES\)/);
    equal(existsSync(below), false);
  });

  test('a directory of its own with a key of another user', async () => {
    const data = theirs(0o700, NOBODY);
    writeFileSync(join(data, 'master.key'), '07'.repeat(32), { mode: 0o600 });
    isExplained(await asNobody(data), /master\.key may not be read or written by this user/);
  });
});
