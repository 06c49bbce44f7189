// A viewer sees no value in the query of a callback's URL, wherever the URL is told; an operator does.
import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { cancel, form, hasten, post } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver, status } from '../../test/receiver.ts';
import { manage, startTestServer } from '../../test/support.ts';

const server = await startTestServer({ config: { callbackAllow: ALLOW_LOCAL } });
const receiver = await startReceiver(status(500));
const ORDER = '15112480268';
const SECRET = 'k9x2-secret-of-the-receiver';

test('the endpoints, deliveries, orders, the overview, what needs attention, alerts and exports', async () => {
  const url = `${receiver.url}/hook?token=${SECRET}&region=hz`;
  const at = { platform: 'jintong', party: 'jane88', url };
  const { endpointId } = (await manage(server, 'POST', '/callbacks/endpoints', at)).body;
  await post(server, form(hasten(ORDER)));
  await post(server, form(cancel(ORDER)));
  await server.callbacks.drain();
  const { items } = (await manage(server, 'GET', '/callbacks/deliveries')).body;
  const { deliveryId } = items.at(-1);
  await manage(server, 'POST', `/callbacks/deliveries/${deliveryId}/give-up`, {});
  const tokenOf = async (role: string): Promise<string> =>
    (await manage(server, 'POST', '/api-tokens', { name: role, role })).body.token;
  const [viewer, operator] = [await tokenOf('viewer'), await tokenOf('operator')];
  const ask = async (token: string, path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${server.url}/manage/v1${path}`, { headers })).text();
  };
  for (const path of [
    '/callbacks/endpoints',
    `/callbacks/endpoints/${endpointId}`,
    '/callbacks/deliveries',
    `/callbacks/deliveries/${deliveryId}`,
    `/orders/jintong/${ORDER}`,
    `/orders/jintong/${ORDER}/outlook`,
    '/overview',
    '/attention',
    '/exports/deliveries',
  ]) {
    ok((await ask(operator, path)).includes(SECRET), `${path}: an operator`);
    const seen = await ask(viewer, path);
    ok(seen.includes('token=***&region=***'), `${path}: ${seen.slice(0, 300)}`);
    equal(seen.includes(SECRET), false, path);
  }
});
