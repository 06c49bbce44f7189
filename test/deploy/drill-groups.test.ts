// deploy/restore-drill on a backup of groups: restored into a database that deploy/drill-database.js makes and drops,
// audited, and opened with the key.
import { deepEqual, doesNotMatch, equal, match, notEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.ts';
import { openWorkplace } from '../../src/main.ts';
import { CLI, run as ordergate } from '../cli-process.ts';
import { type Cluster, skip, startCluster } from '../cluster.ts';
import { query } from '../postgres.ts';
import { temporaryDirectory } from '../support.ts';

const KEY = '07'.repeat(32);

describe('a drill of a backup of groups', { skip, timeout: 300_000 }, () => {
  const directory = temporaryDirectory();
  let served: Cluster;
  let drill: Cluster;
  let env: Record<string, string>;
  /** As printed before the backup. */
  let head: string;

  function script(name: string, given: Record<string, string>, where = directory) {
    const file = fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
    const all = { PATH: process.env.PATH!, ORDERGATE: `${process.execPath} ${CLI}`, ...given };
    return new Promise<{ code: number; text: string }>((resolve) => {
      execFile(file, [where], { env: all, timeout: 120_000 }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
      });
    });
  }
  const databases = async () =>
    (await query(`SELECT datname FROM pg_database WHERE datname <> 'postgres'`, drill.url))
      .flat()
      .filter((name) => !String(name).startsWith('template'));

  before(async () => {
    if (skip) return;
    [served, drill] = await Promise.all([startCluster(), startCluster()]);
    const file = join(directory, 'groups.json');
    const place = (name: string) => ({ server: 'a', schema: `other_${name}` });
    const groups = { '00': place('00'), '01': place('01') };
    const servers = { a: served.url };
    writeFileSync(file, JSON.stringify({ home: place('home'), servers, groups }));
    env = { ORDERGATE_GROUPS: file, ORDERGATE_KEY: KEY };
    const admin = { ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests' };
    const { storage } = await openWorkplace({ config: readConfig({}, { ...env, ...admin }) });
    await storage.close();
    head = (await ordergate(['head'], env)).stdout.trim();
    const made = await script('backup', env);
    equal(made.code, 0, made.text);
  });
  after(async () => {
    if (skip) return;
    await Promise.all([served?.remove(), drill?.remove()]);
  });

  test('it is restored, audited against a head of all groups, and opened; nothing stays', async () => {
    const on = { ...env, ORDERGATE_DRILL_SERVER: drill.url };
    // An older backup of the ledger from before the groups is not the newest one.
    writeFileSync(join(directory, 'ordergate-20200101T030000Z.ndjson.gz'), '');
    const passed = await script('restore-drill', { ...on, ORDERGATE_HEAD: head });
    equal(passed.code, 0, passed.text);
    match(passed.text, /restoring ordergate-\S+\.groups, made 20\d\d-/);
    match(passed.text, /drill passed: restored in \d+ s, audited and opened with the key in \d+ s/);
    doesNotMatch(passed.text, new RegExp(KEY));
    deepEqual(await databases(), []);

    const ahead = head.replace(/01=(\d+)\.(\d+)/, (_, n, seq) => `01=${n}.${Number(seq) + 9}`);
    const cut = await script('restore-drill', { ...on, ORDERGATE_HEAD: ahead });
    equal(cut.code, 1);
    match(cut.text, /^damage: group 01: head /m);
    doesNotMatch(cut.text, /drill passed/);
    deepEqual(await databases(), []);
  });

  test('it fails with another key, with an altered part, and without a server of its own', async () => {
    const on = { ...env, ORDERGATE_DRILL_SERVER: drill.url };
    const wrong = await script('restore-drill', { ...on, ORDERGATE_KEY: '11'.repeat(32) });
    notEqual(wrong.code, 0);
    doesNotMatch(wrong.text, /drill passed/);
    const without = await script('restore-drill', env);
    equal(without.code, 1);
    match(without.text, /is a backup of groups; set ORDERGATE_DRILL_SERVER/);

    const altered = temporaryDirectory();
    const name = readdirSync(directory).find((one) => one.endsWith('.groups'))!;
    cpSync(join(directory, name), join(altered, name), { recursive: true });
    const part = join(altered, name, '01.ndjson.gz');
    writeFileSync(part, readFileSync(part).subarray(0, -40));
    const bad = await script('restore-drill', on, altered);
    notEqual(bad.code, 0);
    doesNotMatch(bad.text, /drill passed/);
    deepEqual(await databases(), []);
  });
});
