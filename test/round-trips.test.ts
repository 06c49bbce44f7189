// What a gateway call costs at the database: one round trip to read, two to change. Measured, and printed by method.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import * as jintong from './jintong.ts';
import { databaseOf, skip } from './postgres.ts';
import * as suning from './suning.ts';
import { startTestServer, temporaryDirectory } from './support.ts';
import * as ytx from './ytx.ts';

/** What goes on beside the calls, whether there are any or not. */
const BESIDE = /^(beat|claim|next-deadline|callbacks-.*)$/;

describe('round trips', { skip }, () => {
  test('of each method', { timeout: 60_000 }, async (t) => {
    const dataDirectory = temporaryDirectory();
    const server = await startTestServer({
      config: {
        dataDirectory,
        databaseUrl: await databaseOf(dataDirectory),
        masterKey: '07'.repeat(32),
        adminToken: 'the-admin-token-of-tests',
      },
    });
    const sent: string[] = [];
    const { query } = pg.Client.prototype;
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const { name } = args[0] as { name?: string };
      if (name !== undefined && !BESIDE.test(name)) sent.push(name);
      return Reflect.apply(query, this, args);
    } as typeof query;
    try {
      const measure = async (method: string, expected: readonly string[], ask: () => unknown) => {
        await sleep(50); // What the call before has left to later.
        sent.length = 0;
        await ask();
        t.diagnostic(`${method}: ${sent.length} (${sent.join(', ')})`);
        assert.deepEqual(sent, expected, method);
      };
      const post = (document: string) => jintong.call(server, jintong.form(document));
      const order = '15112480268';
      await measure('jintong GetOrderDetail', ['load'], () => post(jintong.detail(order)));
      await measure('jintong HastenOrder', ['load', 'commit'], () => post(jintong.hasten(order)));
      await measure('jintong HastenOrder, refused', ['load'], () => post(jintong.hasten(order)));
      await measure('jintong OperateCancelOrder', ['load', 'commit'], () =>
        post(jintong.cancel(order)),
      );
      await measure('jintong OperateCancelOrder, again', ['load'], () =>
        post(jintong.cancel(order)),
      );
      await measure('jintong, a wrong signature', [], () =>
        post(jintong.document('jane88', 'GetOrderDetail', { key: 'wrong' })).catch(() => {}),
      );
      let requestId = '';
      await measure('ytx productOrder', ['create'], async () => {
        requestId = (await ytx.call(server, ytx.submit('c1'))).requestId;
      });
      await measure('ytx productOrder, again', ['create', 'by-key'], () =>
        ytx.call(server, ytx.submit('c1')),
      );
      await measure('ytx getOrderResult', ['load-many', 'pause'], () =>
        ytx.call(server, ytx.query(requestId)),
      );
      const [orderId, line] = suning.sandboxLine(1);
      await measure('suning historyorder.query', ['page'], () =>
        suning.call(server, suning.history()),
      );
      await measure('suning leaguerstatus.add', ['load', 'commit'], () =>
        suning.call(server, suning.leaguer('180', orderId, line, { cardList: suning.cards(1) })),
      );
    } finally {
      pg.Client.prototype.query = query;
    }
  });
});
