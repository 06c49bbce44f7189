// What somebody with bad intent, or a browser with its own ideas, sends to the sign-in pages and with a session.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { databaseOf, skip } from '../../test/postgres.ts';
import { startTestServer, temporaryDirectory } from '../../test/support.ts';

const PASSWORD = 'correct horse battery';

const onPostgres = async () => {
  const dataDirectory = temporaryDirectory();
  const shared = { masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' };
  const config = { dataDirectory, databaseUrl: await databaseOf(dataDirectory), ...shared };
  return startTestServer({ config });
};
const servers = {
  SQLite: await startTestServer(),
  PostgreSQL: skip ? null : await onPostgres(),
};

for (const [engine, started] of Object.entries(servers)) {
  describe(`on ${engine}`, { skip: started === null && skip }, async () => {
    if (!started) return;
    const server = started;
    const accountId = await makeAccount(server, 'li.na', 'viewer', PASSWORD);
    const signIn = async (fields: Record<string, string>) => {
      const browser = new Browser(server);
      const answer = await browser.form('/console/sign-in', {
        name: 'li.na',
        password: PASSWORD,
        ...fields,
      });
      return { browser, answer };
    };

    test('many calls of a session at the moment when its last use is written are all answered', async () => {
      const { browser } = await signIn({});
      const [session] = await server.storage.people.listCredentials({ kind: 'session', accountId });
      for (let round = 0; round < 5; round++) {
        const attributes = { ...session!.attributes, lastSeenAt: Date.now() - 120_000 };
        await server.people.store.saveCredential({ ...session!, attributes }, session!.digest);
        const calls = Array.from({ length: 12 }, () => browser.api('GET', '/me'));
        const refused = (await Promise.all(calls)).filter(({ status }) => status !== 200);
        equal(refused.length, 0, `round ${round}`);
      }
    });

    test('a name with NUL is a wrong name, and the audit has it', async () => {
      const { answer } = await signIn({ name: 'li.na\0' });
      equal(answer.status, 403);
      const [entry] = (await server.storage.audit.list({ limit: 1 })).items;
      deepEqual([entry!.actor, entry!.outcome], ['li.na\uFFFD', 'refused']);
    });

    test('a path with Chinese characters is where the browser goes, escaped; one that leads out is not', async () => {
      for (const [next, location] of [
        ['/console/orders?q=张三', '/console/orders?q=%E5%BC%A0%E4%B8%89'],
        ['/console/订单', '/console/%E8%AE%A2%E5%8D%95'],
        ['/console/../manage/v1/me', '/console'],
        ['/console/%2e%2e/%2e%2e/x', '/console'],
        ['/console/..//evil.example', '/console'],
        [`/console?q=${'张'.repeat(2000)}`, '/console'],
      ] as const) {
        const { answer } = await signIn({ next });
        deepEqual([answer.status, answer.location], [303, location], next.slice(0, 40));
      }
    });
  });
}

test('a browser that fetches the sandbox’s link ahead does not spend it', async () => {
  const server = await startTestServer();
  const link = (await server.signInLink())!;
  for (const header of ['sec-purpose', 'purpose', 'x-moz']) {
    const guess = new Browser(server);
    guess.headers[header] = 'prefetch;prerender';
    deepEqual([(await guess.get(link)).status, guess.cookie], [503, '']);
  }
  equal((await new Browser(server).get(link)).status, 303);
});
