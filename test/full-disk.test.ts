// A full disk is told as one: nobody is advised to replace a sound ledger.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seed } from './crash-load.ts';
import { startServerProcess } from './server-process.ts';

const CLI = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'ordergate-full-'));
const [killed, disk] = [join(base, 'killed'), join(base, 'disk')];
after(() => rmSync(base, { recursive: true, force: true }));

/** A file system of its own that this process may fill, without the rights of root. */
const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;
const skip = canMount ? false : 'this system lets nobody mount a tmpfs (unshare -rm)';

before(async () => {
  if (!canMount) return;
  execFileSync('mkdir', ['-p', disk]);
  await seed(killed, 20);
  const server = await startServerProcess(killed);
  await server.kill();
  for (const end of ['-shm']) rmSync(join(killed, `ledger.db${end}`), { force: true });
});

/** Runs a command over the ledger on a disk that has no byte left. */
function onFullDisk(command: string): { status: number | null; stderr: string } {
  const script = `
    mount -t tmpfs -o size=40m tmpfs "$DISK" && cp -r "$SOURCE" "$DISK/data" || exit 99
    dd if=/dev/zero of="$DISK/filler" bs=4096 2>/dev/null
    "$NODE" "$CLI" ${command} 2>"$ERRORS"; status=$?
    rm -f "$DISK/filler"
    "$NODE" "$CLI" verify --data "$DISK/data" >/dev/null 2>>"$ERRORS" || exit 98
    exit $status`;
  const errors = join(base, 'errors');
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    DISK: disk,
    SOURCE: killed,
    NODE: process.execPath,
    CLI,
    ERRORS: errors,
  };
  const { status } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { env, timeout: 60_000 });
  return { status, stderr: execFileSync('cat', [errors], { encoding: 'utf8' }) };
}

for (const command of ['serve --port 0', 'verify', 'backup "$DISK/copy.gz"']) {
  test(`${command.split(' ')[0]} on a full disk says so, and the ledger is sound afterwards`, {
    skip,
  }, () => {
    const data = command.startsWith('backup') ? command : `${command}`;
    const { status, stderr } = onFullDisk(`${data} --data "$DISK/data"`);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^ordergate: The disk of \S+ is full/, stderr);
    assert.match(stderr, /not damaged/);
    assert.doesNotMatch(stderr, /Put a backup in its place|^\s+at /m);
  });
}

test('a first start on a full disk leaves no key file', { skip }, () => {
  const script = `
    mount -t tmpfs -o size=1m tmpfs "$DISK" && dd if=/dev/zero of="$DISK/filler" bs=4096 2>/dev/null
    "$NODE" "$CLI" serve --port 0 --data "$DISK/data" 2>"$ERRORS"; rm "$DISK/filler"
    [ ! -e "$DISK/data/master.key" ]`;
  const errors = join(base, 'first');
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    DISK: disk,
    NODE: process.execPath,
    CLI,
    ERRORS: errors,
  };
  const { status } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { env, timeout: 60_000 });
  const stderr = execFileSync('cat', [errors], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /disk is full/);
});

test('a server whose disk was full goes on by itself, its log and its moves of orders, too', {
  skip,
  timeout: 60_000,
}, async () => {
  // The server is the process that `unshare` becomes, so that its disk is seen below /proc.
  const mounted = `mount -t tmpfs -o size=40m tmpfs "${disk}" && exec "${process.execPath}" "${CLI}" serve --port 0 --data "${disk}/data"`;
  const server = spawn('unshare', ['-rm', 'sh', '-c', mounted]);
  const ended = once(server, 'exit');
  try {
    let text = '';
    server.stdout.on('data', (more: Buffer) => {
      text += more;
    });
    const listening = () => /^ordergate listening on (\S+)\n/m.exec(text)?.[1];
    while (listening() === undefined) await sleep(50);
    const below = `/proc/${server.pid}/root${disk}`;
    const token = readFileSync(`${below}/data/admin.token`, 'utf8').trim();
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}` };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      return (await fetch(`${listening()}/manage/v1${path}`, init)).status;
    };
    const move = () => ask('POST', '/orders/jintong/15112480268/transitions', { to: 'E' });

    spawnSync('dd', ['if=/dev/zero', `of=${below}/filler`, 'bs=4096']);
    // The room that the files have left.
    while ((await ask('PATCH', '/parties/jintong/jane88', { enabled: true })) === 200) {}
    assert.equal(await move(), 503);
    rmSync(`${below}/filler`);
    for (const again of [move, () => ask('GET', '/requests?limit=1')]) {
      let status = await again();
      for (let tries = 1; status !== 200 && tries < 100; tries++) {
        await sleep(200);
        status = await again();
      }
      assert.equal(status, 200, 'it works again where there is room');
    }
    assert.equal((await fetch(`${listening()}/readyz`)).status, 200);
  } finally {
    server.kill();
    await ended;
  }
});
