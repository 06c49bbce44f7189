// `ordergate verify` compares what the home schema says about owners and orders with what the groups hold: each
// manipulation by hand is named.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { openWorkplace } from '../src/main.ts';
import { run } from './cli-process.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { query } from './postgres.ts';
import { temporaryDirectory } from './support.ts';

/** An order of the sandbox, and its owner. */
const ORDER = '15110100045';
const OWNER = 'jane88';
const isOrder = `platform = 'jintong' AND order_id = '${ORDER}'`;
const isOwner = `platform = 'jintong' AND party_id = '${OWNER}'`;
/** No more findings of a kind are listed. */
const TOLD = 10;

describe('what the home says, and what the groups hold', { skip, timeout: 300_000 }, () => {
  const directory = temporaryDirectory();
  let clusters: readonly Cluster[];
  let env: Record<string, string>;
  let storage: Awaited<ReturnType<typeof openWorkplace>>['storage'];
  /** The group of the order, and the other one. */
  let own: string;
  let other: string;

  /** A statement of somebody who has the password of the database. */
  const by = (schema: string, text: string, [{ url }] = clusters as readonly [Cluster]) =>
    query(text, `${url}?options=-c%20search_path%3Dordergate_${schema}`);
  const inGroup = (name: string, text: string) =>
    by(name, text, [clusters[Number(name)]!] as const);

  before(async () => {
    if (skip) return;
    clusters = await Promise.all([startCluster(), startCluster()]);
    const file = join(directory, 'groups.json');
    const place = (server: string, name: string) => ({ server, schema: `ordergate_${name}` });
    writeFileSync(
      file,
      JSON.stringify({
        home: place('a', 'home'),
        servers: { a: clusters[0]!.url, b: clusters[1]!.url },
        groups: { '00': place('a', '00'), '01': place('b', '01') },
      }),
    );
    env = {
      ...{ ORDERGATE_GROUPS: file, ORDERGATE_KEY: '07'.repeat(32) },
      ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
    };
    ({ storage } = await openWorkplace({ config: readConfig({}, env) }));
    const [[group]] = (await by(
      'home',
      `SELECT group_name FROM order_places WHERE ${isOrder}`,
    )) as [[string]];
    [own, other] = [group, group === '00' ? '01' : '00'];
  });
  after(async () => {
    if (skip) return;
    await storage?.close();
    await Promise.all(clusters.map((cluster) => cluster.remove()));
  });

  const audit = async () => (await storage.ledger.audit()).damage;
  /** What is found after changes by hand; `undo` takes them back. */
  async function damageAfter(change: () => Promise<unknown>, undo: () => Promise<unknown>) {
    await change();
    const found = await audit();
    await undo();
    assert.deepEqual(await audit(), [], 'all was taken back');
    return found;
  }
  const inHome = (change: string, undo: string) =>
    damageAfter(
      () => by('home', change),
      () => by('home', undo),
    );

  test('nothing is found where nobody has changed anything, also of a reservation without an order', async () => {
    const reserve = `INSERT INTO order_places VALUES ('jintong', 'reserved', '00'), ('other', 'x', '01')`;
    const free = `DELETE FROM order_places WHERE order_id IN ('reserved', 'x')`;
    assert.deepEqual(await inHome(reserve, free), []);
  });

  test('an order without a place', async () => {
    const found = await inHome(
      `DELETE FROM order_places WHERE ${isOrder}`,
      `INSERT INTO order_places VALUES ('jintong', '${ORDER}', '${own}')`,
    );
    assert.deepEqual(found, [
      `the home: order_places: order jintong ${ORDER} is in group ${own}, and has no place`,
    ]);
  });

  test('an order whose place names another group', async () => {
    const set = (name: string) => `UPDATE order_places SET group_name = '${name}' WHERE ${isOrder}`;
    assert.deepEqual(await inHome(set(other), set(own)), [
      `the home: order_places: order jintong ${ORDER} is in group ${own}, and has its place in group ${other}`,
    ]);
  });

  test('an owner who is placed in another group, in none, or in one that is not there', async () => {
    const [row] = await inGroup(
      own,
      `SELECT count(*), min(order_id) FROM order_ids WHERE owner = '${OWNER}'`,
    );
    const holds = `and group ${own} holds ${row![0]} orders of it, the first is ${row![1]}`;
    const text = (where: string) =>
      `the home: party_groups: owner ${OWNER} of jintong is placed ${where}, ${holds}`;
    const set = (name: string) => `UPDATE party_groups SET group_name = '${name}' WHERE ${isOwner}`;
    assert.deepEqual(await inHome(set(other), set(own)), [text(`in group ${other}`)]);
    const back = `INSERT INTO party_groups VALUES ('jintong', '${OWNER}', '${own}')`;
    assert.deepEqual(await inHome(`DELETE FROM party_groups WHERE ${isOwner}`, back), [
      text('in no group'),
    ]);
    assert.deepEqual(await inHome(set('77'), set(own)), [
      text('in group 77'),
      `the home: party_groups: owner ${OWNER} of jintong is placed in group 77, and the home has no group 77`,
    ]);
  });

  test('an order in two groups', async () => {
    const [row] = await inGroup(own, `SELECT created_at FROM order_ids WHERE ${isOrder}`);
    const found = await damageAfter(
      () =>
        inGroup(
          other,
          `INSERT INTO order_ids (platform, order_id, owner, created_at)
           VALUES ('jintong', '${ORDER}', '${OWNER}', ${row![0]})`,
        ),
      () => inGroup(other, `DELETE FROM order_ids WHERE ${isOrder}`),
    );
    const ofHome = found.filter((text) => text.startsWith('the home: '));
    assert.deepEqual(ofHome, [
      `the home: order_places: order jintong ${ORDER} is in the groups 00 and 01, and has its place in group ${own}`,
      `the home: party_groups: owner ${OWNER} of jintong is placed in group ${own}, and group ${other} holds an order of it, the first is ${ORDER}`,
    ]);
    assert.ok(found.some((text) => text.startsWith(`group ${other}: order_ids: `)));
  });

  test('of many, some are listed and the rest is counted; the command says so and ends with 1', async () => {
    await by('home', 'CREATE TABLE kept AS TABLE order_places; TRUNCATE order_places');
    const { code, stderr, stdout } = await run(['verify'], env);
    await by('home', 'INSERT INTO order_places SELECT * FROM kept; DROP TABLE kept');
    assert.equal(code, 1);
    const { orders } = JSON.parse(stdout);
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.length, TOLD + 1);
    for (const line of lines.slice(0, TOLD)) {
      assert.match(
        line,
        /^damage: the home: order_places: order \S+ \S+ is in group 0[01], and has no place$/,
      );
    }
    assert.equal(lines.at(-1), `damage: the home: and ${orders - TOLD} findings more`);
    assert.deepEqual(await audit(), []);
  });
});
