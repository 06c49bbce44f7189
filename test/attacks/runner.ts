// Runs named attacks against one server: each says what has to come, and that nothing in the ledger has changed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Ordergate } from '../../src/main.ts';
import { connectTo } from '../exchange.ts';
import { databaseOf } from '../postgres.ts';
import {
  onPostgres,
  startTestServer,
  TestClock,
  type TestOptions,
  temporaryDirectory,
} from '../support.ts';

export interface Target {
  readonly server: Ordergate;
  readonly clock: TestClock;
  /** Numbers that differ after any change of an order, a party, a token, an endpoint or a setting. */
  state(): Promise<string>;
}

export interface Attack {
  readonly name: string;
  /** Sends bytes; the outcome: a platform's code, or the status where HTTP refused. */
  send(target: Target): Promise<string>;
  /** How far the clock moves before, in milliseconds: what of the sandbox gets due is no effect of the attack. */
  readonly later?: number;
  /** Exactly this outcome, or one that fits. */
  readonly becomes: string | RegExp;
  /** A control: what the attack was made of is accepted as it is, or an end of tokens is the right answer. */
  readonly changes?: boolean;
}

const COUNTED = [
  'SELECT count(*) FROM orders',
  'SELECT sum(version) FROM orders',
  'SELECT count(*) FROM order_keys',
  'SELECT count(*) FROM history',
  'SELECT count(*) FROM unique_keys',
  'SELECT count(*) FROM sealed_texts',
  'SELECT count(*) FROM deadlines',
  'SELECT sum(length(document)) FROM parties',
  'SELECT sum(length(document)) FROM catalog',
  // A call of the management API has an entry in the audit, which counts in this setting.
  "SELECT sum(length(value)) FROM settings WHERE name <> 'audit-head'",
  'SELECT count(*) FROM tokens',
  'SELECT count(*) FROM endpoints',
  'SELECT count(*) FROM deliveries',
];
const STATE = `SELECT ${COUNTED.map((sql, i) => `(${sql}) AS n${i}`).join(', ')}`;

/** A sandbox whose clock stands, with a look into its tables that goes past the server. */
export async function startTarget(options: TestOptions = {}): Promise<Target> {
  const clock = new TestClock('2026-01-02T03:04:05.000Z');
  const dataDirectory = temporaryDirectory();
  const config = { ...options.config, dataDirectory };
  const server = await startTestServer({ clock, ...options, config });
  const read = onPostgres ? await postgresReader(dataDirectory) : sqliteReader(dataDirectory);
  /** Fixtures of the sandbox that are due: at the start, and where an attack has moved the clock. */
  const settled = async (): Promise<void> => {
    const due = `SELECT count(*) AS n FROM deadlines WHERE due_at <= ${clock.now()}`;
    while (Number(Object.values(await read(due))[0]) > 0) await sleep(50);
    // A post of the attack before may be under way.
    await server.callbacks.drain();
  };
  const state = async (): Promise<string> => {
    await settled();
    return Object.values(await read(STATE)).join(' ');
  };
  await settled();
  return { server, clock, state };
}

type Reader = (sql: string) => Promise<Record<string, unknown>>;

function sqliteReader(dataDirectory: string): Reader {
  const db = new DatabaseSync(join(dataDirectory, 'ledger.db'), { readOnly: true, timeout: 5000 });
  after(() => db.close());
  return async (sql) => db.prepare(sql).get() as Record<string, unknown>;
}

async function postgresReader(dataDirectory: string): Promise<Reader> {
  const client = new pg.Client({ connectionString: await databaseOf(dataDirectory) });
  await client.connect();
  after(() => client.end());
  return async (sql) => (await client.query(sql)).rows[0];
}

/** One test for each attack. */
export function runAttacks(title: string, target: Target, attacks: readonly Attack[]): void {
  describe(`${title} (${attacks.length})`, () => {
    for (const { name, send, later = 0, becomes, changes = false } of attacks) {
      test(name, async () => {
        target.clock.advance(later);
        const before = await target.state();
        const outcome = await send(target);
        if (typeof becomes === 'string') assert.equal(outcome, becomes);
        else assert.match(outcome, becomes);
        const now = await target.state();
        if (changes) assert.notEqual(now, before, 'nothing changed');
        else assert.equal(now, before, 'the ledger changed');
      });
    }
  });
}

/** What a body of a platform says: its code; null where it is no answer of a platform. */
export function codeOf(body: string): string | null {
  const found =
    /MessageCode(?:%3e|>)(\w+)/i.exec(body) ??
    /"statusCode":"(-?\d+)"/.exec(body) ??
    /error_code(?:>|":")([\w.:-]+)/.exec(body) ??
    /(sn_body|orderSts)/.exec(body);
  return found ? found[1]! : null;
}

/** Longer than any answer takes; the server itself ends what is not complete after 30 s. */
const SILENCE_MS = 1500;

/**
 * Sends bytes as they are and closes the sending half; the outcomes of all answers, one after the
 * other, such as `CallFail 400`. `silence` where no answer came.
 */
export async function wire({ server }: Target, bytes: string | Uint8Array): Promise<string> {
  const socket = connectTo(server.url);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.setTimeout(SILENCE_MS, () => socket.destroy());
  socket.on('end', () => socket.destroy());
  socket.end(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  await once(socket, 'close');
  return outcomesOf(Buffer.concat(chunks)).join(' ') || 'silence';
}

function outcomesOf(bytes: Buffer): string[] {
  const outcomes: string[] = [];
  let rest = bytes.toString('latin1');
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return [...outcomes, 'half an answer'];
    const head = rest.slice(0, end);
    const status = head.slice(9, 12);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (status !== '100') outcomes.push(codeOf(body) ?? status);
    rest = rest.slice(end + 4 + length).replace(/^0\r\n\r\n/, ''); // Node's own 417 is chunked.
  }
  return outcomes;
}
