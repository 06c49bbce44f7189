// /parties: a secret is shown once, settings take effect at the gateway, keys rotate with an overlap.
import {
  deepEqual,
  equal,
  match,
  notEqual,
  ok,
  partialDeepStrictEqual,
  throws,
} from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { document, form, hasten, KEYS, post } from '../../test/jintong.ts';
import {
  manage,
  sqliteOnly,
  startTestServer,
  TestClock,
  temporaryDirectory,
} from '../../test/support.ts';
import { readReply } from '../platforms/jintong/client.ts';
import { inBothZones } from './endpoint.ts';

const clock = new TestClock('2026-01-02T03:04:05.678Z');
const server = await startTestServer({ clock });
const get = (path: string) => manage(server, 'GET', path);
const create = (body: object) =>
  manage(server, 'POST', '/parties', { platform: 'jintong', ...body });
const change = (partyId: string, body: object) =>
  manage(server, 'PATCH', `/parties/jintong/${partyId}`, body);
const rotate = (partyId: string, body: object = {}) =>
  manage(server, 'POST', `/parties/jintong/${partyId}/keys`, body);

interface As {
  readonly partner?: string;
  readonly user?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

/** Reads a fixture order; the reply as text, so that a test can say which key signed it. */
function ask({ partner = 'jane88', user = 'jane88', key = KEYS.jane88, headers = {} }: As) {
  const basic = { Partner: partner };
  const param = { OrderID: '15112480268', UserName: user };
  return post(server, form(document('jane88', 'GetOrderDetail', { basic, param, key })), headers);
}

/** The code answered; the reply's signature is checked with `replyKey`, if it has one. */
async function code(as: As, replyKey = as.key ?? KEYS.jane88): Promise<string> {
  return readReply(await ask(as), replyKey).code;
}

const outcome = async (): Promise<string> => (await get('/requests?limit=1')).body.items[0].detail;

describe('the list and a single party', () => {
  test('show everything but secrets', async () => {
    const { status, body } = await get('/parties/jintong/ipbound01');
    equal(status, 200);
    deepEqual(body, {
      platform: 'jintong',
      partyId: 'ipbound01',
      version: 1,
      enabled: true,
      users: ['ipbound01'],
      grants: ['HastenOrder', 'OperateCancelOrder', 'GetOrderDetail'],
      addresses: ['203.0.113.7', '198.51.100.0/24'],
      keys: [
        {
          keyId: 'k1',
          createdAt: '2026-01-02T03:04:05.678Z',
          createdAtShanghai: '2026-01-02T11:04:05.678+08:00',
          expiresAt: null,
          expiresAtShanghai: null,
          lastUsedAt: null,
          lastUsedAtShanghai: null,
        },
      ],
      attributes: {},
    });
    const list = await get('/parties?platform=jintong');
    deepEqual(
      list.body.items.map((p: { partyId: string }) => p.partyId).sort(),
      Object.keys(KEYS).sort(),
    );
    const texts = JSON.stringify([body, list.body]);
    for (const secret of Object.values(KEYS)) ok(!texts.includes(secret));
  });

  test('a platform narrows the list', async () => {
    equal((await get('/parties?platform=jintong')).body.items.length, 4);
    equal((await get('/parties?platform=nobody')).status, 400);
  });
});

describe('creating a party', () => {
  test('shows a secret once, and the gateway takes it at once', async () => {
    const { status, body } = await create({
      partyId: 'made01',
      users: ['made01'],
      grants: ['GetOrderDetail'],
    });
    equal(status, 201);
    const { secret, ...party } = body;
    match(secret, /^[0-9a-f]{32}$/);
    deepEqual((await get('/parties/jintong/made01')).body, party);
    ok(!JSON.stringify((await get('/parties')).body).includes(secret));
    deepEqual([party.enabled, party.addresses, party.attributes], [true, [], {}]);
    equal(await code({ partner: 'made01', user: 'made01', key: secret }), 'Unauthorized'); // another's order
    equal(await code({ partner: 'made01', user: 'made01', key: KEYS.jane88 }, secret), 'SignFail');
  });

  test('no two parties get the same secret, and a caller may set a secret of 16 to 256 characters', async () => {
    const [a, b] = [await create({ partyId: 'made02' }), await create({ partyId: 'made03' })];
    notEqual(a.body.secret, b.body.secret);
    const secret = 'sixteen letters!';
    equal((await create({ partyId: 'made04', secret })).body.secret, secret);
    for (const refused of [secret.slice(1), 'x'.repeat(257)]) {
      const { status, body } = await create({ partyId: 'made05', secret: refused });
      deepEqual([status, body.error.field], [400, 'secret']);
      ok(!body.error.message.includes(refused));
    }
  });

  test('that already exists is refused, and the existing party stays unchanged', async () => {
    const before = await get('/parties/jintong/jane88');
    const { status, body } = await create({
      partyId: 'jane88',
      users: ['x'],
      secret: 'sixteen letters!',
    });
    equal(status, 409);
    partialDeepStrictEqual(body.error, {
      code: 'exists',
      message: 'jintong already has a party "jane88"',
      field: 'partyId',
      retry: 'never',
    });
    deepEqual(await get('/parties/jintong/jane88'), before);
    equal(await code({}), 'CallSuccess');
  });

  test('by twenty simultaneous calls creates one party, and its secret is valid', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        create({ partyId: 'race01', users: ['race01'], grants: ['GetOrderDetail'] }),
      ),
    );
    const made = answers.filter((a) => a.status === 201);
    equal(made.length, 1);
    equal(answers.filter((a) => a.status === 409).length, 19);
    equal(
      await code({ partner: 'race01', user: 'race01', key: made[0]!.body.secret }),
      'Unauthorized',
    );
  });

  test('a value that the platform does not allow is refused, and the answer names the field as it was sent', async () => {
    const cases: readonly (readonly [object, string, RegExp])[] = [
      [{ partyId: 'a&b' }, 'partyId', /has to be 1 to 64 characters/],
      [{ users: ['ok', 'a=b'] }, 'users', /"a=b" has to be 1 to 64 characters/],
      [{ grants: ['Fly'] }, 'grants', /"Fly" is not one of HastenOrder, /],
      [{ grants: ['constructor'] }, 'grants', /"constructor" is not one of/],
      [{ addresses: ['10.0.0.0/40'] }, 'addresses', /"10.0.0.0\/40" is neither an IP address/],
      [{ addresses: '10.0.0.1, nowhere' }, 'addresses', /"nowhere" is neither an IP address/],
    ];
    for (const [fields, field, problem] of cases) {
      const { status, body } = await create({ partyId: 'bad01', ...fields });
      deepEqual([status, body.error.code, body.error.field], [400, 'bad-party', field]);
      match(body.error.message, problem);
    }
    equal((await get('/parties/jintong/bad01')).status, 404);
    const { body } = await change('jane88', { addresses: ['nowhere'] });
    deepEqual([body.error.code, body.error.field], ['bad-party', 'addresses']);
    deepEqual((await get('/parties/jintong/jane88')).body.addresses, []);
  });
});

describe('changing a party takes effect at the gateway with the next call', () => {
  test('switched off, a party gets UnfoundUserInfo, unsigned; switched on again, its calls succeed', async () => {
    equal((await change('jane88', { enabled: false })).body.enabled, false);
    const reply = await ask({});
    equal(readReply(reply, KEYS.jane88).code, 'UnfoundUserInfo');
    ok(!reply.includes('Sign'));
    equal(await outcome(), 'no partner jane88');
    equal((await change('jane88', { enabled: true })).body.enabled, true);
    equal(await code({}), 'CallSuccess');
  });

  test('users: a removed user may not call any more', async () => {
    equal(await code({ user: 'wang01' }), 'Unauthorized'); // another user's order
    deepEqual((await change('jane88', { users: ['jane88'] })).body.users, ['jane88']);
    equal(await code({ user: 'wang01' }), 'UnfoundUserInfo');
    equal(await code({}), 'CallSuccess');
  });

  test('grants: an action that is not granted is Unauthorized', async () => {
    await change('jane88', { grants: ['HastenOrder'] });
    equal(await code({}), 'Unauthorized');
    equal(await outcome(), 'the partner is not granted GetOrderDetail');
    equal(
      readReply(await post(server, form(hasten('15110100068'))), KEYS.jane88).code,
      'CallSuccess',
    );
    await change('jane88', { grants: ['HastenOrder', 'GetOrderDetail'] });
    equal(await code({}), 'CallSuccess');
  });

  test('addresses: a list, as an array or as one string, admits only its addresses; an empty list admits everybody', async () => {
    const { body } = await change('jane88', { addresses: '203.0.113.7, 198.51.100.0/24' });
    deepEqual(body.addresses, ['203.0.113.7', '198.51.100.0/24']);
    equal(await code({}), 'UnauthorizedIp');
    match(await outcome(), /^(127\.0\.0\.1|::1) is not in the partner's list$/);
    equal(await code({ headers: { 'x-forwarded-for': '203.0.113.7' } }), 'UnauthorizedIp');
    await change('jane88', { addresses: ['127.0.0.0/8', '::1'] });
    equal(await code({}), 'CallSuccess');
    await change('jane88', { addresses: [] });
    equal(await code({}), 'CallSuccess');
  });

  test('absent fields keep their values, and an empty change only raises the version', async () => {
    const before = (await change('ipbound01', { attributes: { tier: 2 } })).body;
    deepEqual(before.attributes, { tier: 2 });
    deepEqual(before.addresses, ['203.0.113.7', '198.51.100.0/24']);
    const after = (await change('ipbound01', {})).body;
    deepEqual(after, { ...before, version: before.version + 1 });
    deepEqual((await get('/parties/jintong/ipbound01')).body, after);
  });

  test('keys, names and platforms cannot be changed here', async () => {
    for (const field of ['keys', 'secret', 'partyId', 'platform']) {
      const { status, body } = await change('jane88', { [field]: 'x'.repeat(32) });
      deepEqual([status, body.error.field], [400, field]);
    }
  });

  test('simultaneous changes are applied one after the other: none is lost', async () => {
    await Promise.all([
      change('hastenonly01', { users: ['hastenonly01', 'li02'] }),
      change('hastenonly01', { grants: ['GetOrderDetail'] }),
      change('hastenonly01', { addresses: ['127.0.0.1'] }),
      rotate('hastenonly01'),
    ]);
    const { users, grants, addresses, keys } = (await get('/parties/jintong/hastenonly01')).body;
    deepEqual(
      [users, grants, addresses, keys.length],
      [['hastenonly01', 'li02'], ['GetOrderDetail'], ['127.0.0.1'], 2],
    );
  });
});

describe('rotating a key', () => {
  const OLD = KEYS.jane88;

  test('both keys are valid during the overlap, each signs the replies to its requests, and the older key ends exactly at its end', async () => {
    const { status, body } = await rotate('jane88', { overlapSeconds: 3600 });
    equal(status, 201);
    const { keyId, secret, party } = body;
    match(secret, /^[0-9a-f]{32}$/);
    const now = clock.now();
    const row = (keyId: string, expiresAt: number | null, lastUsedAt: number | null) => ({
      keyId,
      ...inBothZones('createdAt', now),
      ...inBothZones('expiresAt', expiresAt),
      ...inBothZones('lastUsedAt', lastUsedAt),
    });
    deepEqual(party.keys, [row(keyId, null, null), row('k1', now + 3_600_000, now)]);
    ok(!JSON.stringify((await get('/parties/jintong/jane88')).body).includes(secret));

    for (const step of [0, 3_599_999]) {
      clock.advance(step);
      equal(await code({ key: OLD }, OLD), 'CallSuccess');
      equal(await code({ key: secret }, secret), 'CallSuccess');
      const text = await ask({ key: OLD });
      throws(() => readReply(text, secret), { code: 'ERR_UNREADABLE_REPLY' });
    }
    clock.advance(1);
    equal(await code({ key: OLD }, secret), 'SignFail');
    equal(await code({ key: secret }, secret), 'CallSuccess');
    deepEqual((await get('/parties/jintong/jane88')).body.keys, [row(keyId, null, clock.now())]);
  });

  test('without an overlap the older key ends at once', async () => {
    const secret = 'given by the operator';
    const { body } = await rotate('989457552', { overlapSeconds: 0, secret });
    deepEqual([body.secret, body.party.keys.length], [secret, 1]);
    const as = { partner: '989457552', user: 'jinrigoji7' };
    equal(await code({ ...as, key: KEYS['989457552'] }, secret), 'SignFail');
    equal(await code({ ...as, key: secret }), 'Unauthorized'); // another's order
  });

  test('an overlap is a day by default, and 90 days at most', async () => {
    const { body } = await rotate('ipbound01');
    equal(Date.parse(body.party.keys[1].expiresAt) - clock.now(), 86_400_000);
    equal((await rotate('ipbound01', { overlapSeconds: 90 * 86_400 })).status, 201);
    for (const overlapSeconds of [90 * 86_400 + 1, -1, 0.5, '60']) {
      const { status, body: refused } = await rotate('ipbound01', { overlapSeconds });
      deepEqual([status, refused.error.field], [400, 'overlapSeconds']);
    }
  });
});

test('parties, switches and keys survive a restart, and their secrets are not in the files', {
  skip: sqliteOnly,
}, async () => {
  const config = { dataDirectory: temporaryDirectory() };
  const first = await startTestServer({ config });
  await manage(first, 'PATCH', '/parties/jintong/ipbound01', { enabled: false });
  const { secret } = (await manage(first, 'POST', '/parties/jintong/jane88/keys', {})).body;
  const before = (await manage(first, 'GET', '/parties')).body.items;
  await first.close();
  const files = readdirSync(config.dataDirectory).filter((name) => name.includes('.db'));
  ok(files.includes('ledger.db') && files.includes('requests.db'));
  for (const file of files) {
    const bytes = readFileSync(join(config.dataDirectory, file));
    for (const key of [secret, ...Object.values(KEYS)]) ok(!bytes.includes(key), file);
  }
  const second = await startTestServer({ config });
  const byId = (a: { partyId: string }, b: { partyId: string }) =>
    a.partyId.localeCompare(b.partyId);
  deepEqual((await manage(second, 'GET', '/parties')).body.items.sort(byId), before.sort(byId));
  equal(
    readReply(await post(second, form(hasten('15110100068'))), KEYS.jane88).code,
    'CallSuccess',
  );
});
