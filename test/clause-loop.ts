// Runs the clauses of a platform against a server of this project: one test a clause, in an order drawn by lot.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { entryOf } from '../src/conformance/compare.ts';
import { judge, type Place } from '../src/conformance/judge.ts';
import { AddressList } from '../src/directory/addresses.ts';
import type { Ordergate } from '../src/main.ts';
import { type Clause, type ClauseSet, rowsOf } from '../src/protocol/clause.ts';
import type { Contract, Source } from '../src/protocol/contract.ts';
import { DRIVERS } from './clause-drivers.ts';
import { breakRows, manage, startTestServer, TestClock, temporaryDirectory } from './support.ts';

const MAX_ROWS = 1000;
const TIMEOUT_MS = 60_000;

const textOf = (source: Source): string =>
  'settled' in source ? `settled.md ${source.settled}` : (source.quote ?? source.document);

const shuffled = <T>(items: readonly T[]): T[] => {
  const left = [...items];
  return items.map(() => left.splice(randomInt(left.length), 1)[0]!);
};

const secretFor = (server: Ordergate, platform: string) => (party: string) =>
  server.parties.find(platform, party)?.keys[0]?.secret ?? `secret-of-${party}-in-tests`;

/** Brings in all that the clauses need. What the sandbox has already stays as it is. */
async function prepare(server: Ordergate, set: ClauseSet, clauses: readonly Clause[]) {
  const { platform } = set;
  const rows = rowsOf(set, clauses, secretFor(server, platform)).map(({ section, row }, i) => ({
    line: i + 1,
    place: { platform, section },
    text: JSON.stringify(row),
  }));
  for (let i = 0; i < rows.length; i += MAX_ROWS) {
    const part = { rows: rows.slice(i, i + MAX_ROWS) };
    const { status, body } = await manage(server, 'POST', '/import', part);
    assert.deepEqual([status, body.refused], [200, []], JSON.stringify(body));
  }
}

interface Running {
  readonly server: Ordergate;
  readonly clock: TestClock;
}

/** A server that one clause has for itself, because it moves the clock or takes the store away. */
async function startFor(set: ClauseSet, clause: Clause): Promise<Running> {
  const clock = new TestClock();
  const dataDirectory = temporaryDirectory();
  const trustedProxies = new AddressList(['127.0.0.1']);
  const isBehindProxy = clause.given.server === 'trusted-proxy';
  const server = await startTestServer({
    clock,
    config: { dataDirectory, ...(isBehindProxy && { trustedProxies }) },
  });
  await prepare(server, set, [clause]);
  if (clause.given.server === 'broken-row') {
    const [order] = clause.given.orders!;
    await breakRows(
      dataDirectory,
      `UPDATE orders SET attributes = '{}' WHERE order_id = '${order!.orderId}'`,
    );
  }
  if (clause.given.server === 'no-store') await server.storage.close();
  return { server, clock };
}

const placeOf = ({ server, clock }: Running, { platform }: ClauseSet): Place => ({
  url: server.url,
  timeoutMs: TIMEOUT_MS,
  isStill: true,
  overlaps: true,
  now: () => server.clock.now(),
  advance: async (milliseconds) => clock.advance(milliseconds),
  secretOf: secretFor(server, platform),
});

/** Call it at the top of a test file. */
export async function testClauses(contract: Contract, set: ClauseSet): Promise<void> {
  const alone = ({ given }: Clause): boolean =>
    given.server !== undefined || given.at !== undefined;
  const driver = DRIVERS[set.platform]!;
  const together = set.clauses.filter((clause) => !alone(clause));
  const clock = new TestClock();
  const shared: Running = { server: await startTestServer({ clock }), clock };
  await prepare(shared.server, set, together);
  const reached = new Set<string>();

  for (const clause of shuffled(set.clauses)) {
    test(`${clause.id}: "${textOf(clause.source)}" → ${clause.expects.code}`, async () => {
      const running = alone(clause) ? await startFor(set, clause) : shared;
      const judged = await judge(clause, contract, driver, placeOf(running, set));
      assert.deepEqual(judged.faults, [], String(judged.exchange?.got));
      assert.equal(judged.skip, undefined);
      const [row] = entryOf(contract, clause.expects.code);
      reached.add(row).add(`${row} ${judged.heard!.words}`);
    });
  }

  test('each refusal tells the request log what was wrong', async () => {
    const path = `/requests?platform=${set.platform}&limit=1000`;
    const { body } = await manage(shared.server, 'GET', path);
    const refusals = body.items.filter(
      ({ outcome }: { outcome: string }) => outcome !== contract.success,
    );
    assert.ok(refusals.length > 30);
    for (const { detail, outcome } of refusals) assert.ok(detail, `${outcome} says nothing`);
  });

  test('every code of the table is reached by a clause, with each of its words, or says why not', () => {
    for (const code of Object.keys(set.unreached)) assert.ok(!reached.has(code), code);
    const missing = Object.entries(contract.codes).flatMap(([code, { otherWires = {} }]) => {
      if (code in set.unreached) return [];
      const others = Object.keys(otherWires).map((words) => `${code} ${words}`);
      return [code, ...others.filter((other) => !(other in set.unreached))];
    });
    assert.deepEqual(
      missing.filter((code) => !reached.has(code)),
      [],
      'codes that no clause reaches',
    );
  });
}
