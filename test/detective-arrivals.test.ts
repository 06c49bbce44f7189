// Calls that are refused are asked about as they arrive: how many, what a row without an answer says, and what is kept of ended keys.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY } from '../src/core/clock.ts';
import { document, form, GATEWAY, KEYS, post } from './jintong.ts';
import { manage, sqliteOnly, startTestServer, TestClock, temporaryDirectory } from './support.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const TEXT =
  'Action=HastenOrder&Param=OrderID=15112480268&UserName=jane88&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0';
const signed = (sign: string): string =>
  form(
    document('jane88', 'HastenOrder', {
      param: { OrderID: '15112480268', UserName: 'jane88' },
      basic: { Sign: sign },
    }),
  );
type Server = Awaited<ReturnType<typeof startTestServer>>;
const ask = async (server: Server, body: object) =>
  (await manage(server, 'POST', '/debug/signature', { platform: 'jintong', ...body })).body;
const idsOf = (answer: { causes: { id: string }[] }): string[] => answer.causes.map(({ id }) => id);

test('five calls of a party in a second are asked about; a row of the rest says what was not tried', async () => {
  const server = await startTestServer();
  const wrong = signed(md5(KEYS.jane88 + TEXT));
  await Promise.all(Array.from({ length: 30 }, () => post(server, wrong)));
  const { items } = (await manage(server, 'GET', '/requests?outcome=SignFail&limit=50')).body;
  assert.equal(items.length, 30);
  const answered = items.filter(({ why }: { why: { causes: string[] } }) => why.causes.length > 0);
  // The bucket fills up again at five a second while the calls are made.
  assert.ok(answered.length >= 5 && answered.length < 30, `${answered.length} were asked about`);
  const other = items.find(({ why }: { why: { ok: boolean | null } }) => why.ok === null);
  const answer = await ask(server, { requestId: other.id });
  assert.deepEqual([answer.ok, answer.causes, answer.searched.complete], [false, [], false]);
  assert.ok(answer.untried.includes('wrong-key:retired') && answer.untried.length === 34);
  // A key that is brought along can be judged all the same.
  const brought = await ask(server, { requestId: other.id, secret: `${KEYS.jane88} ` });
  assert.deepEqual(idsOf(brought), ['key-blanks']);
});

test('a right signature: the row says what else refused the call, and which hop the address is of', async () => {
  const server = await startTestServer();
  await manage(server, 'PATCH', '/parties/jintong/jane88', { addresses: ['203.0.113.7'] });
  const reply = await fetch(server.url + GATEWAY, {
    method: 'POST',
    body: signed(md5(TEXT + KEYS.jane88)),
  });
  const answer = await ask(server, { requestId: Number(reply.headers.get('x-request-id')) });
  assert.equal(answer.ok, true);
  assert.deepEqual(
    [answer.refusedBy.check, answer.refusedBy.code],
    ['checkAddress', 'UnauthorizedIp'],
  );
  assert.match(answer.refusedBy.text, /127\.0\.0\.1 is not in .* the connection's own address/);
});

test('if a call is refused after its signature was accepted, the row says that the signature is right', async () => {
  const server = await startTestServer();
  const text = TEXT.replace('UserName=jane88', 'UserName=nobody1');
  const body = form(
    document('jane88', 'HastenOrder', {
      param: { OrderID: '15112480268', UserName: 'nobody1' },
      basic: { Sign: md5(text + KEYS.jane88) },
    }),
  );
  await post(server, body);
  const [row] = (await manage(server, 'GET', '/requests?refused=true&limit=1')).body.items;
  assert.deepEqual([row.why.ok, row.why.causes], [true, []]);
  const answer = await ask(server, row.why.body);
  assert.deepEqual([answer.ok, answer.refusedBy.check], [true, 'findUser']);
});

test('through a trusted proxy the hop is named', async () => {
  const { AddressList } = await import('../src/directory/addresses.ts');
  const trustedProxies = new AddressList(['127.0.0.1']);
  const server = await startTestServer({ config: { trustedProxies } });
  await manage(server, 'PATCH', '/parties/jintong/jane88', { addresses: ['203.0.113.7'] });
  const reply = await fetch(server.url + GATEWAY, {
    method: 'POST',
    headers: { 'x-forwarded-for': '192.0.2.9, 198.51.100.4' },
    body: signed(md5(TEXT + KEYS.jane88)),
  });
  const answer = await ask(server, { requestId: Number(reply.headers.get('x-request-id')) });
  assert.match(answer.refusedBy.text, /198\.51\.100\.4 as hop 2 of 2 in X-Forwarded-For/);
});

test('an ended key is recognized for 90 days, survives a restart, and is stored sealed', async () => {
  const clock = new TestClock();
  const dataDirectory = temporaryDirectory();
  const start = () => startTestServer({ clock, config: { dataDirectory } });
  const first = await start();
  const rotate = (server: Server, body: object) =>
    manage(server, 'POST', '/parties/jintong/jane88/keys', body);
  await rotate(first, { overlapSeconds: 0 });
  await rotate(first, { overlapSeconds: 0 });
  await first.close();
  if (!sqliteOnly) {
    const bytes = readFileSync(join(dataDirectory, 'ledger.db'), 'latin1');
    assert.ok(!bytes.includes(KEYS.jane88), 'the key lies open in the ledger');
  }
  const server = await start();
  const question = { url: GATEWAY, body: signed(md5(TEXT + KEYS.jane88)) };
  const told = await ask(server, question);
  assert.deepEqual(idsOf(told), ['wrong-key:retired']);
  assert.equal(
    told.causes[0].text.en,
    'It was signed with a key that has ended: your first key, retired 2026-01-02.',
  );
  const { body: party } = await manage(server, 'GET', '/parties/jintong/jane88');
  assert.equal(party.keys.length, 1);
  clock.advance(90 * DAY);
  assert.deepEqual(idsOf(await ask(server, question)), []);
  await server.parties.forgetEnded(clock.now());
  assert.equal(server.parties.find('jintong', 'jane88')!.ended, undefined);
});

test('of seven ended keys the last five are known', async () => {
  const clock = new TestClock();
  const server = await startTestServer({ clock });
  const secrets: string[] = [KEYS.jane88];
  for (let i = 0; i < 7; i++) {
    clock.advance(1000);
    const { body } = await manage(server, 'POST', '/parties/jintong/jane88/keys', {
      overlapSeconds: 0,
    });
    secrets.push(body.secret);
  }
  const known: boolean[] = [];
  for (const secret of secrets) {
    const answer = await ask(server, { url: GATEWAY, body: signed(md5(TEXT + secret)) });
    known.push(idsOf(answer)[0] === 'wrong-key:retired');
    assert.ok(!JSON.stringify(answer).includes(secret));
  }
  assert.deepEqual(known, [false, false, true, true, true, true, true, false]);
});

test('in production a published key is recognized, and the right signature is shortened', async () => {
  const server = await startTestServer({ config: { environment: 'production' } });
  const made = await manage(server, 'POST', '/parties', {
    platform: 'jintong',
    partyId: 'jane88',
    users: ['jane88'],
    grants: ['HastenOrder'],
  });
  const { secret } = made.body;
  const question = { url: GATEWAY, body: signed(md5(TEXT + KEYS.jane88)) };
  const answer = await ask(server, question);
  assert.deepEqual(idsOf(answer), ['wrong-key:sandbox']);
  const right = md5(TEXT + secret);
  assert.equal(answer.expected, `${right.slice(0, 6)}…`);
  assert.equal(
    (await ask(server, { ...question, secret: 'not-the-key-of-it' })).expected,
    `${right.slice(0, 6)}…`,
  );
  const brought = await ask(server, { ...question, secret });
  assert.equal(brought.expected, right);
  assert.ok(!JSON.stringify(brought).includes(secret));
});
