// Tests the renewal of the master key: afterwards the new key alone opens everything.
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import * as jintong from '../test/jintong.ts';
import * as suning from '../test/suning.ts';
import { manage, startTestServer, temporaryDirectory } from '../test/support.ts';
import { ConfigError, readConfig } from './config.ts';
import { orderId } from './core/ledger.ts';
import { renewKey } from './renew-key.ts';
import { Sealer } from './storage/seal.ts';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const [ORDER, LINE] = suning.sandboxLine(1);

test('with ORDERGATE_KEY_OLD, parties, endpoints and card codes change to the new key during calls, and the old key is no longer needed', async () => {
  const dataDirectory = temporaryDirectory();
  const start = (masterKey: string, oldMasterKeys: readonly string[] = []) =>
    startTestServer({ config: { dataDirectory, masterKey, oldMasterKeys } });

  const first = await start(A);
  const cardList = [{ cardCode: '900001', cardSec: 'SEC-ONE' }];
  const shipped = await suning.call(first, suning.leaguer('180', ORDER, LINE, { cardList }));
  match(shipped.code, /^success$|invalid-biz:107$/);
  const made = await manage(first, 'POST', '/callbacks/endpoints', {
    platform: 'jintong',
    party: 'jane88',
    url: 'https://8.8.8.8/hook',
  });
  equal(made.status, 201, JSON.stringify(made.body));
  const record = await first.storage.ledger.readHistory('suning', orderId(ORDER));
  const names = (record?.sealed ?? []).map(({ name }) => name);
  const clear = await Promise.all(
    names.map((name) => first.storage.ledger.readSealed('suning', orderId(ORDER), name)),
  );
  const secrets = (await first.storage.callbacks.listEndpoints({})).map((one) => one.secrets);
  await first.close();

  const both = await start(B, [A]);
  const now = both.clock.now();
  // The start renews in the background; a second, simultaneous renewal is harmless.
  const hastened = jintong.call(both, jintong.form(jintong.hasten('15112480268')));
  await renewKey(both, both.sealer, now);
  equal((await hastened).code, 'CallSuccess');
  const again = await renewKey(both, both.sealer, now);
  deepEqual(again, { parties: 0, endpoints: 0, texts: 0, accounts: 0 });
  await both.close();

  await rejects(start(A), /ORDERGATE_KEY .*is not the key it was sealed with/);
  const last = await start(B);
  equal(
    (await jintong.call(last, jintong.form(jintong.detail('15112480268')))).code,
    'CallSuccess',
  );
  deepEqual(
    await Promise.all(
      names.map((name) => last.storage.ledger.readSealed('suning', orderId(ORDER), name)),
    ),
    clear,
  );
  deepEqual(
    (await last.storage.callbacks.listEndpoints({})).map((one) => one.secrets),
    secrets,
  );
});

test('a sealer opens texts of its older keys, reports that, and seals with the newest key', () => {
  const [a, b] = [Buffer.from(A, 'hex'), Buffer.from(B, 'hex')];
  const old = new Sealer(a).seal('secret', 'place');
  const both = new Sealer(b, [a]);
  const older: string[] = [];
  both.onOlder = (place) => older.push(place);
  equal(both.open(old, 'place'), 'secret');
  deepEqual(older, ['place']);
  const anew = both.sealAnew(old, 'place')!;
  equal(new Sealer(b).open(anew, 'place'), 'secret');
  equal(both.sealAnew(anew, 'place'), null);
  for (const [sealer, sealed, place] of [
    [new Sealer(b), old, 'place'],
    [both, old, 'another'],
    [both, `${old}x`, 'place'],
    [both, 'v1.', 'place'],
    [both, '', 'place'],
  ] as const) {
    try {
      sealer.open(sealed, place);
      equal(place, 'refused');
    } catch (error) {
      match((error as Error).message, /does not open: ORDERGATE_KEY/);
    }
  }
});

test('ORDERGATE_KEY_OLD is a list; an invalid key is refused with the setting’s name', async () => {
  const config = readConfig({}, { ORDERGATE_KEY_OLD: ` ${A} ,${B}` });
  deepEqual(config.oldMasterKeys, [A, B]);
  await rejects(
    startTestServer({ config: { masterKey: A, oldMasterKeys: ['short'] } }),
    (error) =>
      error instanceof ConfigError && /ORDERGATE_KEY_OLD has to be 32 bytes/.test(error.message),
  );
});
