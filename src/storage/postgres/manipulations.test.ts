// Tests that verify finds manual changes in the database. Each case is SQL in a transaction that is
// rolled back.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { anEndpoint, hands } from '../../../test/storage/callback-fixtures.ts';
import {
  anOrder,
  asNew,
  change,
  create,
  suiteDirectory,
  T0,
} from '../../../test/storage/fixtures.ts';
import { aParty } from '../../../test/storage/parties.ts';
import type { OrderModel } from '../../core/order.ts';
import { auditEntries } from '../../whole-audit.ts';
import { changeHash, type LedgerHead } from '../chain.ts';
import { Sealer } from '../seal.ts';
import { faultsOf } from '../transfer/port.ts';
import { toCallbackAudit } from './callback-queries.ts';
import { callbackStatements } from './callback-statements.ts';
import { rowsOf } from './chain-audit.ts';
import { sealHead } from './chain-groups.ts';
import { Connection } from './connection.ts';
import { ordersWithEntries } from './entries.ts';
import { openPostgres } from './open.ts';
import { auditSnapshot } from './queries.ts';

/** The declarations of a fictitious platform about its orders. */
const model: OrderModel = {
  states: {},
  operatorTransitions: {},
  lookUpKeys: ({ orderId }) => (hasEntries(orderId) ? [['pnr', `PNR${orderId.slice(5)}`]] : []),
  uniqueKeys: ({ orderId }) =>
    hasEntries(orderId) ? [['theirs', `their${orderId.slice(5)}`]] : [],
  lists: ({ orderId }) => (hasEntries(orderId) ? ['all', 'some'] : []),
  deadlines: ({ lines }) =>
    lines.map(({ lineId }) => ({ kind: `refund:${lineId}`, dueAt: T0 + 1e9 })),
};
const hasEntries = (orderId: string): boolean => /^order\d$/.test(orderId);

const sealer = new Sealer(Buffer.alloc(32, 7));
const THIRD = "order_id = 'order3'";
const change3 = (version: number) => `${THIRD} AND version = ${version}`;
const LAST = '(SELECT max(seq) FROM history)';
const OF_LAST = `(order_id) = (SELECT order_id FROM history WHERE seq = ${LAST})`;
const ROLL_BACK = `
  UPDATE orders SET version = 3, state = 'shipped', updated_at = updated_at - 1,
    head = (SELECT hash FROM history h WHERE h.order_id = orders.order_id AND h.version = 3) WHERE ${OF_LAST};
  DELETE FROM history WHERE seq = ${LAST}`;

const CASES: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  "an order's amount": [
    `UPDATE orders SET attributes = replace(attributes, '128000', '1') WHERE ${THIRD}`,
    /order p order3: its times, state/,
  ],
  "an order's owner": [
    `UPDATE orders SET owner = 'owner2' WHERE ${THIRD}`,
    /order p order3 of owner1: its row is not there/,
  ],
  "an order's owner, with its history": [
    `UPDATE orders SET owner = 'owner2' WHERE ${THIRD}; UPDATE history SET owner = 'owner2' WHERE ${THIRD}`,
    /order p order3: its times/,
  ],
  "an order's userName": [
    `UPDATE orders SET attributes = replace(attributes, 'user3', 'user4') WHERE ${THIRD}`,
    /order p order3/,
  ],
  "an order's created_at": [
    `UPDATE orders SET created_at = created_at + 1 WHERE ${THIRD}`,
    /order p order3/,
  ],
  "an order's updated_at": [
    `UPDATE orders SET updated_at = updated_at + 1 WHERE ${THIRD}`,
    /order p order3/,
  ],
  "an order's order_id": [`UPDATE orders SET order_id = 'orderX' WHERE ${THIRD}`, /order p orderX/],
  "an order's platform": [`UPDATE orders SET platform = 'q' WHERE ${THIRD}`, /order q order3/],
  "a line's state": [
    `UPDATE orders SET lines = replace(lines, 'wait', 'sent') WHERE ${THIRD}`,
    /order p order3/,
  ],
  'state alone': [`UPDATE orders SET state = 'open' WHERE ${THIRD}`, /order p order3: its state/],
  'version alone': [
    `UPDATE orders SET version = 9 WHERE ${THIRD}`,
    /order p order3: its version is 9/,
  ],
  "an order's head": [`UPDATE orders SET head = NULL WHERE ${THIRD}`, /order p order3: its head/],
  'an order removed with its history': [
    `DELETE FROM history WHERE ${THIRD}; DELETE FROM orders WHERE ${THIRD}`,
    /order_ids: the id is there without its order \(order3\)/,
  ],
  'an order removed with all that is of it': [
    `DELETE FROM history WHERE ${THIRD}; DELETE FROM orders WHERE ${THIRD}; DELETE FROM order_ids WHERE ${THIRD};
     DELETE FROM order_keys WHERE ${THIRD}; DELETE FROM unique_keys WHERE ${THIRD}; DELETE FROM deadlines WHERE ${THIRD}`,
    /group 1 .* changes were removed/,
  ],
  "an order's row removed": [
    `DELETE FROM orders WHERE ${THIRD}`,
    /order3 of owner1: its row is not/,
  ],
  'a forged order put in': [
    `INSERT INTO orders SELECT platform, owner, 'forged', created_at, 99, state, version, updated_at, attributes, lines, head FROM orders WHERE ${THIRD}`,
    /order p forged: it has no history/,
  ],
  "history's actor": [
    `UPDATE history SET actor = 'import' WHERE ${change3(2)}`,
    /order3: change 2/,
  ],
  "history's time": [`UPDATE history SET at = at + 1 WHERE ${change3(2)}`, /order3: change 2/],
  "history's note": [`UPDATE history SET note = 'other' WHERE ${change3(2)}`, /order3: change 2/],
  "history's action": [`UPDATE history SET action = 'x' WHERE ${change3(2)}`, /order3: change 2/],
  "history's line": [`UPDATE history SET line = 'b' WHERE ${change3(2)}`, /order3: change 2/],
  "history's request": [
    `UPDATE history SET request_id = 1 WHERE ${change3(2)}`,
    /order3: change 2/,
  ],
  "history's from": [
    `UPDATE history SET from_state = 'other' WHERE ${change3(3)}`,
    /order3: change 3/,
  ],
  'a middle to': [`UPDATE history SET to_state = 'other' WHERE ${change3(2)}`, /order3: change 2/],
  "history's order": [
    `UPDATE history SET order_id = 'order4', version = 9 WHERE ${change3(3)}`,
    /order3: change 3 is missing/,
  ],
  "history's number": [`UPDATE history SET seq = 999 WHERE ${change3(3)}`, /group 1 /],
  'a document’s digest': [
    `UPDATE history SET document = 'x' WHERE ${change3(2)}`,
    /order3: change 2/,
  ],
  'a hash in the middle taken away': [
    `UPDATE history SET hash = NULL WHERE ${change3(2)}`,
    /order3: change 3/,
  ],
  'the first row removed': [
    `DELETE FROM history WHERE ${change3(1)}`,
    /order3: change 1 is missing/,
  ],
  'a middle row removed': [
    `DELETE FROM history WHERE ${change3(2)}`,
    /order3: change 2 is missing/,
  ],
  'the last row removed': [`DELETE FROM history WHERE ${change3(4)}`, /order3: its version is 4/],
  'the last change rolled back consistently': [ROLL_BACK, /group 1 .* changes were removed/],
  'a state changed in order and history alike': [
    `UPDATE orders SET state = 'open' WHERE ${THIRD}; UPDATE history SET to_state = 'open' WHERE ${change3(4)}`,
    /order p order3: change 4/,
  ],
  "an event's type": [
    `UPDATE history SET event_type = 'order.paid' WHERE ${change3(2)}`,
    /order3: change 2 .*its event/,
  ],
  "an event's payload": [
    `UPDATE history SET event_payload = '{}' WHERE ${change3(2)}`,
    /order3: change 2/,
  ],
  'order_keys changed': [
    `UPDATE order_keys SET value = 'PNRX' WHERE value = 'PNR3'`,
    /order_keys: order p order3 lacks pnr PNR3/,
  ],
  'order_keys put in': [
    `INSERT INTO order_keys SELECT platform, owner, order_id, created_at, name, 'PNRX' FROM order_keys WHERE ${THIRD}`,
    /order_keys: order p order3 has pnr PNRX, which does not follow/,
  ],
  'order_keys emptied': ['DELETE FROM order_keys', /order_keys: order p order0 lacks pnr PNR0/],
  'unique_keys removed': [
    `DELETE FROM unique_keys WHERE value = 'their3'`,
    /unique_keys: order p order3 lacks theirs their3/,
  ],
  'unique_keys of another order': [
    `UPDATE unique_keys SET order_id = 'order4' WHERE value = 'their3'`,
    /unique_keys: order p order4 has theirs their3/,
  ],
  'kept_replies emptied': [
    'DELETE FROM kept_replies',
    /table kept_replies: it holds 0 rows, and 6 were written/,
  ],
  'kept_replies truncated': ['TRUNCATE kept_replies', /table kept_replies: it holds 0 rows/],
  'kept_replies prolonged': [
    `UPDATE kept_replies SET expires_at = expires_at + 1 WHERE key = 'once3'`,
    /table kept_replies: of its 6 rows at least one/,
  ],
  'kept_replies given another reply': [
    `UPDATE kept_replies SET reply = '"no"'`,
    /table kept_replies/,
  ],
  'deadlines emptied': [
    'DELETE FROM deadlines',
    /deadlines: order p order3 lacks refund:a at 2026-/,
  ],
  'deadlines put off': [
    `UPDATE deadlines SET due_at = due_at + 1 WHERE ${THIRD}`,
    /deadlines: order p order3 lacks refund:a/,
  ],
  'a deadline that no line needs': [
    `INSERT INTO deadlines (platform, owner, order_id, kind, due_at)
       SELECT platform, owner, order_id, 'refund:b', due_at FROM deadlines WHERE ${THIRD}`,
    /deadlines: order p order3 has refund:b at .* does not follow/,
  ],
  'list_entries and counts emptied alike': [
    'DELETE FROM list_entries; DELETE FROM list_counts; DELETE FROM lists',
    /list_entries: order p order3 lacks all/,
  ],
  'a mask': [`UPDATE sealed_texts SET mask = '"1"' WHERE ${THIRD}`, /table sealed_texts: of its/],
  'a sealed text removed': [
    `DELETE FROM sealed_texts WHERE ${THIRD} AND name = 'cards1'`,
    /table sealed_texts: it holds 17 rows, and 18 were written/,
  ],
  'grants widened': [
    `UPDATE parties SET document = jsonb_set(document::jsonb, '{grants}', '["*"]')::text WHERE party_id = 'owner1'`,
    /table parties: of its 2 rows/,
  ],
  'a party removed': [`DELETE FROM parties WHERE party_id = 'owner2'`, /table parties: it holds 1/],
  'a token prolonged': ['UPDATE tokens SET expires_at = expires_at + 1', /table tokens: of its 1/],
  'a token put in': [
    `INSERT INTO tokens SELECT platform, 'd2', kind, party_id, grant_id, expires_at, attributes FROM tokens`,
    /table tokens: it holds 2 rows, and 1 were/,
  ],
  'the environment': [
    `UPDATE settings SET value = 'sandbox' WHERE name = 'environment'`,
    /table settings: of its/,
  ],
  'a catalog entry': [`UPDATE catalog SET document = '[]'`, /table catalog/],
  'the callback cursor back': ['UPDATE fan_out SET cursor = cursor - 1', /table fan_out/],
  "an endpoint's address": [
    `UPDATE endpoints SET url = 'http://other.example/'`,
    /table endpoints/,
  ],
  "a delivery's body": [`UPDATE deliveries SET body = '{}' WHERE id = 1`, /table deliveries/],
  'a delivery removed': ['DELETE FROM deliveries WHERE id = 1', /table deliveries: it holds 0/],
  'a sum': [`UPDATE covers SET digest = digest + 1 WHERE name = 'tokens'`, /table tokens/],
  'the sums removed': ['DELETE FROM covers', /table tokens: its sum is missing/],
  'order_keys of no order': [
    `UPDATE order_keys SET order_id = 'x' WHERE ${THIRD}`,
    /order_keys: it belongs to no order \(pnr PNR3\)/,
  ],
  'unique_keys of no order': [
    `UPDATE unique_keys SET owner = 'owner2' WHERE ${THIRD}`,
    /unique_keys: .*their3/,
  ],
  'deadlines of no order': [
    `UPDATE deadlines SET order_id = 'x' WHERE ${THIRD}`,
    /deadlines: .*of x/,
  ],
  'list_entries removed': [`DELETE FROM list_entries WHERE ${THIRD}`, /list_counts: list all/],
  'list_entries moved': [
    `UPDATE list_entries SET created_at = created_at + 1 WHERE ${THIRD}`,
    /list_entries: .*order3/,
  ],
  list_counts: [
    'UPDATE list_counts SET entries = entries + 1 WHERE level = 1',
    /list_counts: list all of owner1, level 1/,
  ],
  'list_counts of a run': [
    'UPDATE list_counts SET children = children + 1 WHERE level = 0',
    /list_counts: list all of owner1, level 0/,
  ],
  'list_counts emptied': ['DELETE FROM list_counts', /list_counts: list all/],
  'a list renamed': [`UPDATE lists SET name = 'none' WHERE name = 'all'`, /list_counts: list none/],
  'a sealed text cut': [
    `UPDATE sealed_texts SET sealed = substr(sealed, 1, 9) WHERE ${THIRD}`,
    /table sealed_texts: of its 18 rows/,
  ],
  'a sealed text swapped': [
    `UPDATE sealed_texts SET sealed = (SELECT sealed FROM sealed_texts WHERE order_id = 'order4' AND name = 'cards0')
      WHERE ${THIRD} AND name = 'cards0'`,
    /table sealed_texts: of its 18 rows/,
  ],
  "a party's document swapped": [
    `UPDATE parties SET document = (SELECT document FROM parties WHERE party_id = 'owner2') WHERE party_id = 'owner1'`,
    /parties: .*p owner1/,
  ],
  'the callback cursor ahead': ['UPDATE fan_out SET cursor = 999', /cursorBeyondEvents/],
  'the callback cursor removed': ['DELETE FROM fan_out', /fan_out/],
  'a group': [`UPDATE chain_groups SET hash = 'x'`, /group 1/],
};

describe('on a server', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(suiteDirectory());
  const storage = await openPostgres(url, sealer);
  const { ledger } = storage;
  await ledger.claimEnvironment('production');
  await storage.catalog.save({ platform: 'p', kind: 'k', key: 'one', document: {} }, 'create');
  const token = { platform: 'p', digest: 'd1', kind: 'access', partyId: 'owner1', grantId: 'g1' };
  await storage.tokens.save([{ ...token, expiresAt: T0 + 1e6, attributes: {} } as never]);
  await ledger.saveParty(aParty('p', 'owner1'), 'create');
  await ledger.saveParty(aParty('p', 'owner2'), 'create');
  for (let i = 0; i < 6; i++) {
    const lines = [{ lineId: 'a', state: 'wait', attributes: { price: 100 + i } }];
    let order = anOrder('p', `order${i}`, {
      attributes: { amountFen: 128_000, userName: `user${i}`, note: '"\\\u0001\u2028\u{1F600}' },
      lines,
    });
    const keys = [['pnr', `PNR${i}`]] as const;
    const uniqueKeys = [['theirs', `their${i}`]] as const;
    const deadlines = [{ kind: 'refund:a', dueAt: T0 + 1e9 }];
    await create(ledger, [
      asNew(order, { keys, uniqueKeys, deadlines, lists: ['all', 'some'], note: 'half \ud800 \0' }),
    ]);
    for (const [n, state] of ['paid', 'shipped', 'received'].entries()) {
      const sealed = [{ name: `cards${n}`, text: 'secret', mask: '***' }];
      const payload = { n, '\ud800': '"\\\0\u007f\u2028\u{1F600}' };
      // Makes exactly one change have a delivery: the last but one.
      if (i === 5 && n === 1) await storage.callbacks.createEndpoint(anEndpoint());
      const once = { key: `once${i}`, reply: 'done', expiresAt: T0 + 1e9 };
      const its = n === 0 ? { sealed, once } : { sealed };
      const next = change(order, state, { ...its, event: { type: 'order.moved', payload } });
      const history = { ...next.history, note: 'a "note" \\ \0 \ud800 \n \u{1F600}' };
      assert.equal(await ledger.commit({ ...next, history }), 'committed');
      order = next.order;
      if (i === 5 && n === 1) assert.equal(await hands(storage).fanOut(), 1);
    }
  }
  const connection = await Connection.open({ url, name: 'manipulations', kind: 'long' });
  const head = await sealHead(connection);
  after(async () => {
    await connection.close();
    await storage.close();
  });

  /** The findings of verify after `sql`, which is rolled back. */
  async function tampered(
    sql: string | (() => Promise<void>),
    against?: LedgerHead,
  ): Promise<string[]> {
    await connection.runText('BEGIN');
    try {
      // A manual connection to the database is no session of Ordergate.
      await connection.runText(`SET LOCAL ordergate.session = ''`);
      if (typeof sql === 'string') await connection.runText(sql);
      else await sql();
      const found = await auditSnapshot(connection, { sealer, ...(against && { head: against }) });
      const [row] = await connection.runText(callbackStatements.audit.text);
      const entries = await auditEntries(
        { ordersWithEntries: () => ordersWithEntries(connection) },
        [{ name: 'p', model }],
      );
      return [...entries, ...faultsOf({ ...found, ...toCallbackAudit(row!) })];
    } finally {
      await connection.runText('ROLLBACK');
    }
  }

  test('nothing in an unchanged ledger', async () => {
    assert.deepEqual(await tampered('SELECT 1'), []);
    assert.deepEqual(await tampered('SELECT 1', head), []);
    assert.deepEqual((await ledger.audit()).notes, undefined);
  });

  for (const [name, [sql, finding]] of Object.entries(CASES)) {
    test(name, async () => {
      const findings = await tampered(sql);
      const said = findings.join('\n') || 'nothing';
      assert.ok(
        findings.some((line) => finding.test(line)),
        said,
      );
    });
  }

  describe('verify with an earlier head', () => {
    const GROUPS_GONE = 'DELETE FROM chain_groups;';

    test('finds that the last change and the groups were removed', async () => {
      assert.deepEqual(await tampered(GROUPS_GONE + ROLL_BACK), []);
      assert.match(
        (await tampered(GROUPS_GONE + ROLL_BACK, head)).join(),
        /head 1\.24: the ledger/,
      );
    });

    test('finds a rewritten past with recomputed hashes', async () => {
      const rewrite = async (): Promise<void> => {
        await connection.runText(`UPDATE history SET note = 'never said' WHERE ${change3(2)}`);
        let last: string | null = null;
        const rows = `SELECT version, at, action, line, from_state, to_state, actor, note, request_id, event_type,
          event_payload, document FROM history WHERE ${THIRD} ORDER BY version`;
        for await (const row of rowsOf(connection, rows)) {
          const [version, at, action, line, from, to, actor, note, requestId] = row;
          const its = { version, at, action, line, from, to, actor, note, requestId };
          const change = { ...its, eventType: row[9], eventPayload: row[10] } as never;
          last = changeHash(last, { platform: 'p', orderId: 'order3' }, change, row[11] as string);
          await connection.runText(
            `UPDATE history SET hash = '${last}' WHERE ${change3(Number(version))}`,
          );
        }
        await connection.runText(
          `UPDATE orders SET head = '${last}' WHERE ${THIRD}; ${GROUPS_GONE}`,
        );
      };
      assert.deepEqual(await tampered(rewrite), []);
      assert.match((await tampered(rewrite, head)).join(), /head 1\.24/);
    });

    test('reports no later changes', async () => {
      await create(ledger, [anOrder('p', 'later')]);
      assert.deepEqual(await tampered('SELECT 1', head), []);
      const next = await sealHead(connection);
      assert.deepEqual([next.group, next.seq], [2, 25]);
      assert.deepEqual(await sealHead(connection), next, 'and asked again it is the same');
      assert.deepEqual(await tampered('SELECT 1', next), []);
    });
  });

  test('accepts a detached month by its stored part of each group', async () => {
    const later = T0 + 40 * 86_400_000;
    await create(ledger, [anOrder('p', 'next-month', { createdAt: later })]);
    const both = await sealHead(connection);
    const detach = ['orders', 'history', 'order_keys', 'sealed_texts']
      .map((table) => `DELETE FROM ${table} WHERE created_at = ${T0}`)
      .join(';');
    // Callbacks of that age have ended, and Ordergate has deleted them.
    const forgotten = `SET LOCAL ordergate.session = 'a node'; DELETE FROM deliveries; SET LOCAL ordergate.session = ''`;
    const rest = `${forgotten}; ${detach}; DELETE FROM deadlines`;
    assert.deepEqual(await tampered(rest, both), []);
    assert.match(
      (await tampered(`${rest}; UPDATE history SET hash = 'x'`, both)).join(),
      /head 3\.26/,
    );
  });

  test('reports changes of nodes of the previous version, which have no hash, without an error', async () => {
    const moved = (version: number) =>
      `{"n":0,"platform":"p","owner":"owner1","order_id":"mixed","created_at":${T0},"version":${version},
        "state":"open","at":${T0},"attributes":"{}","action":"moved","from_state":"open","to_state":"open",
        "actor":"operator","event_type":"order.moved"}`;
    const order = anOrder('p', 'mixed');
    await create(ledger, [order]);
    await query(`SELECT commit_changes_1(1, '[${moved(1)}]')`, url);
    const { notes, ...audit } = await ledger.audit();
    assert.deepEqual(audit.damage, []);
    assert.match(notes!.join(), /^1 changes have no hash; the newest of them is number 28/);
    const now = { ...order, version: 2 };
    assert.equal(await ledger.commit(change(now, 'paid')), 'committed');
    assert.deepEqual((await ledger.audit()).damage, [], 'the next change is chained again');
    assert.match(
      (await tampered(`UPDATE orders SET state = 'x' WHERE order_id = 'mixed'`)).join(),
      /p mixed/,
    );
  });
});
