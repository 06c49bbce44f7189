// The suite of the stores beside the orders: tokens and the catalog.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '../../src/core/clock.ts';
import type { Token } from '../../src/core/token.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { newPlatform, T0 } from './fixtures.ts';

function aToken(platform: string, digest: string, fields: Partial<Token> = {}): Token {
  return {
    platform,
    digest,
    kind: 'access',
    partyId: 'app',
    grantId: 'g1',
    expiresAt: T0 + DAY,
    attributes: { user: '王' },
    ...fields,
  };
}

export function storeRules(open: () => OpenStorage): void {
  test('a token is found by platform and digest, even after its expiry', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    const [a, b] = [aToken(platform, 'a'), aToken(platform, 'b', { expiresAt: T0 - 1 })];
    assert.equal(await tokens.save([a, b]), true);
    assert.deepEqual({ ...(await tokens.find(platform, 'a')) }, a);
    assert.deepEqual({ ...(await tokens.find(platform, 'b')) }, b);
    assert.equal(await tokens.find(platform, 'c'), null);
    assert.equal(await tokens.find(newPlatform(), 'a'), null);
  });

  test('saving a token again changes nothing', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    await tokens.save([aToken(platform, 'a')]);
    await tokens.save([aToken(platform, 'a', { expiresAt: T0 + 9 * DAY })]);
    assert.equal((await tokens.find(platform, 'a'))!.expiresAt, T0 + DAY);
  });

  test('if fifty callers spend one token, one succeeds, and the others store nothing', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    await tokens.save([aToken(platform, 'code')]);
    const spent = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        tokens.save([aToken(platform, `t${i}`)], { platform, digest: 'code' }),
      ),
    );
    assert.equal(spent.filter(Boolean).length, 1);
    for (const [i, done] of spent.entries()) {
      assert.equal((await tokens.find(platform, `t${i}`)) !== null, done);
    }
    assert.equal(await tokens.find(platform, 'code'), null);
  });

  test('revoking a consent ends all its tokens, and no others', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    await tokens.save([
      aToken(platform, 'a'),
      aToken(platform, 'b', { kind: 'refresh' }),
      aToken(platform, 'c', { grantId: 'g2' }),
    ]);
    assert.equal(await tokens.revoke(platform, 'g1'), 2);
    assert.equal(await tokens.find(platform, 'a'), null);
    assert.notEqual(await tokens.find(platform, 'c'), null);
  });

  test('an imported token that was ended stays ended, even if its file is imported again much later', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    const given = (digest: string): Token =>
      aToken(platform, digest, { grantId: `import:${digest}`, expiresAt: T0 - 300 * DAY });
    await tokens.save([given('a'), given('b'), given('c')]);
    assert.equal(await tokens.revoke(platform, 'import:a'), 1);
    assert.equal(await tokens.end(platform, 'b'), true);
    for (const again of [await tokens.end(platform, 'a'), await tokens.end(platform, 'b')]) {
      assert.equal(again, false);
    }
    assert.equal(await tokens.revoke(platform, 'import:b'), 0);
    await tokens.forget(T0 - 100 * DAY);
    await tokens.save([given('a'), given('b'), given('c')]);
    assert.deepEqual(
      [
        (await tokens.find(platform, 'a'))?.kind,
        (await tokens.find(platform, 'b'))?.kind,
        (await tokens.find(platform, 'c'))?.kind,
      ],
      ['revoked', 'revoked', 'access'],
    );
    assert.equal(await tokens.save([], { platform, digest: 'a' }), false);
    const { items } = await tokens.list({ platform, limit: 9 });
    assert.deepEqual(
      items.map(({ digest }) => digest),
      ['c'],
    );
  });

  test('ending one token keeps the other tokens of its consent', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    await tokens.save([aToken(platform, 'a'), aToken(platform, 'b', { kind: 'refresh' })]);
    assert.equal(await tokens.end(platform, 'a'), true);
    assert.equal(await tokens.end(platform, 'a'), false);
    assert.equal(await tokens.find(platform, 'a'), null);
    assert.notEqual(await tokens.find(platform, 'b'), null);
  });

  test('tokens and consents are listed page by page, without the marks of ended tokens', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    const all = Array.from({ length: 9 }, (_, i) =>
      aToken(platform, `d${i}`, {
        grantId: `g${i % 3}`,
        partyId: i % 3 === 0 ? 'other' : 'app',
        kind: i === 8 ? 'spent' : 'access',
        expiresAt: T0 + i,
        attributes: { i },
      }),
    );
    await tokens.save(all);
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tokens.list({ platform, limit: 3, cursor });
      listed.push(...page.items.map(({ digest }) => digest));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    assert.deepEqual(listed, ['d0', 'd3', 'd6', 'd1', 'd4', 'd7', 'd2', 'd5']);
    const ofApp = await tokens.list({ platform, partyId: 'app', grantId: 'g2', limit: 9 });
    assert.deepEqual(
      ofApp.items.map((one) => ({ ...one })),
      [all[2], all[5]],
    );
    const first = await tokens.listGrants({ platform, limit: 2 });
    const next = await tokens.listGrants({ platform, limit: 2, cursor: first.nextCursor! });
    const grant = (n: number, partyId: string, count: number, last: number) => ({
      ...{ grantId: `g${n}`, partyId, tokens: count, expiresAt: T0 + last },
      attributes: { i: last },
    });
    assert.deepEqual(
      [...first.items, ...next.items].map((one) => ({ ...one })),
      [grant(0, 'other', 3, 6), grant(1, 'app', 3, 7), grant(2, 'app', 2, 5)],
    );
    assert.equal(next.nextCursor, null);
    const others = await tokens.listGrants({ platform, partyId: 'other', limit: 9 });
    assert.equal(others.items.length, 1);
  });

  test('tokens that expired long ago are deleted', async () => {
    const { tokens } = open();
    const platform = newPlatform();
    const old = T0 - 400 * DAY;
    await tokens.save([
      aToken(platform, 'old', { expiresAt: old - 1 }),
      aToken(platform, 'border', { expiresAt: old }),
    ]);
    assert.ok((await tokens.forget(old)) >= 1);
    assert.equal(await tokens.find(platform, 'old'), null);
    assert.notEqual(await tokens.find(platform, 'border'), null);
  });

  test('the catalog keeps entries by platform, kind and key', async () => {
    const { catalog } = open();
    const platform = newPlatform();
    const entry = { platform, kind: 'product', key: 'P1', document: { amountFen: 294 } };
    const other = { ...entry, kind: 'retired', document: {} };
    const mine = async () => (await catalog.list()).filter((e) => e.platform === platform);
    assert.equal(await catalog.save(entry, 'create'), true);
    assert.equal(await catalog.save({ ...entry, document: {} }, 'create'), false);
    assert.equal(await catalog.save(other, 'create'), true);
    assert.deepEqual(
      (await mine()).map((e) => ({ ...e })),
      [entry, other],
    );
    const dearer = { ...entry, document: { amountFen: 300 } };
    assert.equal(await catalog.save(dearer, 'replace'), true);
    assert.equal(await catalog.remove(platform, 'retired', 'P1'), true);
    assert.equal(await catalog.remove(platform, 'retired', 'P1'), false);
    assert.deepEqual(
      (await mine()).map((e) => ({ ...e })),
      [dearer],
    );
  });
}
