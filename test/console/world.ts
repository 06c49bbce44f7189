// A sandbox in which something is wrong, as an operator meets it: refused calls, a receiver that fails, moved orders.
import type { Config } from '../../src/config.ts';
import type { Ordergate } from '../../src/main.ts';
import { cancel, document, form, hasten, post } from '../jintong.ts';
import { ALLOW_LOCAL, type Receiver, startReceiver, status } from '../receiver.ts';
import { manage, startTestServer } from '../support.ts';

export interface World {
  readonly server: Ordergate;
  /** Of jane88's orders; answers 500 until it is told otherwise. */
  readonly failing: Receiver;
  /** Of ytx's app; answers. */
  readonly healthy: Receiver;
}

/** Jintong's order whose call was refused and whose callback never came. */
export const ORDER = '15112480268';
export const YTX_ORDER = '2016010000000221';
export const YTX_APP = 'ff8080813fc70a7b013fc72312324213';

export async function startWorld(config: Partial<Config> = {}): Promise<World> {
  const failing = await startReceiver(status(500, {}, 'database is down'));
  const healthy = await startReceiver();
  const server = await startTestServer({ config: { callbackAllow: ALLOW_LOCAL, ...config } });
  const register = (platform: string, party: string, url: string) =>
    manage(server, 'POST', '/callbacks/endpoints', { platform, party, url });
  await register('jintong', 'jane88', `${failing.url}/jintong`);
  await register('ytx', YTX_APP, `${healthy.url}/ytx`);
  await post(server, form(hasten(ORDER)));
  await post(server, form(hasten(ORDER))); // refused: within ten minutes
  await post(server, form(cancel(ORDER, '客户要求取消')));
  const badly = { param: { OrderID: ORDER, UserName: 'jane88' }, key: 'not the key of jane88' };
  await post(server, form(document('jane88', 'HastenOrder', badly)));
  await manage(server, 'POST', `/orders/ytx/${YTX_ORDER}/transitions`, {
    to: '-1',
    note: '运营商回执：号码停机',
  });
  await server.callbacks.drain();
  const { items } = (await manage(server, 'GET', '/callbacks/deliveries?state=pending&limit=1'))
    .body;
  for (const { deliveryId } of items) {
    await manage(server, 'POST', `/callbacks/deliveries/${deliveryId}/give-up`, {
      note: '对方确认不再接收',
    });
  }
  return { server, failing, healthy };
}

/** Two rules that fire, one of which a receiver refuses to hear of, and one that does not. */
export async function raiseAlarms({ server, failing, healthy }: World): Promise<void> {
  if ((await manage(server, 'GET', '/alarm-rules')).body.items.length > 0) return;
  const add = async (path: string, body: object) =>
    (await manage(server, 'POST', path, body)).body as { channelId: string };
  const group = { name: '值班群', type: 'dingtalk', url: failing.url, secret: 'SECdf0a0c' };
  const channels = [
    (await add('/alarm-channels', group)).channelId,
    (await add('/alarm-channels', { name: 'pager', type: 'webhook', url: healthy.url })).channelId,
  ];
  const rules: readonly object[] = [
    { name: '今通拒绝过多', watches: 'refusals', threshold: 2, platform: 'jintong', channels },
    { name: '回调已放弃', watches: 'dead-callbacks', threshold: 1, channels: channels.slice(1) },
    {
      ...{ name: '磁盘空间', watches: 'disk', threshold: 1, channels },
      quiet: { from: '23:00', to: '07:30' },
    },
  ];
  for (const rule of rules) await add('/alarm-rules', rule);
  await server.alarms.run();
  const { items } = (await manage(server, 'GET', '/alarms')).body;
  const dead = items.find(({ name }: { name: string }) => name === '回调已放弃');
  await manage(server, 'POST', `/alarms/${dead.alarmId}/acknowledge`, {});
}

/** What a world of every page has besides: a call that waits for a second person. */
export const EVERY_PAGE: Partial<Config> = { secondPerson: ['reveal'] };

/** Somebody asks for cards, which waits for a second person. */
export async function askForCards({ server }: World): Promise<void> {
  if ((await manage(server, 'GET', '/approvals')).body.items.length > 0) return;
  const wanted = { name: '夜班', role: 'operator' };
  const { token } = (await manage(server, 'POST', '/api-tokens', wanted)).body;
  const cards = { name: 'cards', note: '客户遗失卡密，要求重发' };
  const asking = { ...server, adminToken: token as string };
  await manage(asking, 'POST', '/orders/suning/1000531505/reveal', cards);
}

/** A scenario has run, and its third step was not as it had to be. */
export async function runScenario({ server }: World): Promise<void> {
  const runs = '/sandbox/scenario-runs';
  if ((await manage(server, 'GET', runs)).body.items.length > 0) return;
  const order = '  - order: jintong/15110100069\n    expect: { state: E }\n';
  const call =
    "  - call: HastenOrder\n    platform: jintong\n    as: jane88\n    with: { OrderID: '15110100069', UserName: jane88 }\n";
  const title = 'title: { zh: 已出票的订单不能催, en: A ticketed order is not hastened }';
  const text = `${title}\nsteps:\n${order}${call}  - advance: 10 min\n`;
  const { runId } = (await manage(server, 'POST', runs, { text })).body;
  while ((await manage(server, 'GET', `${runs}/${runId}`)).body.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
