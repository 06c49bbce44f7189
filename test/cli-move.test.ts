// `ordergate move` in real processes: on the ledger itself, on a running server, and what it refuses.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ask,
  isExplained,
  makeLedger,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const ID = '2016010000000221';
const move = (data: string, to: string, ...more: string[]) =>
  run(['move', '--data', data, '--platform', 'ytx', '--order', ID, '--to', to, ...more]);

describe('move', { concurrency: 2 }, () => {
  test('on the ledger itself, where no server runs; the note becomes the remark', async () => {
    const data = await makeLedger();
    const moved = await move(data, '充值成功', '--note', 'SN20160102');
    deepEqual(
      [moved.code, moved.stdout, moved.stderr],
      [0, `moved order ${ID} of ytx to 1 (充值成功)\n`, ''],
    );
    const server = await serve(['--data', data]);
    const { body } = await ask(server.url, data, `/orders/ytx/${ID}`);
    deepEqual([body.state, body.attributes.remark], ['1', 'SN20160102']);
    equal(body.history.at(-1).actor, 'operator');
    await stop(server);
  });

  test('where a server runs, that server is asked: at HOST and PORT, or at --url', async () => {
    const data = temporaryDirectory();
    const server = await serve(['--data', data]);
    const { port } = new URL(server.url);
    const failed = await move(data, 'failed', '--port', port);
    deepEqual([failed.code, failed.stdout], [0, `moved order ${ID} of ytx to -1 (充值失败)\n`]);
    // From elsewhere: another directory, the address and the token given.
    const [token] = readSecrets(data);
    const remote = await run(
      ['move', '--platform', 'ytx', '--order', ID, '--to=-2', '--url', `${server.url}/`],
      { ORDERGATE_ADMIN_TOKEN: token!, ORDERGATE_DATA: temporaryDirectory() },
    );
    deepEqual([remote.code, remote.stdout], [0, `moved order ${ID} of ytx to -2 (已退款)\n`]);
    isExplained(await move(data, 'succeeded', '--port', port), /已退款.* it can go to: nowhere/);
    await stop(server);
  });

  test('what is wrong is said in a line', async () => {
    const data = await makeLedger();
    isExplained(await run(['move', '--data', data]), /usage: ordergate move --platform/, 2);
    isExplained(
      await move(data, 'gone'),
      /--to has to be one of: .*1 \(充值成功\).*succeeded, failed, refunded/,
    );
    isExplained(await move(data, '1', '--platform', 'nobody'), /--platform has to be one of: /);
    isExplained(await move(data, '1', '--order', '404'), /ytx has no order "404"/);
    isExplained(await move(data, 'processing'), /from 0 \(充值中\) it can go to: /);
    isExplained(await move(data, '1', '--line', 'x'), /refused: unknown-line/);
    const nobody = 'http://127.0.0.1:9';
    isExplained(
      await move(data, '1', '--url', nobody),
      /no admin\.token; set ORDERGATE_ADMIN_TOKEN/,
    );
    const lonely = ['move', '--platform', 'ytx', '--order', ID, '--to', '1', '--url', nobody];
    isExplained(
      await run(lonely, { ORDERGATE_ADMIN_TOKEN: 'sixteen-characters' }),
      /no answer from http:\/\/127\.0\.0\.1:9\/.*say where one is with --url/,
      3,
    );
  });
});

test('no secret was printed', () => nothingWasBetrayed({ texts: 20, secrets: 4 }));
