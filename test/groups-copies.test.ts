// `ordergate head` and `verify` over all groups of a ledger, in real processes: each finding names its group.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { openWorkplace } from '../src/main.ts';
import { isExplained, keepSecret, nothingWasBetrayed, run } from './cli-process.ts';
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

  test('a group that does not answer is named, and no head is printed without it', async () => {
    await b.stop('fast');
    const head = await run(['head'], env);
    assert.equal(head.code, 1);
    assert.match(head.stderr, /group 01 on server b/);
    const verify = await run(['verify'], env);
    assert.equal(verify.code, 1);
    assert.match(verify.stderr, /group 01/);
    await b.start();
  });

  test('no command printed a secret', () => nothingWasBetrayed({ texts: 8, secrets: 2 }));
});
