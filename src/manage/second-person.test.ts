// ORDERGATE_SECOND_PERSON: a reveal and a replay of many wait until another person has approved them.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { cards, leaguer, sandboxLine, call as suning } from '../../test/suning.ts';
import { manage, startTestServer } from '../../test/support.ts';

const server = await startTestServer({ config: { secondPerson: ['replay', 'reveal'] } });
const password = 'correct horse battery';
async function signIn(name: string, role: 'viewer' | 'operator' | 'admin'): Promise<Browser> {
  await makeAccount(server, name, role, password);
  const browser = new Browser(server);
  await browser.form('/console/sign-in', { name, password });
  return browser;
}
const asks = await signIn('asks', 'operator');
const answers = await signIn('answers', 'operator');
const looks = await signIn('looks', 'viewer');

const [orderId, line] = sandboxLine(1);
const shipped = await suning(server, leaguer('180', orderId, line, { cardList: cards(1) }));
equal(shipped.code, 'success', shipped.text);
const at = `/orders/suning/${orderId}`;
const { name } = (await manage(server, 'GET', at)).body.sealed[0];
const reveal = (by: Browser, note = 'the customer asks') =>
  by.api('POST', `${at}/reveal`, { name, note });
const waiting = async () => (await manage(server, 'GET', '/approvals')).body.items;
const codeOf = ({ body }: { body: { error?: { code: string } } }) => body.error?.code;

test('a reveal waits, another person approves it, and it is done once', async () => {
  const first = await reveal(asks);
  deepEqual([first.status, codeOf(first)], [409, 'needs-second-person']);
  ok(!JSON.stringify(first.body).includes('cardSec'));
  equal(codeOf(await reveal(asks)), 'needs-second-person', 'and waits as the same request');
  const [request, ...more] = await waiting();
  deepEqual([more, request.state, request.requestedBy], [[], 'waiting', 'asks']);
  deepEqual([request.operation, request.target], ['revealSealed', `suning/${orderId}`]);
  const answer = `/approvals/${request.approvalId}/approve`;
  equal(codeOf(await asks.api('POST', answer, {})), 'same-person');
  equal((await looks.api('POST', answer, {})).status, 403);
  equal(codeOf(await manage(server, 'POST', answer, {})), 'no-account');
  equal((await answers.api('POST', answer, {})).body.decidedBy, 'answers');
  equal((await answers.api('POST', answer, {})).status, 404, 'it waits no more');
  equal(codeOf(await reveal(answers)), 'needs-second-person', 'the approval is of one person');
  equal(codeOf(await reveal(asks, 'another reason')), 'needs-second-person', 'and of one call');
  const done = await reveal(asks);
  deepEqual([done.status, typeof done.body.text], [200, 'string']);
  equal(codeOf(await reveal(asks)), 'needs-second-person', 'once');
});

test('what was refused is not done, and the next call asks anew', async () => {
  equal(codeOf(await reveal(asks, 'to be refused')), 'needs-second-person');
  const request = (await waiting()).find(
    ({ asked }: { asked: { note: string } }) => asked.note === 'to be refused',
  );
  await answers.api('POST', `/approvals/${request.approvalId}/refuse`, { note: 'no' });
  equal(codeOf(await reveal(asks, 'to be refused')), 'second-person-refused');
  equal(codeOf(await reveal(asks, 'to be refused')), 'needs-second-person');
});

describe('a replay', () => {
  const job = (by: Browser, body: object) => by.api('POST', '/callbacks/replay-jobs', body);

  test('of many waits; a count and one callback do not', async () => {
    equal((await job(asks, { platform: 'jintong', dryRun: true })).status, 201);
    equal((await job(asks, { deliveryIds: [1] })).status, 201);
    equal(codeOf(await job(asks, { deliveryIds: [1, 2] })), 'needs-second-person');
    const range = { from: '2026-01-01', to: '2026-01-02', platform: 'jintong', party: 'jane88' };
    equal(codeOf(await asks.api('POST', '/callbacks/replay', range)), 'needs-second-person');
    for (const { approvalId, operation } of await waiting()) {
      if (operation === 'startReplayJob')
        await answers.api('POST', `/approvals/${approvalId}/approve`, {});
    }
    equal((await job(asks, { deliveryIds: [1, 2] })).status, 201);
  });

  test('by a token is not approved by who has made the token', async () => {
    const made = await server.people.createToken({
      ...{ name: 'of answers', role: 'operator', createdBy: 'answers' },
      expiresAt: Date.now() + 60_000,
    });
    const response = await fetch(`${server.url}/manage/v1/callbacks/replay-jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${made.secret}` },
      body: JSON.stringify({ deliveryIds: [3, 4] }),
    });
    equal(response.status, 409);
    const request = (await waiting()).find(
      ({ requestedBy }: { requestedBy: string }) => requestedBy === 'of answers',
    );
    const answer = `/approvals/${request.approvalId}/approve`;
    equal(codeOf(await answers.api('POST', answer, {})), 'same-person');
    equal((await asks.api('POST', answer, {})).status, 200);
  });
});

test('a listener that gets old callbacks again waits, and one that goes on does not', async () => {
  const own = { platform: 'jintong', party: 'jane88', name: 'mine' };
  const open = (body: object) => asks.api('POST', '/callbacks/listeners', body);
  equal(codeOf(await open({ ...own, sinceSeconds: 86_400 })), 'needs-second-person');
  deepEqual((await manage(server, 'GET', '/callbacks/listeners')).body.items, []);
  equal((await open(own)).status, 200);
  equal((await open({ ...own, sinceSeconds: 0 })).status, 200);
});

describe('an attack', () => {
  const token = async (secret: string, path: string, body: object) => {
    const response = await fetch(`${server.url}/manage/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const jobs = '/callbacks/replay-jobs';

  test('by a token that a token of one’s own has made is not approved by oneself', async () => {
    const boss = await signIn('boss', 'admin');
    const first = (await boss.api('POST', '/api-tokens', { name: 'first', role: 'admin' })).body;
    const second = (await token(first.token, '/api-tokens', { name: 'second', role: 'admin' }))
      .body;
    const scope = { platform: 'jintong', partyId: 'jane88' };
    const third = { name: 'third', role: 'partner', ...scope };
    const { body: made } = await token(second.token, '/api-tokens', third);
    equal((await boss.api('DELETE', `/api-tokens/${first.tokenId}`)).body.ended, 1);
    for (const { token: secret } of [second, made]) {
      const asked = await token(secret, jobs, { deliveryIds: [5, 6] });
      equal(codeOf(asked), 'needs-second-person');
      const [id] = /apr_[\w-]+/.exec(asked.body.error.message)!;
      equal(codeOf(await boss.api('POST', `/approvals/${id}/approve`, {})), 'same-person');
    }
  });

  test('by the same call at the same moment waits once', async () => {
    const before = (await waiting()).length;
    const { body: made } = await manage(server, 'POST', '/api-tokens', {
      ...{ name: 'hurries', role: 'operator' },
    });
    const calls = await Promise.all(
      Array.from({ length: 6 }, () => token(made.token, jobs, { deliveryIds: [7, 8] })),
    );
    deepEqual(
      calls.map((one) => codeOf(one)),
      calls.map(() => 'needs-second-person'),
    );
    equal((await waiting()).length, before + 1);
  });

  test('by very many calls ends after twenty that wait', async () => {
    const { body: made } = await manage(server, 'POST', '/api-tokens', {
      ...{ name: 'floods', role: 'partner', platform: 'jintong', partyId: 'jane88' },
    });
    const codes = [];
    for (let i = 0; i < 22; i++) {
      codes.push(codeOf(await token(made.token, jobs, { deliveryIds: [100 + i, 200] })));
    }
    equal(codes.filter((code) => code === 'needs-second-person').length, 20);
    deepEqual(codes.slice(20), ['too-many-approvals', 'too-many-approvals']);
    equal(
      codeOf(await token(made.token, jobs, { deliveryIds: [100, 200] })),
      'needs-second-person',
    );
    equal(codeOf(await asks.api('POST', jobs, { deliveryIds: [9, 10] })), 'needs-second-person');
  });

  test('an approval that ended unused does not stand in the way of the next', async () => {
    const ask = () => asks.api('POST', jobs, { deliveryIds: [11, 12] });
    const approve = async () => {
      const [id] = /apr_[\w-]+/.exec((await ask()).body.error.message)!;
      const { status } = await answers.api('POST', `/approvals/${id}/approve`, {});
      return { status, id };
    };
    const { id, status } = await approve();
    equal(status, 200);
    const { store } = server.people;
    const [approval] = await store.listCredentials({ kind: 'approval', credentialId: id });
    await store.saveCredential({ ...approval!, expiresAt: Date.now() - 1 }, approval!.digest);
    equal((await approve()).status, 200);
    equal((await ask()).status, 201);
  });
});

test('the audit has the request, the answer and the deed', async () => {
  const { items } = (await manage(server, 'GET', '/audit?limit=500')).body;
  const told = items.map(
    ({ actor, action, outcome }: { actor: string; action: string; outcome: string }) =>
      `${actor} ${action} ${outcome}`,
  );
  for (const line of [
    'asks revealSealed refused',
    'answers approveCall done',
    'asks revealSealed done',
    'answers refuseCall done',
  ])
    ok(told.includes(line), line);
});

test('without the setting nothing waits', async () => {
  const other = await startTestServer();
  const body = { deliveryIds: [1, 2] };
  equal((await manage(other, 'POST', '/callbacks/replay-jobs', body)).status, 201);
});
