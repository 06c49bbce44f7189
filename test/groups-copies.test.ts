// `ordergate head`, `verify`, `backup` and `restore` over all groups of a ledger, in real processes.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { readConfig } from '../src/config.ts';
import { openWorkplace } from '../src/main.ts';
import {
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  run,
  serve,
  start,
  stop,
} from './cli-process.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { query } from './postgres.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import { temporaryDirectory } from './support.ts';

const SECRETS = {
  ORDERGATE_KEY: '07'.repeat(32),
  ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
};
/** The home has no orders, and an audit log. */
const HOME = '0\\.0\\.\\.\\d+\\.[0-9a-f]{64}';
const PART = '\\d+\\.\\d+\\.[0-9a-f]{64}';

describe('all groups at once', { skip, timeout: 600_000 }, () => {
  const directory = temporaryDirectory();
  let a: Cluster;
  let b: Cluster;
  let env: Record<string, string>;

  before(async () => {
    if (skip) return;
    keepSecret(...Object.values(SECRETS));
    [a, b] = await Promise.all([startCluster(), startCluster()]);
    const file = join(directory, 'groups.json');
    const places = {
      home: { server: 'a', schema: 'ordergate_home' },
      servers: { a: a.url, b: b.url },
      groups: {
        '00': { server: 'a', schema: 'ordergate_00' },
        '01': { server: 'b', schema: 'ordergate_01' },
      },
    };
    writeFileSync(file, JSON.stringify(places));
    env = { ...SECRETS, ORDERGATE_GROUPS: file };
    const { storage } = await openWorkplace({ config: readConfig({}, env) });
    await storage.close();
  });
  after(async () => {
    if (skip) return;
    await Promise.all([a?.remove(), b?.remove()]);
  });

  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args, env);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    return stdout;
  };
  /** What verify says of a ledger that somebody has changed by hand, for as long as it lasts. */
  async function damageAfter(change: string, undo: string, url: string) {
    await query(change, url);
    try {
      const { code, stderr } = await run(['verify'], env);
      assert.equal(code, 1, stderr);
      return stderr;
    } finally {
      await query(undo, url);
    }
  }

  test('a head has a part for the home and for each group, and is found again', async () => {
    await done('users', 'add', 'li.na', '--role', 'viewer', '--json');
    const head = (await done('head')).trim();
    assert.match(head, new RegExp(`^home=${HOME},00=${PART},01=${PART}$`));
    assert.equal(JSON.parse(await done('head', '--json')).head, head);
    const counts = JSON.parse(await done('verify', '--head', head));
    assert.equal(counts.orders, SANDBOX_ORDERS);
    const part = head.split(',')[1]!.slice(3);
    await done('verify', '--head', part); // One from before the groups is that of group 00.
    isExplained(await run(['verify', '--head', `${head}x`], env), /it has to be a line that/, 2);
    const { ORDERGATE_GROUPS: _, ...alone } = env;
    isExplained(await run(['verify', '--head', head], alone), /ORDERGATE_GROUPS is not set/, 2);

    const [home, first] = head.split(',');
    const [group, seq, hash] = first!.slice(3).split('.');
    const later = `00=${[Number(group) + 1, Number(seq) + 9, hash].join('.')}`;
    const { code, stderr } = await run(['verify', '--head', `${home},${later}`], env);
    assert.equal(code, 1);
    assert.match(stderr, /^damage: group 00: head [^\n]+changes were removed at the end/m);
    assert.doesNotMatch(stderr, /group 01|the home/);
    const [number] = home!.split('.').slice(-2);
    const more = home!.replace(`.${number}.`, `.${Number(number) + 5}.`);
    const cut = await run(['verify', '--head', more], env);
    assert.match(cut.stderr, /^damage: the home: [^\n]*audit/m);
    const gone = await run(['verify', '--head', `${head},07=${part}`], env);
    assert.match(gone.stderr, /^damage: group 07: the head covers it/m);
  });

  test('verify names the group of each finding, and reads a home that is no group, too', async () => {
    const bump = 'UPDATE ordergate_01.orders SET version = version + 1';
    const found = await damageAfter(bump, bump.replace('+', '-'), b.url);
    assert.match(found, /^damage: group 01: ordersOutOfStep: \d+$/m);
    assert.doesNotMatch(found, /group 00|the home/);
    const rename = (from: string, to: string) =>
      `UPDATE ordergate_home.parties SET party_id = '${to}' WHERE party_id = '${from}'`;
    const party = await damageAfter(rename('jane88', 'x'), rename('x', 'jane88'), a.url);
    assert.match(party, /^damage: the home: [^\n]*parties/m);
  });

  const backup = join(directory, 'first');
  const manifestOf = (path: string) =>
    JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8').split('\n')[0]!);

  test('a backup is a directory with a file for each part, and each is proven', async () => {
    const said = await done('backup', backup);
    assert.match(
      said,
      new RegExp(`^backed up ${SANDBOX_ORDERS} orders .* each of 00, 01, home\\.`),
    );
    assert.deepEqual(readdirSync(backup).sort(), [
      ...['00.ndjson.gz', '01.ndjson.gz', 'home.ndjson.gz', 'manifest.json'],
    ]);
    for (const name of readdirSync(backup)) {
      assert.equal(statSync(join(backup, name)).mode & 0o777, 0o600);
    }
    const folder = temporaryDirectory();
    const { file } = JSON.parse(await done('backup', folder, '--json'));
    assert.match(file.slice(folder.length), /^\/ordergate-\d{8}T\d{6}Z\.groups$/);
    isExplained(await run(['backup', `${backup}2`, '--with-key'], env), /--with-key/, 2);
    const proven = await run(['restore', backup, '--verify']);
    assert.deepEqual([proven.code, proven.stderr], [0, '']);
    assert.match(proven.stdout, /^verified .* \(00, 01, home\); .* found each part sound\n$/);
    const part = await run(['restore', join(backup, '01.ndjson.gz'), '--verify']);
    assert.deepEqual([part.code, part.stderr], [0, '']);

    const mixed = join(directory, 'mixed');
    cpSync(backup, mixed, { recursive: true });
    copyFileSync(join(backup, '00.ndjson.gz'), join(mixed, '01.ndjson.gz'));
    isExplained(
      await run(['restore', mixed, '--verify']),
      /01\.ndjson\.gz: it is not the file that/,
    );
    const altered = join(directory, 'altered');
    cpSync(backup, altered, { recursive: true });
    writeFileSync(
      join(altered, 'manifest.json'),
      readFileSync(join(backup, 'manifest.json'), 'utf8').replace('"00"]', '"01"]'),
    );
    isExplained(
      await run(['restore', altered, '--verify']),
      /manifest\.json is not as it was written/,
    );
  });

  test('a restore into other schemas is equal, also after a kill, and serves nobody before its end', async () => {
    const other = join(directory, 'other.json');
    const to = { ...env, ORDERGATE_GROUPS: other };
    const places = (groups: object) => ({
      home: { server: 'b', schema: 'again_home' },
      ...{ servers: { a: a.url, b: b.url }, groups },
    });
    const both = {
      '00': { server: 'b', schema: 'again_00' },
      '01': { server: 'a', schema: 'again_01' },
    };
    const restore = ['restore', backup, '--database', '--verify'];
    isExplained(await run(restore, SECRETS), /--database needs ORDERGATE_GROUPS/, 2);
    isExplained(
      await run(['restore', backup, '--data', 'x'], SECRETS),
      /only --database restores it/,
      2,
    );
    isExplained(await run(restore, env), /the home: the database holds a ledger already/);
    writeFileSync(other, JSON.stringify(places({ '00': both['00'] })));
    isExplained(await run(restore, to), /names no group 01, which the backup holds\. Nothing/);
    writeFileSync(other, JSON.stringify(places(both)));

    // A part that is damaged: those before it are emptied again.
    const damaged = join(directory, 'damaged');
    cpSync(backup, damaged, { recursive: true });
    const bytes = readFileSync(join(backup, '01.ndjson.gz'));
    writeFileSync(join(damaged, '01.ndjson.gz'), bytes.subarray(0, bytes.length - 50));
    isExplained(await run(['restore', damaged, '--database'], to), /group 01: .*it is damaged/);
    assert.deepEqual(await query('SELECT count(*)::int FROM again_00.orders', b.url), [[0]]);
    assert.deepEqual(await query('SELECT count(*)::int FROM again_home.settings', b.url), [[0]]);

    const held = query(
      'BEGIN; LOCK TABLE again_01.orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)',
      a.url,
    ).catch(() => {});
    const command = start(restore, to);
    const marks = `SELECT count(*)::int FROM again_00.settings WHERE name = 'copying'`;
    const filled = async () =>
      Number((await query('SELECT count(*)::int FROM again_00.orders', b.url))[0]![0]) > 0 &&
      Number(
        (
          await query(
            "SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'again_01.orders'::regclass",
            a.url,
          )
        )[0]![0],
      ) > 0;
    for (const deadline = Date.now() + 30_000; !(await filled()); await sleep(100)) {
      assert.ok(Date.now() < deadline, 'the command has come to group 01');
    }
    await stop(command, 'SIGKILL');
    const sleeper =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'";
    await query(sleeper, a.url);
    await held;
    assert.deepEqual(await query(marks, b.url), [[1]]);
    isExplained(
      await run(['serve', '--port', '0'], to),
      /a ledger is being brought into the database/,
    );

    const { code, stdout, stderr } = await run(restore, to);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(
      stdout,
      new RegExp(`^restored ${SANDBOX_ORDERS} orders .* into the schemas of .*sound\n$`),
    );
    const placed = (schema: string, url: string) =>
      query(`SELECT * FROM ${schema}.order_places ORDER BY platform, order_id`, url);
    assert.deepEqual(await placed('again_home', b.url), await placed('ordergate_home', a.url));
    const owners = (schema: string, url: string) =>
      query(`SELECT * FROM ${schema}.party_groups ORDER BY 1, 2`, url);
    assert.deepEqual(await owners('again_home', b.url), await owners('ordergate_home', a.url));
    const second = join(directory, 'second');
    assert.equal((await run(['backup', second], to)).code, 0);
    assert.deepEqual(manifestOf(second).parts, manifestOf(backup).parts, 'each table is equal');
    const head = (await done('head')).trim();
    const verified = await run(['verify', '--head', head], to);
    assert.deepEqual([verified.code, verified.stderr], [0, '']);
    assert.equal(JSON.parse(verified.stdout).orders, SANDBOX_ORDERS);
  });

  test('a backup beside a node holds each change that was acknowledged before it', async () => {
    const node = await serve([], env);
    const ask = async (method: string, path: string, body?: object) => {
      const response = await fetch(`${node.url}/manage/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${SECRETS.ORDERGATE_ADMIN_TOKEN}` },
        ...(body && { body: JSON.stringify(body) }),
      });
      assert.equal(response.status, 200, await response.clone().text());
      // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
      return (await response.json()) as any;
    };
    const { items } = await ask('GET', '/orders?platform=jintong&state=K');
    const acknowledged = new Map<string, number>();
    let isOver = false;
    const work = (items as { orderId: string }[]).map(async ({ orderId }) => {
      for (let to = 'D'; !isOver; to = to === 'K' ? 'D' : 'K') {
        const { version } = await ask('POST', `/orders/jintong/${orderId}/transitions`, { to });
        acknowledged.set(orderId, version);
      }
    });
    while (acknowledged.size < items.length) await sleep(5);
    const before = new Map(acknowledged);
    const busy = join(directory, 'busy');
    await done('backup', busy);
    const after = new Map(acknowledged);
    isOver = true;
    await Promise.all(work);
    assert.equal((await stop(node)).code, 0);
    assert.ok(before.size > 0 && [...before].some(([id, version]) => after.get(id)! > version));
    const versions = new Map(
      ['00', '01'].flatMap((name) => {
        const text = gunzipSync(readFileSync(join(busy, `${name}.ndjson.gz`))).toString();
        const orders = text.split('{"table":"orders"')[1]!.split('\n{')[0]!.split('\n').slice(1);
        return orders.map((line) => JSON.parse(line)).map((row) => [row[3], row[6]] as const);
      }),
    );
    for (const [id, version] of before) assert.ok(versions.get(id) >= version, id);
    assert.equal((await run(['restore', busy, '--verify'])).code, 0);
  });

  test('a backup is given up if an owner has moved to another group meanwhile', async () => {
    const held = query(
      'BEGIN; LOCK TABLE ordergate_01.orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)',
      b.url,
    ).catch(() => {});
    const moved = join(directory, 'moved');
    const { ended } = start(['backup', moved], env);
    const waits = `SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'ordergate_01.orders'::regclass`;
    for (const deadline = Date.now() + 30_000; (await query(waits, b.url))[0]![0] === 0; ) {
      assert.ok(Date.now() < deadline, 'the command has come to group 01');
      await sleep(50);
    }
    const place = (group: string) =>
      query(
        `SET search_path = ordergate_home; UPDATE party_groups SET group_name = '${group}' WHERE party_id = 'jane88'`,
        a.url,
      );
    const [[group]] = (await query(
      `SELECT group_name FROM ordergate_home.party_groups WHERE party_id = 'jane88'`,
      a.url,
    )) as [[string]];
    await place(group === '00' ? '01' : '00');
    await query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'",
      b.url,
    );
    await held;
    isExplained(await ended, /the owner jane88 of jintong was moved while .* No backup was made/);
    await place(group);
    for (const path of [moved, `${moved}.part`]) {
      assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
    }
  });

  test('a group that does not answer is named, and no head is printed without it', async () => {
    await b.stop('fast');
    const head = await run(['head'], env);
    assert.equal(head.code, 1);
    assert.match(head.stderr, /group 01 on server b/);
    isExplained(await run(['backup', `${backup}3`], env), /group 01 on server b/);
    assert.equal(statSync(`${backup}3.part`, { throwIfNoEntry: false }), undefined);
    const verify = await run(['verify'], env);
    assert.equal(verify.code, 1);
    assert.match(verify.stderr, /group 01/);
    await b.start();
  });

  test('no command printed a secret', () => nothingWasBetrayed({ texts: 8, secrets: 2 }));
});
