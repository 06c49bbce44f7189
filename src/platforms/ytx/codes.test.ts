// Tests that real bytes through the real server reach every code of ytx; a code without a clause
// fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testClauses } from '../../../test/clause-loop.ts';
import { manage, startTestServer } from '../../../test/support.ts';
import { ACCOUNT, call, post, query } from '../../../test/ytx.ts';
import { DAY } from '../../core/clock.ts';
import { clauses } from './clauses.ts';
import { contract } from './contract.ts';
import { ytx } from './index.ts';

await testClauses(contract, clauses);

const server = await startTestServer();
const good = query('2016010000000221');

test('异常示例, byte for byte', async () => {
  const answer = await post(server, '{}');
  assert.equal(answer, '{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}');
});

test('a deeply nested action is refused like any unknown action, and not reported as a fault', async () => {
  const deep = `{"action":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  assert.match(JSON.parse(await post(server, deep)).statusCode, /^-(101|206)$/);
});

test('-706 调用过于频繁，请稍后再试: after the time, before the body is read', async () => {
  const limited = await startTestServer();
  const limits = { perDay: 1 };
  await manage(limited, 'PATCH', `/parties/ytx/${ACCOUNT}`, { attributes: { limits } });
  assert.equal((await call(limited, good)).orderSts, '0');
  assert.equal((await call(limited, good)).statusCode, '-706');
  const late = await call(limited, good, { at: limited.clock.now() - 2 * DAY });
  assert.equal(late.statusCode, '-203');
  assert.equal(JSON.parse(await post(limited, 'no JSON')).statusCode, '-706');
});

test('-204: a switched-off account counts as unknown, before its Sign is checked', async () => {
  const fresh = await startTestServer();
  await manage(fresh, 'PATCH', `/parties/ytx/${ACCOUNT}`, { enabled: false });
  assert.equal((await call(fresh, good, { query: '' })).statusCode, '-204');
});

test('the request log says which of the reasons of -205 it was', async () => {
  for (const appid of [
    'nosuchapp',
    '11112222333344445555666677778888',
    '3215ad6a7d0247ae8b39728b854fa59c',
  ]) {
    assert.equal((await call(server, query('1', appid))).statusCode, '-205');
  }
  const { body } = await manage(server, 'GET', '/requests?platform=ytx&outcome=-205');
  assert.deepEqual(body.items.map(({ detail }: { detail: string }) => detail).sort(), [
    'the account has no app nosuchapp',
    'the app has no function Unicom',
    'the app is of production, and this is sandbox',
  ]);
});

test('the checks run in the settled sequence', () => {
  assert.deepEqual(
    ytx.checks.names,
    'readPath checkFunction checkAuthorization findAccount checkSign checkTime checkLimits parseBody readAsked findAction readFields checkApp noteOrder'.split(
      ' ',
    ),
  );
});

test('an unknown path is 404, another method than POST 405', async () => {
  const path = `${server.url}/201612/sid/${ACCOUNT}/Unicom/Order.wx`;
  assert.equal((await fetch(path)).status, 405);
  assert.equal((await fetch(`${path}/more`, { method: 'POST', body: '{}' })).status, 404);
});
