// Tests that verify finds manual changes in the file. Each case is one SQL statement on a closed
// ledger.
import assert from 'node:assert/strict';
import { closeSync, cpSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import {
  anOrder,
  asNew,
  change,
  create,
  suiteDirectory,
  T0,
} from '../../../test/storage/fixtures.ts';
import { aParty } from '../../../test/storage/parties.ts';
import { changeHash, documentDigest, headText, readHead } from '../chain.ts';
import { Sealer } from '../seal.ts';
import { ledgerHead } from './chain-groups.ts';
import { ordersWithChanges } from './chain-rows.ts';
import { openSqlite } from './open.ts';
import { audit } from './queries.ts';

const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));
const source = suiteDirectory();
let head = '';

before(async () => {
  const storage = await open(source);
  const { ledger, tokens, callbacks } = storage;
  await ledger.claimEnvironment('production');
  await ledger.saveParty(aParty('p', 'owner1'), 'create');
  await ledger.saveParty(aParty('p', 'owner2'), 'create');
  for (let i = 0; i < 12; i++) {
    const lines = [{ lineId: 'a', state: 'wait', attributes: { price: 100 + i } }];
    const attributes = { amountFen: 128_000, userName: `user${i}` };
    let order = anOrder('p', `order${i}`, { attributes, lines });
    const uniqueKeys = [['theirs', `their${i}`]] as const;
    const keys = [['pnr', `PNR${i}`]] as const;
    const deadlines = [{ kind: 'refund:a', dueAt: T0 + 1e9 }];
    await create(ledger, [asNew(order, { keys, uniqueKeys, deadlines, lists: ['all', 'some'] })]);
    for (const [n, state] of ['paid', 'shipped', 'received'].entries()) {
      const once = { key: `once ${i} ${n}`, reply: 'done', expiresAt: T0 + 1e9 };
      const sealed = [{ name: `cards${n}`, text: 'secret', mask: '***' }];
      const next = change(order, state, {
        once,
        sealed,
        event: { type: 'order.moved', payload: { n } },
      });
      assert.equal(
        await ledger.commit({ ...next, history: { ...next.history, note: 'a note' } }),
        'committed',
      );
      order = next.order;
    }
  }
  const token = {
    platform: 'p',
    digest: 'd1',
    kind: 'access',
    partyId: 'owner1',
    grantId: 'g1',
    expiresAt: T0 + 1e6,
    attributes: {},
  };
  await tokens.save([token as never]);
  const { cursor, to } = await callbacks.readEvents(1000, ['p']);
  await callbacks
    .fanOut({ from: cursor, to, deliveries: [], declared: [], now: T0 } as never)
    .catch(() => {});
  await storage.close();
  const db = new DatabaseSync(join(source, 'ledger.db'), { readOnly: true });
  head = headText(ledgerHead(db));
  db.close();
});

function tampered(change: string | ((db: DatabaseSync) => void)): string[] {
  const directory = suiteDirectory();
  cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
  const db = new DatabaseSync(join(directory, 'ledger.db'), { enableForeignKeyConstraints: false });
  if (typeof change === 'string') db.exec(change);
  else change(db);
  db.close();
  return found(directory);
}

function found(directory: string, against?: string): string[] {
  const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  const {
    damage,
    orders: _,
    changes: __,
    ...counts
  } = audit(db, (against && readHead(against)) || undefined);
  db.close();
  const broken = Object.entries(counts).flatMap(([name, n]) => (n === 0 ? [] : [`${name}: ${n}`]));
  return [...damage, ...broken];
}

const THIRD = "(SELECT id FROM orders WHERE order_id = 'order3')";
const change3 = (version: number) => `order_row = ${THIRD} AND version = ${version}`;
const LAST = '(SELECT max(seq) FROM history)';

const CASES: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  "an order's amount": [
    `UPDATE orders SET attributes = replace(attributes, '128000', '1') WHERE id = ${THIRD}`,
    /order p order3: its owner, times, state/,
  ],
  "an order's owner": [`UPDATE orders SET owner = 'owner2' WHERE id = ${THIRD}`, /order p order3/],
  "an order's userName": [
    `UPDATE orders SET attributes = replace(attributes, 'user3', 'user4') WHERE id = ${THIRD}`,
    /order p order3/,
  ],
  "an order's created_at": [
    `UPDATE orders SET created_at = created_at + 1 WHERE id = ${THIRD}`,
    /order p order3/,
  ],
  "an order's updated_at": [
    `UPDATE orders SET updated_at = updated_at + 1 WHERE id = ${THIRD}`,
    /order p order3/,
  ],
  "an order's order_id": [
    `UPDATE orders SET order_id = 'orderX' WHERE id = ${THIRD}`,
    /order p orderX/,
  ],
  "an order's platform": [`UPDATE orders SET platform = 'q' WHERE id = ${THIRD}`, /order q order3/],
  "a line's state": [
    `UPDATE orders SET lines = replace(lines, 'wait', 'sent') WHERE id = ${THIRD}`,
    /order p order3/,
  ],
  'state alone': [`UPDATE orders SET state = 'open' WHERE id = ${THIRD}`, /order p order3/],
  'version alone': [
    `UPDATE orders SET version = 9 WHERE id = ${THIRD}`,
    /order p order3: its version is 9/,
  ],
  "an order's head": [
    `UPDATE orders SET head = NULL WHERE id = ${THIRD}`,
    /order p order3: its head/,
  ],
  "an order's last_change": [
    `UPDATE orders SET last_change = last_change - 1 WHERE id = ${THIRD}`,
    /order p order3/,
  ],
  'a whole order removed': [
    `DELETE FROM events WHERE seq IN (SELECT seq FROM history WHERE order_row = ${THIRD}); DELETE FROM history WHERE order_row = ${THIRD}; DELETE FROM orders WHERE order_id = 'order3'`,
    /group 1 .* changes were removed/,
  ],
  "an order's row removed": [
    `DELETE FROM orders WHERE order_id = 'order3'`,
    /order row \d+: it is not there/,
  ],
  'a forged order put in': [
    `INSERT INTO orders SELECT 99, 'forged', platform, owner, state, version, created_at, updated_at, attributes, lines, last_change, head FROM orders WHERE id = ${THIRD}`,
    /order p forged: it has no history/,
  ],
  "history's actor": [
    `UPDATE history SET actor = 'import' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's time": [
    `UPDATE history SET at = at + 1 WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's note": [
    `UPDATE history SET note = 'another' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's action": [
    `UPDATE history SET action = 'hastened' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's line": [
    `UPDATE history SET line = 'b' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's request": [
    `UPDATE history SET request_id = 1 WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  "history's from": [
    `UPDATE history SET from_state = 'other' WHERE ${change3(3)}`,
    /order p order3: change 3/,
  ],
  'a middle to': [
    `UPDATE history SET to_state = 'other' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  'a cut previous': [
    `UPDATE history SET previous = NULL WHERE ${change3(3)}`,
    /change 3 .* does not point/,
  ],
  "history's order": [
    `UPDATE history SET order_row = 1 WHERE ${change3(3)}`,
    /order p order3: change 3 is missing/,
  ],
  'a document’s digest': [
    `UPDATE history SET document = 'x' WHERE ${change3(2)}`,
    /order p order3: change 2/,
  ],
  'a middle row removed': [
    `DELETE FROM history WHERE ${change3(2)}`,
    /order p order3: change 2 is missing/,
  ],
  'the last row removed': [
    `DELETE FROM history WHERE ${change3(4)}`,
    /order p order3: its version is 4/,
  ],
  'the last change rolled back consistently': [
    `UPDATE orders SET version = 3, state = 'shipped', head = (SELECT hash FROM history WHERE seq = ${LAST} - 1), last_change = ${LAST} - 1 WHERE last_change = ${LAST};
     DELETE FROM events WHERE seq = ${LAST}; DELETE FROM history WHERE seq = ${LAST}`,
    /group 1 .* changes were removed/,
  ],
  'a state changed in order and history alike': [
    `UPDATE orders SET state = 'open' WHERE id = ${THIRD}; UPDATE history SET to_state = 'open' WHERE ${change3(4)}`,
    /order p order3: change 4/,
  ],
  "an event's type": [
    `UPDATE events SET type = 'order.paid' WHERE seq = 7`,
    /change \d \(number 7, .*its event/,
  ],
  "an event's payload": [`UPDATE events SET payload = '{}' WHERE seq = 7`, /number 7/],
  'an event removed': [`DELETE FROM events WHERE seq = 7`, /the event of change \d \(number 7/],
  'an event put in': [
    `INSERT INTO events VALUES (999, 'order.moved', NULL)`,
    /events: it belongs to no change \(999\)/,
  ],
  'order_keys changed': [`UPDATE order_keys SET value = 'PNRX' WHERE value = 'PNR3'`, /order_keys/],
  'order_keys emptied': ['DELETE FROM order_keys', /order_keys: it holds 0 rows, and 12/],
  'unique_keys removed': [`DELETE FROM unique_keys WHERE value = 'their3'`, /unique_keys/],
  'unique_keys of another order': [
    `UPDATE unique_keys SET order_row = 1 WHERE value = 'their3'`,
    /unique_keys/,
  ],
  'kept_replies emptied': ['DELETE FROM kept_replies', /kept_replies: it holds 0 rows, and 36/],
  'kept_replies prolonged': ['UPDATE kept_replies SET expires_at = expires_at + 1', /kept_replies/],
  'kept_replies given another reply': [`UPDATE kept_replies SET reply = '"no"'`, /kept_replies/],
  'deadlines emptied': ['DELETE FROM deadlines', /deadlines/],
  'deadlines put off': ['UPDATE deadlines SET due_at = due_at + 1 WHERE id = 1', /deadlines/],
  'list_entries removed': [`DELETE FROM list_entries WHERE order_id = 'order3'`, /list_entries/],
  'list_entries moved': [
    `UPDATE list_entries SET created_at = created_at + 1 WHERE order_id = 'order3'`,
    /list_entries.*order3/,
  ],
  list_counts: [
    'UPDATE list_counts SET entries = entries + 1 WHERE level = 1',
    /list_counts: list 1 \(all\), level 1/,
  ],
  'list_counts of a run': [
    'UPDATE list_counts SET children = children + 1 WHERE level = 0',
    /list_counts/,
  ],
  'list_counts emptied': ['DELETE FROM list_counts', /list_counts/],
  'a list renamed': [`UPDATE lists SET name = 'none' WHERE name = 'all'`, /lists/],
  'a sealed text cut': [
    'UPDATE sealed_texts SET sealed = substr(sealed, 1, 9) WHERE id = 1',
    /sealed_texts/,
  ],
  'a mask': [`UPDATE sealed_texts SET mask = '"1"' WHERE id = 1`, /sealed_texts/],
  'grants widened': [
    `UPDATE parties SET document = json_set(document, '$.grants', json('["*"]')) WHERE party_id = 'owner1'`,
    /parties/,
  ],
  "a party's document swapped": [
    `UPDATE parties SET document = (SELECT document FROM parties WHERE party_id = 'owner2') WHERE party_id = 'owner1'`,
    /parties: .*p owner1/,
  ],
  'the callback cursor ahead': [
    'UPDATE fan_out SET cursor = 999',
    /fan_out: callbacks would pass over/,
  ],
  'the callback cursor back': ['UPDATE fan_out SET cursor = cursor - 1', /fan_out/],
  'the callback cursor removed': ['DELETE FROM fan_out', /fan_out/],
  'a token prolonged': ['UPDATE tokens SET expires_at = expires_at + 1', /tokens/],
  'the environment': [
    `UPDATE settings SET value = 'sandbox' WHERE name = 'environment'`,
    /settings/,
  ],
  'a sum': [`UPDATE covers SET digest = 'x' WHERE name = 'tokens'`, /tokens/],
  'a group': ['DELETE FROM chain_groups', /./],
};

describe('verify finds', () => {
  test('nothing in an unchanged ledger', () => {
    assert.deepEqual(found(source), []);
    assert.deepEqual(found(source, head), []);
  });

  for (const [name, [sql, finding]] of Object.entries(CASES)) {
    if (name === 'a group') continue; // Only an earlier head can reveal a change of a group itself.
    test(name, () => {
      const findings = tampered(sql);
      assert.ok(
        findings.some((line) => finding.test(line)),
        findings.join('\n') || 'nothing',
      );
    });
  }

  test('one changed digit in the file', () => {
    const bytes = readFileSync(join(source, 'ledger.db'));
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const at = bytes.lastIndexOf('128000');
    assert.ok(at > 0);
    const file = openSync(join(directory, 'ledger.db'), 'r+');
    writeSync(file, '9', at);
    closeSync(file);
    assert.ok(found(directory).some((line) => /order p order\d+/.test(line)));
  });
});

/** Writes a consistent false past, with all hashes recomputed. */
function rewrite(db: DatabaseSync): void {
  db.exec(`UPDATE history SET note = 'never said' WHERE ${change3(2)}`);
  const rewritten = [...ordersWithChanges(db)];
  for (const { order, changes } of rewritten) {
    let last: string | null = null;
    for (const row of changes) {
      const document = row === changes.at(-1) ? documentDigest(order!) : row.document;
      last = changeHash(last, order!, row, document);
      db.prepare('UPDATE history SET document = ?, hash = ? WHERE seq = ?').run(
        document,
        last,
        row.seq,
      );
    }
    db.prepare('UPDATE orders SET head = ? WHERE id = ?').run(last, order!.id);
  }
  db.exec('DELETE FROM chain_groups');
}

describe('verify with an earlier head', () => {
  const against = (change: string | ((db: DatabaseSync) => void)): string[] => {
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const db = new DatabaseSync(join(directory, 'ledger.db'), {
      enableForeignKeyConstraints: false,
    });
    if (typeof change === 'string') db.exec(change);
    else change(db);
    db.close();
    assert.deepEqual(
      found(directory).filter((line) => !/covers|^head/.test(line)),
      [],
    );
    return found(directory, head);
  };

  test('finds a rewritten past with recomputed hashes', () => {
    assert.match(against(rewrite).join(), /^head 1\.48\.?/);
  });

  test('finds removed groups', () => {
    assert.match(against('DELETE FROM chain_groups').join(), /head 1\.48/);
  });

  test('reports no later changes', async () => {
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const storage = await open(directory);
    await create(storage.ledger, [anOrder('p', 'later')]);
    await storage.close();
    assert.deepEqual(found(directory, head), []);
  });
});
