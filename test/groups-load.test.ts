// Many groups on two servers under load with callbacks, while one server is killed and comes back: what was
// acknowledged is kept, nothing is told twice or out of order, and the parties of the other server notice nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { readReply } from '../src/platforms/jintong/client.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { document, form, post } from './jintong.ts';
import { ALLOW_LOCAL, startReceiver } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

const GROUPS = Number(process.env.ORDERGATE_TEST_GROUPS ?? 16);
/** Each is hastened once, which is one change and one callback. */
const ORDERS = 12;
const CALLERS = 8;
/** After so many of the calls the server is killed, and after so many it is started again. */
const KILLED_AT = 0.3;
const BACK_AT = 0.6;

interface Work {
  readonly partner: string;
  readonly orderId: string;
}

describe(`${GROUPS} groups on two servers`, { skip, timeout: 1_200_000 }, () => {
  const directory = temporaryDirectory();
  const keys = new Map<string, string>();
  const isOnB = (partner: string) => Number(partner.slice(1)) % 2 === 1;
  let clusters: readonly Cluster[];
  let server: Ordergate;

  before(async () => {
    if (skip) return;
    clusters = await Promise.all([startCluster(), startCluster()]);
    const names = Array.from({ length: GROUPS }, (_, i) => String(i).padStart(2, '0'));
    const groups = names.map((name, i) => {
      const place = { server: i % 2 === 0 ? 'a' : 'b', schema: `ordergate_${name}` };
      return [name, place] as const;
    });
    const groupsFile = join(directory, 'groups.json');
    const file = {
      home: { server: 'a', schema: 'ordergate_home' },
      servers: { a: clusters[0]!.url, b: clusters[1]!.url },
      groups: Object.fromEntries(groups),
    };
    writeFileSync(groupsFile, JSON.stringify(file));
    const config = {
      ...readConfig({}, {}),
      ...{ port: 0, dataDirectory: directory, groupsFile, environment: 'production' as const },
      ...{ masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' },
      callbackAllow: ALLOW_LOCAL,
    };
    server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
  });
  after(async () => {
    if (skip) return;
    await server.close();
    for (const cluster of clusters) await cluster.remove();
  });

  async function made(path: string, body: object) {
    const answer = await manage(server, 'POST', path, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }

  /** The emptiest group first: one party for each group, in the order of their names. */
  async function makeParties(url: string): Promise<Work[]> {
    const works: Work[] = [];
    const now = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    for (let i = 0; i < GROUPS; i++) {
      const partyId = `p${String(i).padStart(3, '0')}`;
      const party = { platform: 'jintong', partyId, users: [partyId], grants: ['HastenOrder'] };
      keys.set(partyId, (await made('/parties', party)).secret);
      await made('/callbacks/endpoints', { platform: 'jintong', party: partyId, url });
      const orders = Array.from({ length: ORDERS }, (_, n) => ({
        ...{ platform: 'jintong', orderId: `${partyId}n${n}`, userName: partyId },
        ...{ state: 'D', amount: '1.00', createdAt: now },
      }));
      await made('/orders', orders);
      works.push(...orders.map(({ orderId }) => ({ partner: partyId, orderId })));
    }
    return works;
  }

  async function hasten({ partner, orderId }: Work): Promise<string> {
    const key = keys.get(partner)!;
    const basic = { Partner: partner };
    const param = { OrderID: orderId, UserName: partner };
    const parts = { basic, param, key };
    return readReply(await post(server, form(document('jane88', 'HastenOrder', parts))), key).code;
  }

  test('one server is killed under load and comes back', async (t) => {
    const receiver = await startReceiver();
    const works = await makeParties(receiver.url);
    const mixed = works.toSorted(() => Math.random() - 0.5);
    const [kill, restart] = [KILLED_AT, BACK_AT].map((part) => Math.floor(mixed.length * part));
    const codes = new Map<string, string>();
    const waits: Record<'before' | 'during', number[]> = { before: [], during: [] };
    let phase: keyof typeof waits | 'after' = 'before';
    let next = 0;
    const callers = Array.from({ length: CALLERS }, async () => {
      for (let i = next++; i < mixed.length; i = next++) {
        if (i === kill) {
          await clusters[1]!.stop('immediate');
          phase = 'during';
        }
        if (i === restart) {
          phase = 'after';
          await clusters[1]!.start();
        }
        const work = mixed[i]!;
        const began = performance.now();
        const its = phase;
        codes.set(work.orderId, await hasten(work));
        if (!isOnB(work.partner) && its !== 'after') waits[its].push(performance.now() - began);
      }
    });
    await Promise.all(callers);

    const onA = works.filter(({ partner }) => !isOnB(partner));
    for (const { orderId } of onA) assert.equal(codes.get(orderId), 'CallSuccess', orderId);
    for (;;) {
      const ready = await (await fetch(`${server.url}/readyz`)).text();
      if (ready === 'ready\n') break;
      await sleep(200);
    }
    // A call that was answered with "unavailable" is repeated, as its caller would.
    for (const work of works) {
      if (codes.get(work.orderId) !== 'CallSuccess') await hasten(work);
    }
    // Two callbacks of each order, when it was made and when it was hastened.
    await receiver.until(works.length * 2);
    const told = Map.groupBy(receiver.received, ({ json }) => json.data.orderId as string);
    let twice = 0;
    for (const { orderId } of works) {
      const ids = new Set<string>();
      const versions: number[] = [];
      for (const { headers, json } of told.get(orderId)!) {
        const id = String(headers['webhook-id']);
        if (ids.has(id))
          twice++; // Posted again after the kill, with the same id, as is promised.
        else versions.push(json.data.version);
        ids.add(id);
      }
      assert.deepEqual(versions, [1, 2], `${orderId} is told in order, each change once`);
      const { body } = await manage(server, 'GET', `/orders/jintong/${orderId}`);
      assert.equal(body.version, 2, `${orderId} was hastened once`);
    }
    const p = (all: readonly number[], part: number) =>
      all.toSorted((a, b) => a - b)[Math.floor(all.length * part)]?.toFixed(1);
    for (const [name, all] of Object.entries(waits)) {
      t.diagnostic(
        `server a, ${name}: ${all.length} calls, p50 ${p(all, 0.5)} ms, p99 ${p(all, 0.99)} ms`,
      );
    }
    const refused = [...codes.values()].filter((code) => code !== 'CallSuccess').length;
    t.diagnostic(
      `server b: ${refused} calls were refused; ${twice} callbacks came twice with their id`,
    );
  });
});
