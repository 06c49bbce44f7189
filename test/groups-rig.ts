// A node with groups of owners on two PostgreSQL servers of a test's own, and calls of Jintong's parties to it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { readReply } from '../src/platforms/jintong/client.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { document, form, post } from './jintong.ts';
import { ALLOW_LOCAL } from './receiver.ts';
import { manage } from './support.ts';

/** What a party of Jintong reads when its server does not answer. */
export const UNAVAILABLE = 'Unknown';

export interface GroupsRig {
  readonly a: Cluster;
  readonly b: Cluster;
  readonly groupsFile: string;
  readonly server: Ordergate;
  readonly startMs: number;
  /** Ends the node and starts another one. @returns how long the start took */
  restart(): Promise<number>;
  made(path: string, body: object): Promise<{ readonly secret: string }>;
  /** Makes a party that may hasten and cancel; it comes into the group with the fewest owners. */
  makeParty(partyId: string, callbackUrl: string): Promise<void>;
  /** Makes an order, again if it was not acknowledged. */
  create(partyId: string, orderId: string): Promise<void>;
  /** @returns the code of Jintong's reply */
  hasten(partyId: string, orderId: string): Promise<string>;
  cancel(partyId: string, orderId: string): Promise<string>;
  remove(): Promise<void>;
}

export interface RigOptions {
  readonly directory: string;
  /** By group: the server on which it is made. */
  readonly groups: Readonly<Record<string, 'a' | 'b'>>;
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

/** Before the orders' hour, so that they may be hastened. */
export const createdAt = (): string =>
  new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

export async function startGroups({ directory, groups, settings }: RigOptions): Promise<GroupsRig> {
  const options = settings ? { settings } : {};
  const [a, b] = await Promise.all([startCluster(options), startCluster(options)]);
  const groupsFile = join(directory, 'groups.json');
  const places = Object.entries(groups).map(([name, server]) => {
    return [name, { server, schema: `ordergate_${name}` }] as const;
  });
  const file = {
    home: { server: 'a', schema: 'ordergate_home' },
    servers: { a: a.url, b: b.url },
    groups: Object.fromEntries(places),
  };
  writeFileSync(groupsFile, JSON.stringify(file));
  const config = {
    ...readConfig({}, {}),
    ...{ port: 0, dataDirectory: directory, groupsFile, environment: 'production' as const },
    ...{ masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' },
    callbackAllow: ALLOW_LOCAL,
  };
  const keys = new Map<string, string>();
  let server: Ordergate;
  async function start(): Promise<number> {
    const begun = performance.now();
    server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
    return performance.now() - begun;
  }
  async function made(path: string, body: object) {
    const answer = await manage(server, 'POST', path, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }
  async function call(partyId: string, method: string, param: Record<string, string>) {
    const key = keys.get(partyId)!;
    const parts = { basic: { Partner: partyId }, param, key };
    return readReply(await post(server, form(document('jane88', method, parts))), key).code;
  }
  const startMs = await start();
  return {
    ...{ a, b, groupsFile, startMs, made },
    get server() {
      return server;
    },
    async restart() {
      await server.close();
      return start();
    },
    async makeParty(partyId, url) {
      const grants = ['HastenOrder', 'OperateCancelOrder'];
      const party = { platform: 'jintong', partyId, users: [partyId], grants };
      keys.set(partyId, (await made('/parties', party)).secret);
      await made('/callbacks/endpoints', { platform: 'jintong', party: partyId, url });
    },
    async create(partyId, orderId) {
      const order = {
        ...{ platform: 'jintong', orderId, userName: partyId },
        ...{ state: 'D', amount: '1.00', createdAt: createdAt() },
      };
      for (;;) {
        const key = { 'idempotency-key': `make-${orderId}` };
        const { status, body } = await manage(server, 'POST', '/orders', order, key);
        if (status < 300) return;
        assert.equal(status, 503, JSON.stringify(body));
        await sleep(50);
      }
    },
    hasten: (partyId, orderId) =>
      call(partyId, 'HastenOrder', { OrderID: orderId, UserName: partyId }),
    cancel: (partyId, orderId) =>
      call(partyId, 'OperateCancelOrder', { OrderID: orderId, Consumer: partyId, Remark: 'no' }),
    async remove() {
      await server.close();
      await Promise.all([a.remove(), b.remove()]);
    },
  };
}

/** Begins at most `count` tasks at a fixed rate, whether the earlier ones have ended or not. */
export async function atRate(
  perSecond: number,
  count: number,
  task: (i: number) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < count && !isOver(); i++) {
    await sleep(Math.max(0, begun + (i / perSecond) * 1000 - performance.now()));
    all.push(task(i));
  }
  await Promise.all(all);
}

/** The value below which a part of the values are, with one digit. */
export const quantile = (values: readonly number[], part: number): string =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length * part)]?.toFixed(1) ?? 'none';
