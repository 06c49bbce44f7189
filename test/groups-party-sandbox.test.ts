// Parties of Suning and ytx move between groups: what a call found before the move, it finds after it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Config, readConfig } from '../src/config.ts';
import { movePartyOf } from '../src/groups-here.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { renewKey } from '../src/renew-key.ts';
import { run } from './cli-process.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { query } from './postgres.ts';
import { ALLOW_LOCAL } from './receiver.ts';
import * as suning from './suning.ts';
import { manage, temporaryDirectory } from './support.ts';
import * as ytx from './ytx.ts';

const YTX = `ytx/${ytx.ACCOUNT}`;
const SUNING = `suning/${suning.APPS.plain[0]}`;
const SUPPLIER = '10042869';

describe('parties of Suning and ytx move', { skip, timeout: 600_000 }, () => {
  let a: Cluster;
  let config: Config;
  let server: Ordergate;

  before(async () => {
    if (skip) return;
    a = await startCluster();
    const directory = temporaryDirectory();
    const groupsFile = join(directory, 'groups.json');
    const group = (name: string) => [name, { server: 'a', schema: `ordergate_${name}` }];
    const file = {
      home: { server: 'a', schema: 'ordergate_home' },
      servers: { a: a.url },
      groups: Object.fromEntries([group('00'), group('01'), group('02')]),
    };
    writeFileSync(groupsFile, JSON.stringify(file));
    config = {
      ...readConfig({}, {}),
      ...{ port: 0, dataDirectory: directory, groupsFile, masterKey: '07'.repeat(32) },
      adminToken: 'the-admin-token-of-tests',
      callbackAllow: ALLOW_LOCAL,
    };
    server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
  });
  after(async () => {
    if (skip) return;
    await server.close();
    await a.remove();
  });

  const groupOf = async (platform: string, owner: string): Promise<string> => {
    const text = `SELECT group_name FROM ordergate_home.party_groups WHERE platform = '${platform}' AND party_id = '${owner}'`;
    return String((await query(text, a.url))[0]![0]);
  };
  const move = async (party: string, to: string) => {
    const report = await movePartyOf(config, { party, to });
    assert.equal(report.outcome, 'moved', JSON.stringify(report));
    return report;
  };
  const otherThan = (group: string): string => (group === '02' ? '01' : '02');

  test('a query that is allowed once a minute is refused within the minute, after the way back as well', async () => {
    const ask = async () =>
      (await ytx.call(server, ytx.query('2016010000000219'))).statusCode ?? 'told';
    const first = await groupOf('ytx', ytx.APP);
    const codes = [await ask(), await ask()];
    await move(YTX, otherThan(first));
    codes.push(await ask());
    await manage(server, 'POST', '/clock', { advanceSeconds: 61 });
    codes.push(await ask());
    await move(YTX, first);
    codes.push(await ask());
    assert.deepEqual(codes, ['told', '-705', '-705', 'told', '-705']);
  });

  test('pages of a history and sealed cards are the same, and all apps of a supplier move', async () => {
    const [orderId, itemId] = suning.sandboxLine(1);
    const cards = suning.cards(1);
    const report = suning.leaguer('180', orderId, itemId, { cardList: cards });
    const sentAt = server.clock.now();
    const ship = async () => (await suning.call(server, { ...report, at: sentAt })).code;
    const found = async (): Promise<unknown[]> => {
      const path = `/orders/suning/${orderId}/reveal`;
      const sealed = { name: `cards:${itemId}`, note: 'test' };
      const { body } = await manage(server, 'POST', path, sealed);
      const pages = [suning.history(), suning.history({ pageNo: '2', pageSize: '2' })];
      const texts = await Promise.all(pages.map((page) => suning.call(server, page)));
      return [body.text, ...texts.map(({ text }) => text)];
    };
    assert.equal(await ship(), 'success');
    const first = await groupOf('suning', SUPPLIER);
    const before = await found();
    assert.equal(before[0], JSON.stringify(cards));
    for (const group of [otherThan(first), first]) {
      const { ids } = await move(SUNING, group);
      assert.equal(ids.length, 8, 'six apps, a supplier and a provider');
      assert.deepEqual(await found(), before);
      assert.equal(await ship(), 'success', 'the kept reply came along');
    }
  });

  test('verify finds nothing', async () => {
    const env = { ORDERGATE_KEY: '07'.repeat(32), ORDERGATE_GROUPS: config.groupsFile! };
    const { code, stdout, stderr } = await run(['verify'], env);
    assert.equal(code, 0, stdout + stderr);
  });

  test('a renewal of the master key does not end while a party moves, and the move does not fail by it', async () => {
    const keys = { masterKey: '08'.repeat(32), oldMasterKeys: [config.masterKey!] };
    const started: Ordergate[] = [];
    const start = async (): Promise<Ordergate> => {
      const log = pino({ level: 'silent' });
      const node = await startOrdergate({ config: { ...config, ...keys }, log });
      started.push(node);
      return node;
    };
    const renew = (node: Ordergate) => renewKey(node, node.sealer, node.clock.now());
    const other = otherThan(await groupOf('suning', SUPPLIER));
    const report = await movePartyOf(config, {
      ...{ party: SUNING, to: other },
      async onPoint(point) {
        if (point !== 'copied') return;
        const renewing = renew(await start());
        await assert.rejects(renewing, /a party moves to another group of owners/);
        // A renewal that had begun before seals texts of the old group anew; one letter stands for it.
        const text = `UPDATE ordergate_${other}.sealed_texts SET sealed = overlay(sealed PLACING 'x' FROM 20)`;
        await query(text.replace(other, await groupOf('suning', SUPPLIER)), a.url);
      },
    });
    assert.equal(report.outcome, 'moved');
    await renew(await start());
    await Promise.all(started.map((node) => node.close()));
  });
});
