// `ordergate users` in real processes: on the ledger itself, and beside a running server.
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { Browser } from './browser.ts';
import {
  ask,
  isExplained,
  makeLedger,
  nothingWasBetrayed,
  run,
  serve,
  stop,
} from './cli-process.ts';

const PASSWORD = 'correct horse battery';

test('users are added, listed, helped and shut out, with and without a server, and the audit tells', async () => {
  const data = await makeLedger();
  const users = (...args: string[]) => run(['users', ...args, '--data', data]);
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await users(...args);
    deepEqual([code, stderr], [0, ''], args.join(' '));
    return stdout;
  };
  match(await done('list'), /^nobody yet/);
  const added = await done('add', 'Li.Na', '--role', 'admin');
  match(
    added,
    /^li\.na \(admin\) chooses a password .*\nhttp:\/\/127\.0\.0\.1:8787\/console\/link\/[\w-]{43}\n$/,
  );
  isExplained(
    await users('add', 'li.na', '--role', 'viewer'),
    /there is an account "li\.na" already/,
  );
  isExplained(
    await users('add', 'wang', '--role', 'root'),
    /--role has to be given: viewer, operator or admin/,
    2,
  );
  isExplained(await users('add', 'wang'), /--role has to be given/, 2);
  isExplained(await users('disable', 'nobody'), /no account "nobody"; there are: li\.na/);
  isExplained(await users('disable', 'li.na'), /last enabled admin/);
  isExplained(await users('add'), /usage: ordergate users/, 2);

  const server = await serve(['--data', data]);
  const { port } = new URL(server.url);
  const there = (...args: string[]) => done(...args, '--port', port);
  const browser = new Browser(server);
  const { pathname } = new URL(added.split('\n')[1]!);
  equal((await browser.form(pathname, { password: PASSWORD, repeat: PASSWORD })).status, 303);
  match(await there('add', 'wang', '--role', 'operator'), /wang \(operator\)/);
  match(
    await there('list'),
    /^li\.na {2}admin, last signed in .*\nwang {3}operator, no password yet, never signed in\n$/,
  );
  match(await there('disable', 'wang'), /^wang is signed out/);
  match(await there('list'), /wang {3}operator, disabled/);
  match(await there('enable', 'wang'), /^wang may sign in again/);
  match(
    await there('reset-password', 'li.na'),
    new RegExp(`\\nhttp://127.0.0.1:${port}/console/link/`),
  );
  equal((await browser.api('GET', '/me')).status, 401);
  const { items } = (await ask(server.url, data, '/audit?limit=100')).body;
  const by = (actor: string) =>
    items
      .filter(
        (entry: { actor: string; outcome: string }) =>
          entry.actor === actor && entry.outcome === 'done',
      )
      .map(({ action }: { action: string }) => action)
      .toReversed();
  deepEqual(by('command line'), ['createAccount']);
  deepEqual(by('admin'), ['createAccount', 'changeAccount', 'changeAccount', 'resetPassword']);
  await stop(server);
});

test('no secret was printed', () => nothingWasBetrayed({ texts: 10, secrets: 2 }));
