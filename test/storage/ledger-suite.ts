// What every ledger has to do, whatever it is stored in: the port of core/ledger.ts as tests.
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Ledger } from '../../src/core/ledger.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { alarmRules } from './alarms.ts';
import { assertCallbacksSound } from './callback-fixtures.ts';
import { callbackManagementRules } from './callback-management.ts';
import { callbackOperatorRules } from './callback-operator.ts';
import { callbackSettleRules } from './callback-settle.ts';
import { callbackRules } from './callbacks.ts';
import { commitRules } from './commit.ts';
import { createRules } from './create.ts';
import { deadlineRules } from './deadlines.ts';
import { deskRules } from './desk.ts';
import { assertSound, type OpenDirectory, suiteDirectory } from './fixtures.ts';
import { keyRules } from './keys.ts';
import { limitRestartRules, limitRules } from './limits.ts';
import { listRules } from './lists.ts';
import { pageRules } from './pages.ts';
import { partyRules, restartRules } from './parties.ts';
import { peopleRules } from './people.ts';
import { storeRules } from './stores.ts';

/** @param open opens the storage of a directory; the same directory again is the same storage. */
export function ledgerSuite(name: string, open: OpenDirectory): void {
  const shared = (topic: string, rules: (ledger: () => Ledger) => void): void => {
    describe(topic, () => {
      const directory = suiteDirectory();
      let storage: OpenStorage;
      before(async () => {
        storage = await open(directory);
      });
      after(() => storage.close());
      rules(() => storage.ledger);
      test('the audit finds nothing wrong after all this', () => assertSound(storage.ledger));
    });
  };

  describe(name, () => {
    shared('createOrders and load', createRules);
    shared('commit', commitRules);
    shared('listOrders', listRules);
    shared('unique keys and sealed texts', keyRules);
    shared('counted lists', pageRules);
    shared('parties', partyRules);

    describe('tokens, catalog and limits', () => {
      let storage: OpenStorage;
      const directory = suiteDirectory();
      before(async () => {
        storage = await open(directory);
      });
      after(() => storage.close());
      storeRules(() => storage);
      limitRules(() => storage);
      limitRestartRules(open);
      peopleRules(() => storage);
      deskRules(() => storage);
      alarmRules(() => storage);
    });

    describe('deadlines', () => {
      let storage: OpenStorage;
      beforeEach(async () => {
        storage = await open(suiteDirectory());
      });
      afterEach(async () => {
        await assertSound(storage.ledger);
        await storage.close();
      });
      deadlineRules(() => storage.ledger);
    });

    describe('callbacks', () => {
      let storage: OpenStorage;
      beforeEach(async () => {
        storage = await open(suiteDirectory());
      });
      afterEach(async () => {
        await assertCallbacksSound(storage);
        await storage.close();
      });
      callbackRules(() => storage);
      callbackManagementRules(() => storage);
      callbackOperatorRules(() => storage);
      callbackSettleRules(() => storage);
    });

    describe('over a restart', () => restartRules(open));
  });
}
