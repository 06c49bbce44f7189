// GET /parties among thousands of parties: filters, every sort, pages without a gap, and what a partner sees.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../../test/cli-process.ts';
import { document, form, KEYS, post } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { readReply } from '../platforms/jintong/client.ts';

interface Row {
  readonly platform: string;
  readonly partyId: string;
  readonly enabled: boolean;
  readonly users: readonly string[];
  readonly keys: readonly { readonly lastUsedAt: string | null }[];
}

const COUNT = 3000;
const clock = new TestClock('2026-01-02T03:04:05.678Z');
const server = await startTestServer({ clock });
const get = (path: string, headers: Record<string, string> = {}) =>
  manage(server, 'GET', path, undefined, headers);

const made = Array.from({ length: COUNT }, (_, i) => {
  // The ids come in no order, and several parties share a user.
  const id = `p${String((i * 7919) % COUNT).padStart(5, '0')}`;
  const key = Buffer.from(`key of ${id}`).toString('hex').padEnd(32, '0');
  return { partner: id, key, users: [`User-${i % 300}`], actions: ['GetOrderDetail'] };
});
for (let at = 0; at < COUNT; at += 1000) {
  const rows = made.slice(at, at + 1000).map((row, i) => ({
    line: at + i + 1,
    place: { platform: 'jintong', section: 'partners' },
    text: JSON.stringify(row),
  }));
  const { status, body } = await manage(server, 'POST', '/import', { rows });
  deepEqual([status, body.refused, body.report.parties], [200, [], rows.length]);
}
for (const id of ['p00007', 'p02999']) {
  await manage(server, 'PATCH', `/parties/jintong/${id}`, { enabled: false });
}

/** All pages of a list, with the number of each page's rows. */
async function walk(path: string, limit: number): Promise<{ rows: Row[]; sizes: number[] }> {
  const [rows, sizes]: [Row[], number[]] = [[], []];
  for (let cursor = ''; ; ) {
    const asked = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`;
    const { status, body } = await get(asked);
    equal(status, 200, JSON.stringify(body));
    rows.push(...body.items);
    sizes.push(body.items.length);
    if (body.nextCursor === null) return { rows, sizes };
    match(body.nextCursor, /^[\w-]+$/);
    cursor = `&cursor=${body.nextCursor}`;
  }
}

const nameOf = ({ platform, partyId }: Row): string => `${platform} ${partyId}`;
const lastUse = ({ keys }: Row): string => keys[0]?.lastUsedAt ?? '';

describe('pages', () => {
  test('the first page has 50 rows and a cursor; 1000 are the most', async () => {
    const { body } = await get('/parties');
    deepEqual([body.items.length, typeof body.nextCursor], [50, 'string']);
    equal((await get('/parties?limit=1000')).body.items.length, 1000);
    for (const limit of ['0', '1001', 'x']) {
      equal((await get(`/parties?limit=${limit}`)).body.error.field, 'limit');
    }
  });

  test('all pages together have every party once, by platform and id', async () => {
    const { rows, sizes } = await walk('/parties', 700);
    const names = rows.map(nameOf);
    deepEqual(names, [...new Set(names)].sort());
    ok(names.length > COUNT + 4);
    ok(sizes.slice(0, -1).every((size) => size === 700));
  });

  test('a last page that is full has no cursor to an empty one', async () => {
    const { sizes } = await walk('/parties?q=p0001', 5);
    deepEqual(sizes, [5, 5]); // p00010 to p00019
  });

  test('parties that are made in between move no other party', async () => {
    const first = (await get('/parties?platform=jintong&limit=3&q=p0002')).body;
    const before = { platform: 'jintong', partyId: 'p00020a' };
    equal((await manage(server, 'POST', '/parties', before)).status, 201);
    const path = `/parties?platform=jintong&limit=3&q=p0002&cursor=${first.nextCursor}`;
    const second = (await get(path)).body;
    const ids = [...first.items, ...second.items].map(({ partyId }: Row) => partyId);
    deepEqual(ids, ['p00020', 'p00021', 'p00022', 'p00023', 'p00024', 'p00025']);
  });

  test('a cursor of another sort, or of nobody, is refused', async () => {
    const { nextCursor } = (await get('/parties?limit=2')).body;
    const other = Buffer.from('["platform.asc"]').toString('base64url');
    for (const query of [
      `sort=party.desc&cursor=${nextCursor}`,
      `cursor=${other}`,
      'cursor=abc',
      'cursor=~',
      'cursor=',
    ]) {
      const { status, body } = await get(`/parties?${query}`);
      deepEqual([status, body.error.code, body.error.field], [400, 'bad-request', 'cursor'], query);
      match(body.error.message, /^cursor: has to be the nextCursor of an earlier answer/);
    }
  });
});

describe('sort', () => {
  const values: Readonly<Record<string, (row: Row) => string>> = {
    platform: ({ platform }) => platform,
    party: ({ partyId }) => partyId,
    enabled: ({ enabled }) => String(enabled),
    keys: ({ keys }) => String(keys.length),
    used: lastUse,
  };
  for (const [name, valueIn] of Object.entries(values)) {
    test(`${name}: both ways, equal ones by platform and id`, async () => {
      if (name === 'keys') {
        await manage(server, 'POST', '/parties/jintong/p01000/keys', {});
      }
      if (name === 'used') {
        for (const at of [5, 3]) {
          const { partner, key, users } = made[at]!;
          const param = { OrderID: '15112480268', UserName: users[0]! };
          const basic = { Partner: partner };
          const bytes = form(document('jane88', 'GetOrderDetail', { basic, param, key }));
          equal(readReply(await post(server, bytes), key).code, 'Unauthorized'); // Another's order.
          clock.advance(60);
        }
      }
      const all = (await walk('/parties', 1000)).rows;
      for (const direction of ['asc', 'desc'] as const) {
        const sign = direction === 'desc' ? -1 : 1;
        const expected = all.toSorted((a, b) => {
          const [x, y] = [valueIn(a), valueIn(b)];
          if (x !== y) return x < y ? -sign : sign;
          return nameOf(a) < nameOf(b) ? -1 : 1;
        });
        const { rows } = await walk(`/parties?sort=${name}.${direction}`, 999);
        deepEqual(rows.map(nameOf), expected.map(nameOf), direction);
      }
      if (name === 'used') {
        const newest = (await get('/parties?sort=used.desc&limit=2')).body.items;
        deepEqual(
          newest.map(({ partyId }: Row) => partyId),
          [made[3]!.partner, made[5]!.partner],
        );
      }
    });
  }

  test('another sort is refused, and the refusal lists those that there are', async () => {
    const { status, body } = await get('/parties?sort=name.asc');
    deepEqual([status, body.error.code, body.error.field], [400, 'bad-request', 'sort']);
    match(body.error.message, /platform\.asc.*used\.desc/);
  });
});

describe('filters', () => {
  const idsOf = async (query: string): Promise<string[]> =>
    (await walk(`/parties?${query}`, 1000)).rows.map(({ partyId }) => partyId);

  test('party: its whole id; one that there is not is refused with what there is', async () => {
    deepEqual(await idsOf('party=p00042'), ['p00042']);
    deepEqual(await idsOf('platform=jintong&party=p00042'), ['p00042']);
    for (const query of ['party=p0004', 'platform=ytx&party=p00042']) {
      const { status, body } = await get(`/parties?${query}`);
      deepEqual([status, body.error.code, body.error.field], [400, 'bad-request', 'party']);
      match(body.error.message, /no party "p0+42?"; there are: \w+/);
    }
  });

  test('q: a part of an id, a user, an app or an owner, in capital letters or not', async () => {
    deepEqual(await idsOf('q=P0004&platform=jintong'), [
      ...Array.from({ length: 10 }, (_, i) => `p0004${i}`),
    ]);
    equal((await idsOf('q=user-299')).length, COUNT / 300);
    deepEqual(await idsOf('q=10042869'), await idsOf('platform=suning&q=10042869'));
    const [account] = await idsOf('platform=ytx&q=11112222333344445555666677778888');
    ok(account);
    deepEqual(await idsOf('q=nowhere'), []);
  });

  test('q does not look into an attribute, where a URL may hold a token', async () => {
    const { body } = await get(`/parties?platform=ytx`);
    const url = JSON.stringify(body.items).match(/https?:\/\/[^"]+/)?.[0];
    ok(url);
    deepEqual(await idsOf(`q=${encodeURIComponent(url)}`), []);
  });

  test('enabled', async () => {
    deepEqual(await idsOf('enabled=false'), ['p00007', 'p02999']);
    equal((await idsOf('enabled=true&platform=jintong')).length, COUNT + 4 + 1 - 2);
    equal((await get('/parties?enabled=maybe')).body.error.field, 'enabled');
  });

  test('an export has all pages of the same filters, in the same order', async () => {
    const url = `${server.url}/manage/v1/exports/parties?q=user-29&sort=party.desc`;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    const lines = (await response.text()).trim().split('\r\n').slice(1);
    const ids = lines.map((line) => line.split(',')[1]);
    const listed = await idsOf('q=user-29&sort=party.desc');
    ok(listed.length > 100);
    deepEqual(ids, listed);
  });
});

test('a partner sees its own party on every page, whatever it asks for', async () => {
  const scope = { platform: 'jintong', partyId: 'p00001' };
  const token = await manage(server, 'POST', '/api-tokens', {
    name: 'p',
    role: 'partner',
    ...scope,
  });
  const headers = { authorization: `Bearer ${token.body.token}` };
  for (const query of ['', '?sort=used.desc&limit=1', '?q=p0000', '?party=p00001']) {
    const { body } = await get(`/parties${query}`, headers);
    deepEqual([body.items.map(nameOf), body.nextCursor], [['jintong p00001'], null], query);
  }
  const { nextCursor } = (await get('/parties?platform=jintong&limit=1')).body;
  deepEqual(
    (await get(`/parties?platform=jintong&cursor=${nextCursor}`, headers)).body.items.length,
    1,
  );
  const other = await get('/parties?party=p00002', headers);
  deepEqual([other.status, other.body.error.field], [400, 'party']);
  match(other.body.error.message, /there are: p00001$/);
  deepEqual((await get('/parties?q=p00002', headers)).body.items, []);
});

test('the command line lists all parties, page by page, and shows any of them', async () => {
  const env = { ORDERGATE_ADMIN_TOKEN: server.adminToken };
  const listed = await run(
    ['parties', '--json', '--platform', 'jintong', '--url', server.url],
    env,
  );
  const [ready, ...rows] = listed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  deepEqual(ready, { type: 'ready' });
  equal(new Set(rows.map(nameOf)).size, COUNT + 4 + 1);
  const shown = await run(['parties', 'show', 'p02998', '--url', server.url], env);
  match(shown.stdout, /^partyId: p02998$/m);
});

test('KEYS of the fixtures are in the list without their text', async () => {
  const text = JSON.stringify((await walk('/parties', 1000)).rows);
  for (const key of [...Object.values(KEYS), ...made.map(({ key: own }) => own)]) {
    ok(!text.includes(key));
  }
});
