// The suite of accounts, of what their owners sign in with, and of the audit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, Credential } from '../../src/core/account.ts';
import type { NewAuditEntry } from '../../src/core/audit.ts';
import { DAY } from '../../src/core/clock.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { assertSound, T0 } from './fixtures.ts';

function anAccount(accountId: string, fields: Partial<Account> = {}): Account {
  return {
    accountId,
    name: accountId,
    role: 'viewer',
    enabled: true,
    createdAt: T0,
    lastSignInAt: null,
    password: null,
    totp: null,
    external: null,
    version: 1,
    ...fields,
  };
}

function aCredential(digest: string, fields: Partial<Credential> = {}): Credential {
  return {
    digest,
    kind: 'session',
    credentialId: `ses_${digest}`,
    accountId: 'a1',
    expiresAt: T0 + DAY,
    attributes: { address: '203.0.113.7' },
    ...fields,
  };
}

const anEntry = (fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: T0,
  actor: 'li.na',
  action: 'moveOrder',
  target: 'jintong/1',
  outcome: 'done',
  details: { before: { state: 'open' }, after: { state: 'closed', note: '王 "x"\n' } },
  ...fields,
});

export function peopleRules(open: () => OpenStorage): void {
  test('an account is found by id and by name, and no two have one name', async () => {
    const { people } = open();
    const account = anAccount('a-find', { name: '李娜', role: 'admin' });
    assert.equal(await people.saveAccount(account, null), true);
    assert.deepEqual(await people.findAccount({ accountId: 'a-find' }), account);
    assert.deepEqual(await people.findAccount({ name: '李娜' }), account);
    assert.equal(await people.findAccount({ name: 'nobody' }), null);
    const twin = anAccount('a-twin', { name: '李娜' });
    assert.equal(await people.saveAccount(twin, null), false);
    const other = anAccount('a-other');
    assert.equal(await people.saveAccount(other, null), true);
    const renamed = { ...other, name: '李娜', version: 2 };
    assert.equal(await people.saveAccount(renamed, 1), false);
    assert.deepEqual(await people.findAccount({ accountId: 'a-other' }), other);
  });

  test('of fifty changes of one version of an account one succeeds', async () => {
    const { people } = open();
    await people.saveAccount(anAccount('a-race'), null);
    const saved = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        people.saveAccount(anAccount('a-race', { lastSignInAt: T0 + i, version: 2 }), 1),
      ),
    );
    assert.equal(saved.filter(Boolean).length, 1);
    const kept = await people.findAccount({ accountId: 'a-race' });
    assert.deepEqual([kept!.version, kept!.lastSignInAt], [2, T0 + saved.indexOf(true)]);
  });

  test('if fifty callers spend one link, one signs in, and the others store nothing', async () => {
    const { people } = open();
    const link = aCredential('the-link', { kind: 'link', credentialId: 'link_1', accountId: null });
    assert.equal(await people.saveCredential(link), true);
    const spent = await Promise.all(
      Array.from({ length: 50 }, (_, i) => people.saveCredential(aCredential(`s${i}`), 'the-link')),
    );
    assert.equal(spent.filter(Boolean).length, 1);
    for (const [i, done] of spent.entries()) {
      assert.equal((await people.findCredential(`s${i}`)) !== null, done);
    }
    assert.equal(await people.findCredential('the-link'), null);
  });

  test('a credential is ended by its public name, by its account, and by its end; no other is', async () => {
    const { people } = open();
    const of = (digest: string, accountId: string, fields: Partial<Credential> = {}) =>
      aCredential(digest, { accountId, credentialId: digest, ...fields });
    const all = [of('e1', 'x'), of('e2', 'x'), of('e3', 'y'), of('e4', 'x', { kind: 'link' })];
    for (const one of all) await people.saveCredential(one);
    const left = async () =>
      (await Promise.all(all.map(({ digest }) => people.findCredential(digest)))).flatMap(
        (one) => one?.digest ?? [],
      );
    assert.deepEqual(await people.listCredentials({ kind: 'session', accountId: 'x' }), [
      all[0],
      all[1],
    ]);
    const another = { kind: 'session', accountId: 'y', credentialId: 'e1' } as const;
    assert.equal(await people.endCredentials(another), 0);
    assert.equal(await people.endCredentials({ kind: 'session', credentialId: 'e1' }), 1);
    assert.deepEqual(await left(), ['e2', 'e3', 'e4']);
    assert.equal(await people.endCredentials({ kind: 'session', accountId: 'x' }), 1);
    assert.deepEqual(await left(), ['e3', 'e4']);
    await people.saveCredential(of('old', 'z', { expiresAt: T0 - 1 }));
    await people.saveCredential(of('young', 'z', { expiresAt: T0 }));
    assert.ok((await people.forgetCredentials(T0)) >= 1);
    assert.equal(await people.findCredential('old'), null);
    assert.notEqual(await people.findCredential('young'), null);
  });

  test('audit entries that come together get numbers without a gap, and the audit finds them sound', async () => {
    const { audit, ledger } = open();
    const numbers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => audit.append(anEntry({ target: `together/${i}` }))),
    );
    const sorted = numbers.toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted,
      sorted.map((_, i) => sorted[0]! + i),
    );
    const found = await audit.find(numbers[7]!);
    assert.deepEqual(found, {
      ...anEntry({ target: 'together/7' }),
      ...{ number: numbers[7], isOpen: false },
    });
    assert.equal(await audit.find(sorted.at(-1)! + 1), null);
    await assertSound(ledger);
  });

  test('an entry that is begun is listed until another entry completes it', async () => {
    const { audit, ledger } = open();
    const [actor, target] = ['begun.by', 'begun/1'];
    const begin = () => audit.append(anEntry({ actor, target, outcome: 'begun' }));
    const [first, second] = [await begin(), await begin()];
    const listed = async (query = {}) => {
      const { items } = await audit.list({ actor, limit: 10, ...query });
      return items.map(({ number, outcome, isOpen }) => [number, outcome, isOpen]);
    };
    assert.deepEqual(await listed(), [
      [second, 'begun', true],
      [first, 'begun', true],
    ]);
    const last = await audit.append(anEntry({ actor, target, begun: first }));
    assert.deepEqual(await listed(), [
      [last, 'done', false],
      [second, 'begun', true],
    ]);
    assert.deepEqual(await listed({ outcome: 'begun' }), [[second, 'begun', true]]);
    assert.deepEqual(await listed({ cursor: String(last), limit: 1 }), [[second, 'begun', true]]);
    assert.deepEqual(await audit.find(last), {
      ...anEntry({ actor, target, begun: first }),
      ...{ number: last, isOpen: false },
    });
    assert.equal((await audit.find(first))!.isOpen, false);
    assert.equal((await audit.find(second))!.isOpen, true);
    await assertSound(ledger);
  });

  test('the audit is filtered, newest first, page by page', async () => {
    const { audit } = open();
    const actor = 'wang.wei';
    await audit.append(anEntry({ actor, at: T0 + 1, target: 'list/a' }));
    await audit.append(anEntry({ actor, at: T0 + 2, target: 'list/ab', outcome: 'refused' }));
    await audit.append(anEntry({ actor, at: T0 + 3, target: 'list/b', action: 'sign-in' }));
    const targets = async (query: object) => {
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await audit.list({ actor, limit: 1, ...query, cursor });
        seen.push(...page.items.map(({ target }) => target));
        if (page.nextCursor === null) return seen;
        cursor = page.nextCursor;
      }
    };
    assert.deepEqual(await targets({}), ['list/b', 'list/ab', 'list/a']);
    assert.deepEqual(await targets({ target: 'list/a' }), ['list/a']);
    assert.deepEqual(await targets({ target: 'list/a*' }), ['list/ab', 'list/a']);
    assert.deepEqual(await targets({ outcome: 'refused' }), ['list/ab']);
    assert.deepEqual(await targets({ action: 'sign-in' }), ['list/b']);
    assert.deepEqual(await targets({ from: T0 + 2, to: T0 + 3 }), ['list/ab']);
    assert.deepEqual(await targets({ actor: 'nobody' }), []);
  });

  test('what PostgreSQL cannot hold is kept as it can, on both engines', async () => {
    const { audit, ledger } = open();
    const number = await audit.append(anEntry({ actor: 'a\0b', details: { text: 'c\0\ud800' } }));
    const { actor, details } = (await audit.find(number))!;
    assert.deepEqual([actor, details], ['a\u2400b', { text: 'c\0\ud800' }]);
    await assertSound(ledger);
  });
}
