// /requests: every gateway call with what was wrong with it, and found again.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cancel, document, form, GATEWAY, hasten, KEYS, post } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../test/support.ts';
import { AddressList } from '../directory/addresses.ts';

const clock = new TestClock('2026-01-02T03:04:05.678Z');
const config = { trustedProxies: new AddressList(['127.0.0.0/8', '::1']) };
const server = await startTestServer({ clock, config });

interface Item {
  readonly id: number;
  readonly at: string;
  readonly party: string | null;
  readonly method: string | null;
  readonly outcome: string;
  readonly refusedBy: string | null;
  readonly detail: string | null;
  readonly orderId: string | null;
  readonly address: string;
  readonly stringToSign: string | null;
}
const list = async (query: string): Promise<Item[]> => {
  const { status, body } = await manage(server, 'GET', `/requests?${query}`);
  equal(status, 200, JSON.stringify(body));
  return body.items;
};

const from = (address: string) => ({ 'x-forwarded-for': address });
const param = { OrderID: '15112480268', UserName: 'jane88' };

/** One call a minute, oldest first: what is sent, and what the log says of it. */
const CALLS: readonly (readonly [string, string, Partial<Item>])[] = [
  [
    'a success',
    form(hasten('15112480268')),
    {
      party: 'jane88',
      method: 'HastenOrder',
      outcome: 'CallSuccess',
      refusedBy: null,
      detail: null,
      orderId: '15112480268',
    },
  ],
  [
    'too soon',
    form(hasten('15112480268')),
    { outcome: 'CallFail', refusedBy: null, detail: 'too-soon (state D)' },
  ],
  [
    'no such order',
    form(hasten('404')),
    { outcome: 'CallFail', detail: 'unknown-order', orderId: '404' },
  ],
  [
    'no form',
    'request=%E5%82',
    {
      party: null,
      method: null,
      outcome: 'ArgumentDecryptFail',
      refusedBy: 'readCarrier',
      detail:
        'the form, URL-decoded, is not UTF-8; its bytes read as GB18030 (GBK, GB2312): it has to be sent as UTF-8',
      orderId: null,
      stringToSign: null,
    },
  ],
  [
    'no XML',
    form('<Request><Partner>jane88</Partner>\n</Request></Request>'),
    {
      party: null,
      outcome: 'ArgumentDeserializeFail',
      refusedBy: 'readEnvelope',
      detail: 'content after the root element (line 2, column 11)',
    },
  ],
  [
    'no Action',
    form(document('jane88', '', { param })),
    { outcome: 'ArgumentIllegal', refusedBy: 'requireBasics', detail: 'Action is missing' },
  ],
  [
    'no partner',
    form(document('jane88', 'HastenOrder', { basic: { Partner: 'nobody' }, param })),
    {
      party: 'nobody',
      outcome: 'UnfoundUserInfo',
      refusedBy: 'findPartner',
      detail: 'no partner nobody',
    },
  ],
  [
    'another address',
    form(document('ipbound01', 'HastenOrder', { param })),
    {
      party: 'ipbound01',
      outcome: 'UnauthorizedIp',
      refusedBy: 'checkAddress',
      address: '192.0.2.8',
      detail: "192.0.2.8 is not in the partner's list",
    },
  ],
  [
    'no action',
    form(document('jane88', 'Fly', { param })),
    { method: 'Fly', outcome: 'NotImplemented', refusedBy: 'findAction', detail: 'no action Fly' },
  ],
  [
    'an element too many',
    form(document('jane88', 'HastenOrder', { param: { ...param, Seat: '1' } })),
    {
      outcome: 'ArgumentDeserializeFail',
      refusedBy: 'refuseUndefinedElements',
      detail: 'the action does not define Param/Seat',
    },
  ],
  [
    'no grant',
    form(cancel('15110200001', 'x', 'hastenonly01')),
    {
      party: 'hastenonly01',
      method: 'OperateCancelOrder',
      outcome: 'Unauthorized',
      refusedBy: 'checkGrant',
      detail: 'the partner is not granted OperateCancelOrder',
    },
  ],
  [
    'a separator',
    form(document('jane88', 'HastenOrder', { param: { ...param, UserName: 'a&b' } })),
    { outcome: 'ArgumentIllegal', refusedBy: 'refuseSeparators', detail: 'UserName holds & or =' },
  ],
  [
    'another key',
    form(document('jane88', 'HastenOrder', { param, key: KEYS.ipbound01 })),
    {
      outcome: 'SignFail',
      refusedBy: 'checkSignature',
      detail: 'Sign is not MD5(string to sign + key) with the key of this party',
    },
  ],
  [
    'a bad value',
    form(document('jane88', 'HastenOrder', { param: { ...param, OrderID: 'a b' } })),
    {
      outcome: 'ArgumentIllegal',
      refusedBy: 'checkValues',
      detail: 'Param/OrderID (订单号) is malformed',
      orderId: 'a b',
    },
  ],
  [
    'no user',
    form(hasten('15112480268', 'li02')),
    { outcome: 'UnfoundUserInfo', refusedBy: 'findUser', detail: 'the partner has no user li02' },
  ],
];
for (const [, body] of CALLS) {
  await post(server, body, from('192.0.2.8'));
  clock.advance(60_000);
}

test('the log lists each call, newest first, with its outcome, who refused it and why', async () => {
  const items = await list('');
  equal(items.length, CALLS.length);
  for (const [i, [rule, , expected]] of CALLS.toReversed().entries()) {
    const item = items[i]!;
    const names = Object.keys(expected) as (keyof Item)[];
    deepEqual(Object.fromEntries(names.map((name) => [name, item[name]])), expected, rule);
    deepEqual(
      [item.address, item.at],
      [
        '192.0.2.8',
        new Date(
          Date.parse('2026-01-02T03:04:05.678Z') + (CALLS.length - 1 - i) * 60_000,
        ).toISOString(),
      ],
    );
  }
  ok(items.every((item, i) => i === 0 || item.id < items[i - 1]!.id));
});

describe('the filters', () => {
  const rules = (items: readonly Item[]) => items.map((item) => item.outcome);

  test('by platform, party, method, outcome and order: a call must match all given filters', async () => {
    equal((await list('platform=jintong')).length, CALLS.length);
    deepEqual(rules(await list('party=hastenonly01')), ['Unauthorized']);
    deepEqual(rules(await list('party=nobody')), ['UnfoundUserInfo']);
    deepEqual(rules(await list('method=Fly')), ['NotImplemented']);
    deepEqual(rules(await list('outcome=CallFail')), ['CallFail', 'CallFail']);
    deepEqual(rules(await list('outcome=CallFail&orderId=404')), ['CallFail']);
    deepEqual(rules(await list('orderId=a%20b')), ['ArgumentIllegal']);
    deepEqual(await list('orderId=404&party=ipbound01'), []);
  });

  test('by time: from is included, and to is excluded', async () => {
    deepEqual(rules(await list('from=2026-01-02T03:17:05.678Z')), [
      'UnfoundUserInfo',
      'ArgumentIllegal',
    ]);
    deepEqual(rules(await list('from=2026-01-02T03:18:05.679Z')), []);
    deepEqual(rules(await list('to=2026-01-02T03:05:05.678Z')), ['CallSuccess']);
    deepEqual(
      rules(await list('from=2026-01-02T11:05:05.678%2B08:00&to=2026-01-02T11:05:05.679%2B08:00')),
      ['CallFail'],
    );
    equal((await list('from=2026-01-02&to=2026-01-03')).length, CALLS.length);
    equal((await list('from=2026-01-03')).length, 0);
  });

  test('refuse an impossible value, and the answer names the filter', async () => {
    const refused = {
      limit: ['0', '1001', 'x'],
      cursor: ['x', '-1', '1.2'],
      from: ['x'],
      to: ['2026-02-30'],
      order: ['1'],
    };
    for (const [field, values] of Object.entries(refused)) {
      for (const value of values) {
        const { status, body } = await manage(server, 'GET', `/requests?${field}=${value}`);
        deepEqual([status, body.error?.field], [400, field], `${field}=${value}`);
      }
    }
  });

  test('nextCursor continues the list: every call appears once', async () => {
    const whole = await list('limit=1000');
    for (const limit of [1, 4]) {
      const walked: Item[] = [];
      let cursor: string | null = null;
      do {
        const query: string = `/requests?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`;
        const { body } = await manage(server, 'GET', query);
        walked.push(...body.items);
        cursor = body.nextCursor;
      } while (cursor !== null);
      deepEqual(walked, whole);
    }
  });
});

test('a call shows the string that was signed, without the key, so that a reader can find a difference', async () => {
  const [item] = await list('outcome=SignFail');
  equal(
    item!.stringToSign,
    'Action=HastenOrder&Param=OrderID=15112480268&UserName=jane88&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0',
  );
  const texts = JSON.stringify(await list('limit=1000'));
  for (const key of Object.values(KEYS)) ok(!texts.includes(key));
});

test('a value from a caller is stored up to a fixed length', async () => {
  const long = 'A'.repeat(60_000);
  const basics = '<Partner>jane88</Partner><Sign>x</Sign>';
  await post(server, `<${long}>`);
  await post(server, `<Request>${basics}<Action>${long}</Action><Param><a/></Param></Request>`);
  for (const item of await list('limit=2')) ok(JSON.stringify(item).length < 20_000);
});

test('x-request-id is the id in the log, also among many calls at once', async () => {
  const ids = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const response = await fetch(server.url + GATEWAY, { method: 'POST', body: 'burst' });
      return Number(response.headers.get('x-request-id'));
    }),
  );
  equal(new Set(ids).size, 100);
  const logged = (await list('limit=100')).map((item) => item.id);
  deepEqual(
    logged,
    ids.sort((a, b) => b - a),
  );
});

test('the log survives a restart', async () => {
  const kept = { dataDirectory: temporaryDirectory() };
  const first = await startTestServer({ config: kept });
  await post(first, form(hasten('15112480268')));
  await first.close();
  const second = await startTestServer({ config: kept });
  await post(second, 'after');
  const { items } = (await manage(second, 'GET', '/requests')).body;
  deepEqual(
    items.map((item: Item) => item.outcome),
    ['ArgumentIllegal', 'CallSuccess'],
  );
});
