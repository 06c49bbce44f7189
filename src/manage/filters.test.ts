// A filter or parameter that names nothing is 400 and says what there is; bounds, NUL, deep JSON and doubled names are 400, too.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { manage, PLATFORM_NAMES, startTestServer, TestClock } from '../../test/support.ts';
import { call as callYtx, query } from '../../test/ytx.ts';
import { VERSION } from '../main.ts';
import { manageEndpoints } from './index.ts';

const server = await startTestServer({ clock: new TestClock() });
const get = (path: string) => manage(server, 'GET', path);
const refused = async (path: string, field: string): Promise<string> => {
  const { status, body } = await get(path);
  deepEqual([status, body.error?.code, body.error?.field], [400, 'bad-request', field], path);
  return body.error.message;
};

const LISTS = [
  '/orders',
  '/parties',
  '/catalog',
  '/requests',
  '/callbacks/endpoints',
  '/callbacks/deliveries',
];
for (const path of LISTS) {
  test(`${path}: a platform that there is not`, async () => {
    equal(
      await refused(`${path}?platform=jingtong`, 'platform'),
      `platform: no platform "jingtong"; there are: ${PLATFORM_NAMES.join(', ')}`,
    );
    equal((await get(`${path}?platform=ytx`)).status, 200);
  });
  test(`${path}: a filter given twice, or with NUL`, async () => {
    equal(
      await refused(`${path}?platform=ytx&platform=suning`, 'platform'),
      'platform: is given twice',
    );
    match(await refused(`${path}?platform=y%00tx`, 'platform'), /NUL/);
  });
}

for (const path of ['/orders', '/callbacks/endpoints', '/callbacks/deliveries']) {
  test(`${path}: a party that owns nothing; a platform's owners are there with none of it`, async () => {
    match(await refused(`${path}?party=nobody`, 'party'), /"nobody"; there are: .*jane88/);
    // Whole, not its beginning; and of the platform that is named.
    await refused(`${path}?party=jane`, 'party');
    match(
      await refused(`${path}?platform=ytx&party=jane88`, 'party'),
      /there are: ff8080813fc70a7b/,
    );
    match(await refused(`${path}?party=n%00`, 'party'), /NUL/);
    for (const owner of [
      'platform=jintong&party=jane88',
      'party=11112222333344445555666677778888',
      'platform=suning&party=10042869',
      'platform=suning&party=P10001',
    ]) {
      equal((await get(`${path}?${owner}`)).status, 200, owner);
    }
  });
}

test('/orders: a state that no platform has; words are taken as for a transition', async () => {
  match(
    await refused('/orders?state=nowhere', 'state'),
    /jintong A \(平台审核\), .*ytx 1 \(充值成功\)/,
  );
  match(
    await refused('/orders?platform=ytx&state=A', 'state'),
    /^state: no state "A"; there are: .*0 \(充值中\)/,
  );
  const ids = async (query: string) =>
    (await get(`/orders?${query}`)).body.items.map((item: { orderId: string }) => item.orderId);
  const failed = await ids('platform=ytx&state=-1');
  ok(failed.length > 0);
  deepEqual(await ids('platform=ytx&state=failed'), failed);
  deepEqual(await ids('state=failed'), failed);
});

test('/orders: an owner that is in no party any more is found while it has orders', async () => {
  const fresh = await startTestServer();
  const app = 'aaaabbbbccccddddeeeeffff00001111';
  const account = 'ff8080813c37da53013c804f8072007c';
  const path = `/parties/ytx/${account}?replace=true`;
  await manage(fresh, 'PATCH', path, { attributes: { apps: [] } });
  const found = await manage(fresh, 'GET', `/orders?party=${app}&from=2099-01-01`);
  deepEqual([found.status, found.body.items], [200, []]);
});

test('/requests: a party that made no call and does not exist; one that is claimed is found', async () => {
  match(await refused('/requests?party=nobody', 'party'), /no party "nobody".*there are: .*jane88/);
  equal((await get('/requests?party=ipbound01')).status, 200, 'it exists, and made no call');
  await callYtx(server, query('1'), { account: 'claimed2', token: 'x' });
  const { body } = await get('/requests?party=claimed2');
  equal(body.items[0].outcome, '-204');
  equal((await get('/requests?party=claimed2&from=2099-01-01')).status, 200);
});

test('/requests: a method or a code that no contract has; of those that it has there may be no call', async () => {
  match(
    await refused('/requests?method=HastenOrdr', 'method'),
    /no method "HastenOrdr".*; there are: .*HastenOrder.*oauth\.token/,
  );
  match(
    await refused('/requests?platform=jintong&outcome=SignFial', 'outcome'),
    /no code "SignFial"; there are: CallSuccess, .*SignFail, .*HTTP 404 and the like$/,
  );
  // A method and a code of another platform are none of the one that is named.
  await refused('/requests?platform=ytx&method=HastenOrder', 'method');
  await refused('/requests?platform=ytx&outcome=SignFail', 'outcome');
  for (const filter of [
    'method=OperateCancelOrder',
    'method=oauth.revoke',
    'platform=suning&outcome=invalid_grant',
    'outcome=SignFail',
    'outcome=HTTP 405',
    'platform=suning&outcome=biz.selfmarket.addleaguerstatus.missing-parameter:userName',
  ]) {
    deepEqual((await get(`/requests?${filter}`)).body.items, [], filter);
  }
});

test('/catalog: a kind that no platform takes; one that it takes may have no entry', async () => {
  equal(
    await refused('/catalog?kind=produkt', 'kind'),
    'kind: no kind "produkt"; there are: retired-method, merchant, product',
  );
  await refused('/catalog?platform=ytx&kind=merchant', 'kind');
  equal((await get('/catalog?platform=suning&kind=retired-method')).status, 200);
});

test('/callbacks: an endpoint that there is not; one without a callback is there', async () => {
  const path = '/callbacks/deliveries?endpointId=';
  match(await refused(`${path}ep_none`, 'endpointId'), /no endpoint "ep_none"; there are: /);
  const made = await manage(server, 'POST', '/callbacks/endpoints', {
    platform: 'jintong',
    party: 'jane88',
    url: 'https://8.8.8.8/hooks',
  });
  const { endpointId } = made.body;
  deepEqual((await get(`${path}${endpointId}`)).body.items, []);
  match(await refused(`${path}ep_none`, 'endpointId'), new RegExp(endpointId));
  const times = { from: '2026-01-01', to: '2026-01-02' };
  const replay = (id: string) =>
    manage(server, 'POST', '/callbacks/replay', { endpointId: id, ...times });
  deepEqual((await replay(endpointId)).body, { replayed: 0 });
  const { status, body } = await replay('ep_none');
  deepEqual([status, body.error.field], [400, 'endpointId']);
});

for (const path of ['/tokens/suning', '/consents/suning']) {
  test(`${path}: a party that there is not`, async () => {
    match(await refused(`${path}?party=nobody`, 'party'), /no party "nobody".*there are: /);
  });
}

test('/callbacks/replay: a platform or an owner that there is not', async () => {
  const replay = (body: object) =>
    manage(server, 'POST', '/callbacks/replay', { from: '2026-01-01', to: '2026-01-02', ...body });
  for (const [body, field] of [
    [{ platform: 'x', party: 'jane88' }, 'platform'],
    [{ platform: 'jintong', party: 'nobody' }, 'party'],
  ] as const) {
    const answer = await replay(body);
    deepEqual([answer.status, answer.body.error.field], [400, field]);
  }
  deepEqual((await replay({ platform: 'jintong', party: 'jane88' })).body, { replayed: 0 });
});

const bodyOf = async (method: string, path: string, body: string | Uint8Array<ArrayBuffer>) => {
  const response = await fetch(`${server.url}/manage/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}` },
    body,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  return { status: response.status, body: (await response.json()) as any };
};

for (const [method, path] of [
  ['POST', '/orders'],
  ['POST', '/parties'],
  ['PATCH', '/parties/ytx/abcdefghijklmnopqrstuvwxyz012345'],
  ['PUT', '/catalog/ytx/product/P3'],
  ['POST', '/clock'],
] as const) {
  test(`JSON nested 5,000 deep … the caller's mistake (400): ${method} ${path}`, async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      for (const depth of [33, 5000, 100_000]) {
        const value = `${open.repeat(depth)}1${close.repeat(depth)}`;
        for (const text of [value, `{"attributes":${value}}`, `{"platform":"ytx","x":${value}}`]) {
          const { status, body } = await bodyOf(method, path, text);
          deepEqual([status, body.error.code], [400, 'not-json']);
          match(body.error.message, /nested deeper than 32/);
        }
      }
    }
  });
}

test('NUL in a path and in a body is 400 that names the field, on either engine', async () => {
  for (const path of [
    '/orders/ytx/a%00b',
    '/parties/ytx/a%00b',
    '/orders?q=a%00',
    '/requests?outcome=%00',
  ]) {
    equal((await get(path)).status, 400, path);
  }
  for (const [method, path, body, field] of [
    ['POST', '/parties', { platform: 'jintong', partyId: 'a\0b' }, 'partyId'],
    ['POST', '/orders', { platform: 'ytx', remark: '\0' }, 'remark'],
    ['POST', '/orders/ytx/2016010000000219/transitions', { to: '1', note: 'a\0' }, 'note'],
    [
      'PATCH',
      '/parties/ytx/abcdefghijklmnopqrstuvwxyz012345',
      { attributes: { a: ['\0'] } },
      'attributes.a.0',
    ],
  ] as const) {
    const answer = await manage(server, method, path, body);
    deepEqual([answer.status, answer.body.error.field], [400, field]);
  }
  // A backslash before u0000 makes it a text of six characters.
  const text = await manage(server, 'POST', '/orders/ytx/2016010000000221/transitions', {
    to: 'succeeded',
    note: 'a\\u0000b',
  });
  equal(text.status, 200);
});

test('a filter that is empty, too long or out of bounds is refused in plain words', async () => {
  const long = 'x'.repeat(101);
  const cases: readonly (readonly [path: string, field: string, problem: string])[] = [
    ['/requests?text=', 'text', 'may not be empty'],
    [`/requests?text=${long}`, 'text', 'may have at most 100 characters'],
    ['/requests?party=', 'party', 'may not be empty'],
    ['/requests?limit=0', 'limit', 'has to be at least 1'],
    ['/orders?limit=1001', 'limit', 'has to be at most 1000'],
    ['/orders?limit=ten', 'limit', 'has to be a number'],
    ['/orders?limit=1.5', 'limit', 'has to be a whole number'],
    [`/parties?q=${long}`, 'q', 'may have at most 100 characters'],
    ['/search?q=', 'q', 'may not be empty'],
  ];
  for (const [path, field, problem] of cases) {
    equal(await refused(path, field), `${field}: ${problem}`);
  }
});

test('an unknown parameter is refused with those that there are, by every operation', async () => {
  equal(
    await refused('/sandbox/forces?plattform=ytx', 'plattform'),
    'plattform: no such parameter; there are: platform, party',
  );
  for (const { query, operationId } of manageEndpoints(true, VERSION)) {
    const found = query?.safeParse({ plattform: 'ytx' }).error?.issues ?? [];
    const isRefused = found.some(({ code }) => code === 'unrecognized_keys');
    equal(isRefused, query !== undefined, operationId);
  }
});

test('a body that is not UTF-8, and a key given twice, are 400 instead of being kept as something else', async () => {
  const gbk = new Uint8Array([
    ...Buffer.from('{"to":"'),
    0xc8,
    0xa1,
    0xcf,
    0xfb,
    ...Buffer.from('"}'),
  ]);
  const path = '/orders/ytx/2016010000000219/transitions';
  match((await bodyOf('POST', path, gbk)).body.error.message, /not UTF-8/);
  match((await bodyOf('POST', path, '{"to":"1","to":"-1"}')).body.error.message, /given twice/);
});

test('POST without a body is {} where nothing is required', async () => {
  for (const body of ['', ' \n', '\uFEFF']) {
    const answer = await bodyOf('POST', '/parties/ytx/abcdefghijklmnopqrstuvwxyz012345/keys', body);
    equal(answer.status, 201);
    match(answer.body.secret, /^[0-9a-f]{32}$/);
  }
  equal((await bodyOf('POST', '/clock', '')).status, 400);
  equal((await bodyOf('PATCH', '/parties/ytx/abcdefghijklmnopqrstuvwxyz012345', '')).status, 400);
});
