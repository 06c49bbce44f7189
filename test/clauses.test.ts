// The clauses of each platform as data: ids, sources, parties, and that every code has one or says why not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import type { ClauseSet, Row } from '../src/protocol/clause.ts';
import { Authority } from '../src/testing/index.ts';

const CLAUSES = '../src/platforms';

for (const { name, contract, sandboxFile } of platforms) {
  const { clauses: set } = (await import(`${CLAUSES}/${name}/clauses.ts`)) as {
    clauses: ClauseSet;
  };

  test(`${name}: each clause has an id of its own and names a source that is found`, () => {
    const authority = new Authority(new URL(`../src/platforms/${name}/`, import.meta.url));
    assert.equal(set.platform, name);
    const ids = new Set<string>();
    for (const { id, source } of set.clauses) {
      assert.match(id, /^[\w.+-]+$/);
      assert.ok(!ids.has(id), `two clauses are called ${id}`);
      ids.add(id);
      authority.assertHas(id, source);
    }
    assert.ok(ids.size >= 80, `${ids.size} clauses`);
  });

  test(`${name}: every code of the contract has a clause, or says why it has none`, () => {
    const expected = new Set(set.clauses.map(({ expects }) => expects.code));
    const isReached = (row: string): boolean =>
      expected.has(row) ||
      (/[*?]$/.test(row) && [...expected].some((code) => code.startsWith(row.slice(0, -1))));
    for (const [code, { unused }] of Object.entries(contract.codes)) {
      const why = set.unreached[code];
      assert.equal(isReached(code), why === undefined, code);
      if (unused) assert.ok(why, `the contract says that ${code} is not used`);
    }
    for (const key of Object.keys(set.unreached)) {
      const [code] = key.split(' ');
      assert.ok(code! in contract.codes, `no code ${code}`);
    }
  });

  test(`${name}: each clause says all that has to be there`, () => {
    const orders = new Map<string, number>();
    for (const { id, given, request } of set.clauses) {
      assert.ok(given.party in set.parties.rows, `${id}: no party ${given.party}`);
      const { secretOf } = request.mutate ?? {};
      if (secretOf !== undefined) assert.ok(secretOf in set.parties.rows, `${id}: ${secretOf}`);
      for (const { orderId, requestId } of given.orders ?? []) {
        const key = String(orderId ?? requestId);
        orders.set(key, (orders.get(key) ?? 0) + 1);
      }
    }
    // An order that a clause changes is no other clause's.
    for (const { id, given, request, expects } of set.clauses) {
      const isWrite = contract.methods[request.method ?? '']?.effect === 'write';
      if (!isWrite || expects.code !== contract.success) continue;
      for (const { orderId } of given.orders ?? []) {
        assert.equal(orders.get(String(orderId)), 1, `${id}: order ${orderId}`);
      }
    }
  });

  test(`${name}: a party that the sandbox has, too, is there what the clauses say`, () => {
    const { section, secret, rows } = set.parties;
    const file = JSON.parse(readFileSync(sandboxFile, 'utf8')) as Record<
      string,
      Record<string, Row[]>
    >;
    const idField = Object.keys(Object.values(rows)[0]!)[0]!;
    for (const inSandbox of file[name]![section]!) {
      const row = rows[String(inSandbox[idField])];
      if (!row) continue;
      const { [secret]: _, ...rest } = inSandbox;
      for (const [field, value] of Object.entries(row)) {
        if (!Array.isArray(value)) {
          assert.deepEqual(rest[field], value, `${inSandbox[idField]}.${field}`);
          continue;
        }
        // The sandbox's may have more, such as a further app of an account.
        const there = JSON.stringify(rest[field]);
        for (const one of value) {
          const text = JSON.stringify(one).replace(/[}]$/, '');
          assert.ok(there.includes(text), `${inSandbox[idField]}.${field}: ${text} in ${there}`);
        }
      }
    }
  });
}
