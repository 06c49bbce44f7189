// Runs the clauses of a platform against a server of this project: one test a clause, in an order drawn by lot.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { AddressList } from '../src/directory/addresses.ts';
import type { Ordergate } from '../src/main.ts';
import { type Clause, type ClauseSet, rowsOf } from '../src/protocol/clause.ts';
import type { CodeEntry, Contract, Source } from '../src/protocol/contract.ts';
import { DRIVERS, findIn, type Heard, send, sendAtOnce, type Target } from './clause-drivers.ts';
import { breakRows, manage, startTestServer, TestClock, temporaryDirectory } from './support.ts';

const MAX_ROWS = 1000;

const textOf = (source: Source): string =>
  'settled' in source ? `settled.md ${source.settled}` : (source.quote ?? source.document);

/** The row of a platform's table for a code of a reply, whose end may be a field's name or a number. */
function entryOf({ codes }: Contract, code: string): [row: string, entry: CodeEntry | undefined] {
  if (Object.hasOwn(codes, code)) return [code, codes[code]];
  const row = Object.keys(codes).find(
    (name) => /[*?]$/.test(name) && code.startsWith(name.slice(0, -1)),
  );
  return [row ?? code, row === undefined ? undefined : codes[row]];
}

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

async function hear(
  contract: Contract,
  set: ClauseSet,
  clause: Clause,
  { server, clock }: Running,
): Promise<Heard> {
  const driver = DRIVERS[set.platform]!;
  const { party, before = [], at = 0, during } = clause.given;
  const target = (): Target => ({
    url: server.url,
    now: server.clock.now(),
    party,
    secretOf: secretFor(server, set.platform),
  });
  for (const request of before) {
    const first = await send(driver, target(), request);
    assert.equal(first.code, contract.success, `before: ${JSON.stringify(first)}`);
  }
  clock.advance(at);
  if (!during) return send(driver, target(), clause.request);
  const [first, second] = await sendAtOnce(driver, target(), [during, clause.request]);
  assert.equal(first!.code, contract.success, `during: ${JSON.stringify(first)}`);
  return second!;
}

/** Each field of `expected` is somewhere in the reply, with what is expected of it. */
function assertHolds(reply: unknown, expected: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = findIn(reply, name);
    if (typeof value === 'object' && value !== null) assertHolds(found, value as never);
    else assert.equal(found, value, name);
  }
}

/** Call it at the top of a test file. */
export async function testClauses(contract: Contract, set: ClauseSet): Promise<void> {
  const alone = ({ given }: Clause): boolean =>
    given.server !== undefined || given.at !== undefined;
  const together = set.clauses.filter((clause) => !alone(clause));
  const clock = new TestClock();
  const shared: Running = { server: await startTestServer({ clock }), clock };
  await prepare(shared.server, set, together);
  const reached = new Set<string>();

  for (const clause of shuffled(set.clauses)) {
    test(`${clause.id}: "${textOf(clause.source)}" → ${clause.expects.code}`, async () => {
      const running = alone(clause) ? await startFor(set, clause) : shared;
      const heard = await hear(contract, set, clause, running);
      const { code, words, reply, unsigned } = clause.expects;
      assert.equal(heard.code, code, JSON.stringify(heard));
      const [row, entry] = entryOf(contract, code);
      if (heard.words !== null) assert.equal(heard.words, words ?? entry?.wire);
      if (heard.isSigned !== undefined) assert.equal(heard.isSigned, !unsigned, 'the signature');
      if (reply) assertHolds(heard.reply, reply);
      reached.add(row).add(`${row} ${heard.words}`);
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
