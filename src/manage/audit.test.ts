// /audit: every change, reveal, sign-in and refusal, with who, from where, before and after, and without a secret.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount, signedIn } from '../../test/browser.ts';
import {
  breakRows,
  manage,
  onPostgres,
  startTestServer,
  temporaryDirectory,
} from '../../test/support.ts';
import { changeOrder } from '../core/change-order.ts';
import { orderId } from '../core/ledger.ts';
import { cutRedacted, redact } from './audit-trail.ts';
import { manageEndpoints } from './index.ts';

const PASSWORD = 'correct horse battery';
const dataDirectory = temporaryDirectory();
const server = await startTestServer({ config: { dataDirectory } });
const admin = await signedIn(server);
await makeAccount(server, 'li.na', 'operator', PASSWORD);
const lina = new Browser(server);
await lina.form('/console/sign-in', { name: 'li.na', password: PASSWORD });
const ORDER = '15112480268';
/** Makes the ledger refuse every entry but those that are begun. */
const REFUSE_OUTCOMES = onPostgres
  ? `ALTER TABLE audit ADD CONSTRAINT begun CHECK (outcome = 'begun') NOT VALID`
  : `CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN new.outcome != 'begun'
     BEGIN SELECT raise(ABORT, 'refused'); END`;

/** The newest entry, as an admin sees it. */
async function newest(filter = '') {
  const { status, body } = await admin.api('GET', `/audit?limit=1${filter}`);
  equal(status, 200, JSON.stringify(body));
  return body.items[0];
}

describe('an entry', () => {
  test('for a moved order names who, from where, before and after; the order’s history names who, too', async () => {
    const moved = await lina.api('POST', `/orders/jintong/${ORDER}/transitions`, {
      to: 'K',
      note: '客户来电',
    });
    equal(moved.status, 200, JSON.stringify(moved.body));
    const { number, begun, at, atShanghai, before, after, ...rest } = await newest();
    equal(begun, number - 1);
    ok(number > 0 && Date.parse(at) === Date.parse(atShanghai));
    deepEqual(rest, {
      ...{ actor: 'li.na', actorKind: 'account', role: 'operator', address: '127.0.0.1' },
      ...{ userAgent: 'TestBrowser/1', action: 'moveOrder', target: `jintong/${ORDER}` },
      ...{ outcome: 'done', status: 200, note: '客户来电' },
      asked: { to: 'K', line: null, note: '客户来电' },
    });
    equal(after.state, 'K');
    ok(before.state !== 'K' && !('orderId' in after), 'only what has changed');
    const { history } = (await lina.api('GET', `/orders/jintong/${ORDER}`)).body;
    equal(history.at(-1).actor, 'operator:li.na');
    deepEqual((await admin.api('GET', `/audit/${number}`)).body.after, after);
  });

  test('for a reveal is written before the text is sent, and does not hold the text', async () => {
    const text = 'CARD-0001-SECRET';
    await changeOrder(
      server.storage.ledger,
      server.clock,
      { platform: 'jintong', orderId: orderId(ORDER), actor: 'operator', requestId: null },
      ({ state }) => ({
        ...{ ok: true, action: 'sealed', state, reply: null },
        sealed: [{ name: 'cards', text, mask: ['****'] }],
      }),
    );
    const path = `/orders/jintong/${ORDER}/reveal`;
    const revealed = await lina.api('POST', path, { name: 'cards', note: '补发' });
    equal(revealed.body.text, text);
    const entry = await newest();
    deepEqual([entry.action, entry.actor, entry.note], ['revealSealed', 'li.na', '补发']);
    ok(!JSON.stringify(entry).includes(text));
    const { history } = (await lina.api('GET', `/orders/jintong/${ORDER}`)).body;
    equal(history.at(-1).actor, 'operator:li.na');
  });

  test('for a refused call says that it was refused, and the call changed nothing', async () => {
    const refused = await lina.api('PATCH', '/parties/jintong/jane88', { enabled: false });
    equal(refused.status, 403);
    const { actor, action, target, outcome, status, before, after } = await newest();
    deepEqual(
      { actor, action, target, outcome, status, before, after },
      {
        ...{ actor: 'li.na', action: 'changeParty', target: 'jintong/jane88', outcome: 'refused' },
        ...{ status: 403, before: null, after: null },
      },
    );
  });

  test('does not exist for a call that only reads', async () => {
    const { number } = await newest();
    for (const path of ['/orders?limit=1', '/me', '/parties', `/orders/jintong/${ORDER}`]) {
      equal((await admin.api('GET', path)).status, 200);
    }
    equal((await newest()).number, number);
  });

  test('for a call by an API token or the admin token names the token', async () => {
    const { token } = (await admin.api('POST', '/api-tokens', { name: 'ci', role: 'operator' }))
      .body;
    const made = await newest();
    deepEqual([made.action, made.actor], ['createApiToken', 'sandbox']);
    ok(!JSON.stringify(made).includes(token));
    const clock = (secret: string) =>
      fetch(`${server.url}/manage/v1/clock`, {
        ...{ method: 'POST', body: '{"advanceSeconds":1}' },
        headers: { authorization: `Bearer ${secret}` },
      });
    equal((await clock(token)).status, 200);
    const { actor, actorKind, action, before, after } = await newest();
    deepEqual([actor, actorKind, action], ['ci', 'api-token', 'advanceClock']);
    ok(after.offsetSeconds === before.offsetSeconds + 1);
    equal((await clock(server.adminToken)).status, 200);
    deepEqual(((entry) => [entry.actor, entry.actorKind])(await newest()), [
      'admin',
      'admin-token',
    ]);
  });
});

test('every operation that changes something writes an entry with the role of the caller', async () => {
  const other = await startTestServer();
  const changing = manageEndpoints(true, '0').filter(({ method }) => method !== 'GET');
  ok(changing.length > 25);
  const bodies: Readonly<Record<string, unknown>> = {
    changeParty: { enabled: true },
    createParty: { platform: 'jintong', partyId: 'newone', secret: 'party-secret-0001' },
    saveCatalogEntry: undefined,
    rotateKey: {},
    createAccount: { name: 'made', role: 'viewer' },
    createApiToken: { name: 'made-token', role: 'viewer' },
    advanceClock: { advanceSeconds: 1 },
  };
  for (const { operationId, method, path } of changing) {
    if (!(operationId in bodies) || bodies[operationId] === undefined) continue;
    const filled = path.replace('{platform}', 'jintong').replace('{partyId}', 'jane88');
    const { status, body } = await manage(other, method, filled, bodies[operationId]);
    ok(status < 300, `${operationId}: ${status} ${JSON.stringify(body)}`);
    const [entry] = (await manage(other, 'GET', '/audit?limit=1')).body.items;
    deepEqual([entry.action, entry.actor, entry.outcome], [operationId, 'admin', 'done']);
    ok(entry.target !== '' || operationId === 'advanceClock', operationId);
    const secrets = [body.secret, body.key, body.token, body.link?.split('/').at(-1)].filter(
      Boolean,
    );
    for (const secret of [...secrets, 'party-secret-0001']) {
      ok(!JSON.stringify(entry).includes(secret), operationId);
    }
  }
});

describe('the list', () => {
  test('is filtered by each filter, and by two at once', async () => {
    const all = (await admin.api('GET', '/audit?limit=1000')).body.items;
    const is = async (query: string, wanted: (entry: Record<string, string>) => boolean) => {
      const { items } = (await admin.api('GET', `/audit?limit=1000&${query}`)).body;
      const numbers = (of: { number: number }[]) => of.map(({ number }) => number);
      deepEqual(numbers(items), numbers(all.filter(wanted)), query);
      ok(items.length > 0, query);
    };
    await is('actor=li.na', ({ actor }) => actor === 'li.na');
    await is('action=sign-in', ({ action }) => action === 'sign-in');
    await is('outcome=refused', ({ outcome }) => outcome === 'refused');
    await is(`target=jintong/${ORDER}`, ({ target }) => target === `jintong/${ORDER}`);
    await is('target=jintong/*', ({ target }) => target!.startsWith('jintong/'));
    await is(
      'actor=li.na&action=moveOrder',
      ({ actor, action }) => actor === 'li.na' && action === 'moveOrder',
    );
    await is(`from=${all.at(-2).at}`, ({ at }) => Date.parse(at!) >= Date.parse(all.at(-2).at));
    deepEqual((await admin.api('GET', '/audit?actor=nobody')).body.items, []);
  });

  test('goes page by page, and an operator does not see it', async () => {
    const first = (await admin.api('GET', '/audit?limit=2')).body;
    const second = (await admin.api('GET', `/audit?limit=2&cursor=${first.nextCursor}`)).body;
    deepEqual(
      // What the list leaves out is the entry before a change, which the entry of its outcome names.
      [...first.items, ...second.items].flatMap(({ number, begun }) =>
        [number, begun ?? []].flat(),
      ),
      Array.from(
        { length: first.items[0].number - (second.items[1].begun ?? second.items[1].number) + 1 },
        (_, i) => first.items[0].number - i,
      ),
    );
    equal((await lina.api('GET', '/audit')).status, 403);
  });
});

test('if the audit cannot be written before a change, nothing is changed', async () => {
  const directory = temporaryDirectory();
  const broken = await startTestServer({ config: { dataDirectory: directory } });
  await breakRows(directory, 'ALTER TABLE audit RENAME TO gone_audit');
  const { status, body } = await manage(broken, 'POST', '/parties', {
    platform: 'jintong',
    partyId: 'x1',
  });
  equal(status, 503);
  // Which of the two it is depends on how the engine fails.
  ok(['unavailable', 'not-audited'].includes(body.error.code), body.error.code);
  match(body.error.message, /nothing was changed/i);
  equal((await manage(broken, 'GET', '/parties/jintong/x1')).status, 404);
});

test('if the outcome cannot be written, the answer says so, and the audit has it as unknown', async () => {
  const directory = temporaryDirectory();
  const broken = await startTestServer({ config: { dataDirectory: directory } });
  await breakRows(directory, REFUSE_OUTCOMES);
  const { status, body } = await manage(broken, 'POST', '/parties', {
    platform: 'jintong',
    partyId: 'x1',
  });
  deepEqual([status, body.error.code], [503, 'outcome-not-audited']);
  match(body.error.message, /it was done, and the audit has it as entry \d+/);
  equal((await manage(broken, 'GET', '/parties/jintong/x1')).status, 200);
  const [entry] = (await manage(broken, 'GET', '/audit?limit=1')).body.items;
  deepEqual(
    [entry.action, entry.target, entry.outcome, entry.status],
    ['createParty', 'jintong/x1', 'unknown', null],
  );
  ok(body.error.message.includes(`entry ${entry.number} `));
});

test('a change that is refused for another reason than the role is in the audit with its code', async () => {
  const twice = { platform: 'jintong', partyId: 'jane88', secret: 'LEAK-secret-000001' };
  equal((await admin.api('POST', '/parties', twice)).status, 409);
  const entry = await newest();
  deepEqual(
    [entry.action, entry.target, entry.outcome, entry.status, entry.note, entry.begun],
    ['createParty', 'jintong/jane88', 'refused', 409, 'exists', entry.number - 1],
  );
  ok(!JSON.stringify(entry).includes('LEAK'));
});

test('a secret is masked by its name, below its name, as a number, and in the query of a URL', async () => {
  const given = {
    ...{ cards: [{ no: 'LEAK-1', pins: [1234567] }], cardNo: 6_222_020, key: { value: 'LEAK-2' } },
    ...{ url: 'https://8.8.8.8/x?a=1&access_token=LEAK-3', amount: 3, keyId: 'k1' },
  };
  deepEqual(
    redact(given, () => false),
    {
      ...{ cards: [{ no: '***', pins: ['***'] }], cardNo: '***', key: { value: '***' } },
      ...{ url: 'https://8.8.8.8/x?a=1&access_token=***', amount: 3, keyId: 'k1' },
    },
  );
  const url = 'https://8.8.8.8/hooks?key=LEAK-4';
  const endpoint = { platform: 'jintong', party: 'jane88', url };
  equal((await admin.api('POST', '/callbacks/endpoints', endpoint)).status, 201);
  const entry = await newest();
  equal(entry.action, 'createCallbackEndpoint');
  ok(!JSON.stringify(entry).includes('LEAK') && entry.asked.url.endsWith('?key=***'));
});

test('of a long list the entry keeps what it keeps of the whole list, and of a short one all', () => {
  const isSecret = (word: string) => word === 'a-key-of-16-chars';
  const whole = (list: readonly object[]) => {
    const left = redact(list as never, isSecret);
    const text = JSON.stringify(left);
    return text.length <= 4000 ? left : { cut: text.slice(0, 4000) };
  };
  const item = { orderId: '1', token: 'x', note: 'a-key-of-16-chars', url: '/a?token=b&c=1' };
  for (let count = 0; count < 80; count++) {
    const list = Array.from({ length: count }, (_, i) => ({ ...item, orderId: 'x'.repeat(i) }));
    deepEqual(cutRedacted(list as never, isSecret), whole(list));
  }
  // Around the length at which a list is cut.
  for (let length = 3985; length < 4005; length++) {
    const list = [{ a: 'x'.repeat(length) }];
    deepEqual(cutRedacted(list, isSecret), whole(list));
  }
});
