// Mistakes on the command line and in the settings, in real processes: one line says what to do.
import { deepEqual, equal } from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  CLI,
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

describe('a mistake is explained in one line', { concurrency: 4 }, () => {
  const data = temporaryDirectory();
  const cases: readonly (readonly [string[], Record<string, string>, RegExp, exit?: number])[] = [
    [['serve', '--port'], {}, /'--port <value>' argument missing/],
    [
      ['serve', '--port', 'http'],
      {},
      /PORT \(--port\) is "http"; it has to be a whole number from 0 to 65535/,
    ],
    [['serve'], { PORT: '65536' }, /PORT \(--port\) is "65536"/],
    [['serve'], { PORT: '-1' }, /PORT \(--port\) is "-1"/],
    [['serve'], { PORT: '80.5' }, /PORT \(--port\) is "80.5"/],
    [
      ['serve'],
      { ORDERGATE_ENV: 'prod' },
      /ORDERGATE_ENV \(--env\) is "prod"; it has to be sandbox or production/,
    ],
    [['verify', '--env', 'Sandbox'], {}, /ORDERGATE_ENV \(--env\) is "Sandbox"/],
    [
      ['serve'],
      { ORDERGATE_LOG_LEVEL: 'loud' },
      /ORDERGATE_LOG_LEVEL is "loud"; it has to be one of trace, /,
    ],
    [['serve'], { ORDERGATE_REQUEST_LOG_DAYS: '0' }, /ORDERGATE_REQUEST_LOG_DAYS is "0"/],
    [
      ['serve'],
      { ORDERGATE_TRUSTED_PROXIES: '10.0.0.1,nowhere' },
      /ORDERGATE_TRUSTED_PROXIES: "nowhere" is neither/,
    ],
    [
      ['serve'],
      { ORDERGATE_ADMIN_TOKEN: 'only 15 letters' },
      /ORDERGATE_ADMIN_TOKEN has to be at least 16 characters/,
    ],
    [
      ['serve'],
      { ORDERGATE_KEY: 'b'.repeat(63) },
      /ORDERGATE_KEY has to be 32 bytes, as 64 hex digits or as base64/,
    ],
    [['serve'], { ORDERGATE_KEY_OLD: 'b'.repeat(63) }, /ORDERGATE_KEY_OLD has to be 32 bytes/],
    [
      ['serve'],
      { ORDERGATE_PLATFORMS: '/nowhere/platform.ts' },
      /ORDERGATE_PLATFORMS \(--platforms\) is "\/nowhere\/platform\.ts": there is no such file/,
    ],
    [['verify', '--platforms', dirname(CLI)], {}, /it is a directory; name the module in it/],
    [['serve', '--host', '203.0.113.1'], {}, /no address 203\.0\.113\.1 .*--host/, 1],
    [['verify', '--data', CLI], {}, /index\.ts/, 1], // a file, where a directory has to be
  ];
  for (const [args, env, problem, exit = 2] of cases) {
    test(
      [
        ...Object.entries(env).map((pair) => pair.join('=')),
        ...args.map((a) => a.replace(CLI, 'FILE')),
      ].join(' '),
      async () => {
        for (const given of [env.ORDERGATE_ADMIN_TOKEN, env.ORDERGATE_KEY]) {
          if (given) keepSecret(given);
        }
        const settings = { PORT: '0', ORDERGATE_DATA: data, ...env };
        isExplained(await run(args, settings), problem, exit);
      },
    );
  }

  for (const [args, problem] of [
    [['serv'], /no command "serv"; there are: .*serve, import, .*\. The nearest is: serve$/m],
    [['__proto__'], /there is no command "__proto__"/],
    [['serve', '--prot', '1'], /no flag '--prot'; the nearest is --port\. /],
    [['import', 'x', '--dryrun'], /no flag '--dryrun'; the nearest is --dry-run\. /],
    [['verify', '-x'], /no flag '-x'; the nearest is --/],
    [['debug', 'signatur'], /debug has no "signatur"; .*The nearest is: signature/],
    [['help', 'mvoe'], /no command "mvoe"; .*The nearest is: move$/m],
    [['move', '--order', '1'], /usage: ordergate move --platform P .*help move has examples/],
  ] as const) {
    test(`ordergate ${args.join(' ')}: the nearest is named, and it ends with 2`, async () => {
      isExplained(await run(args, { ORDERGATE_DATA: data }), problem, 2);
    });
  }

  // Exit code 2 is a mistake in the command line or in a setting; nothing was done.
  const csv = join(data, 'orders.csv');
  writeFileSync(csv, 'orderId,state\n1,A\n');
  for (const [args, env, problem] of [
    [['import', csv], {}, /CSV names no platform: --platform has to be one of/],
    [['import', csv, '--platform', 'x'], {}, /--platform has to be one of/],
    [['import', csv, '--platform', 'ytx', '--section', 'x'], {}, /--section has to be one of/],
    [['import', csv, '--platform', 'ytx', '--map', 'x'], {}, /--map has to be FIELD=COLUMN/],
    [['import', csv, '--encoding', 'latin'], {}, /--encoding is "latin"/],
    [['import', CLI, '--platform', 'ytx'], {}, /--platform and --section are for CSV/],
    [['serve'], { ORDERGATE_OIDC_CLIENT_ID: 'x' }, /set all three, or none/],
    [['serve'], { ORDERGATE_ADMIN_TOKEN: 'short' }, /ORDERGATE_ADMIN_TOKEN has to be at least/],
    [['serve'], { ORDERGATE_KEY: 'short' }, /ORDERGATE_KEY has to be 32 bytes/],
    [['serve'], { ORDERGATE_KEY_OLD: 'short' }, /ORDERGATE_KEY_OLD has to be 32 bytes/],
    [['serve'], { ORDERGATE_GROUPS: 'g.json' }, /ORDERGATE_KEY has to be set/],
    [['groups', 'list'], {}, /ORDERGATE_GROUPS is not set/],
    [['groups', 'drop-old', '01'], {}, /ORDERGATE_GROUPS is not set/],
    [['groups', 'begin', 'g.json'], {}, /ORDERGATE_DATABASE_URL is not set/],
    [['migrate', 'sqlite-to-postgres'], {}, /ORDERGATE_DATABASE_URL has to name/],
    [['migrate', 'sqlite-to-postgres'], { ORDERGATE_GROUPS: 'g' }, /ORDERGATE_GROUPS is set/],
    [['backup', 'x', '--with-key'], { ORDERGATE_GROUPS: 'g' }, /--with-key: the key/],
    [['restore', CLI, '--database'], {}, /--database needs ORDERGATE_DATABASE_URL/],
    [['restore', CLI, '--database'], { ORDERGATE_GROUPS: 'g' }, /ORDERGATE_GROUPS is set/],
    [['restore', data, '--data', 'x'], {}, /only --database restores it/],
    [['restore', data, '--database'], {}, /--database needs ORDERGATE_GROUPS/],
  ] as const) {
    const names = [...Object.keys(env), ...args]
      .join(' ')
      .replaceAll(data, 'DIR')
      .replaceAll(CLI, 'FILE');
    test(`${names}: ends with 2, and makes nothing`, async () => {
      const fresh = join(temporaryDirectory(), 'fresh');
      const ended = await run(args, { PORT: '0', ORDERGATE_DATA: fresh, ...env });
      isExplained(ended, problem, 2);
      equal(existsSync(fresh), false);
    });
  }

  const KEYS = { ORDERGATE_KEY: 'ab'.repeat(32), ORDERGATE_ADMIN_TOKEN: 'x'.repeat(16) };
  for (const args of [
    ['verify'],
    ['lost'],
    ['head'],
    ['reset'],
    ['users', 'list'],
    ['backup', join(data, 'b.gz')],
    ['backup', join(data, 'b.gz'), '--with-key'],
    ['migrate', 'sqlite-to-postgres'],
    ['move', '--platform', 'ytx', '--order', '1', '--to', '1'],
    ['import', CLI, '--dry-run'],
    ['debug', 'signature', '--platform', 'ytx', '--request', '1'],
  ]) {
    test(`${args[0]} on a directory without a ledger makes nothing, and names the remedy`, async () => {
      const nowhere = join(temporaryDirectory(), 'mistyped');
      const target = { ORDERGATE_DATABASE_URL: 'postgres://127.0.0.1:1/x' };
      for (const keys of [{}, KEYS]) {
        const env = { ORDERGATE_DATA: nowhere, ...keys, ...(args[0] === 'migrate' && target) };
        isExplained(
          await run(args, env),
          /mistyped holds no ledger\. Nothing was made\. Name the directory of one with --data \(ORDERGATE_DATA\); ordergate serve makes one\.\n$/,
        );
        deepEqual([existsSync(nowhere), existsSync(join(data, 'b.gz'))], [false, false]);
      }
    });
  }

  test('a restore that fails leaves no file and no directory', async () => {
    const backup = join(temporaryDirectory(), 'backup.gz');
    writeFileSync(backup, gzipSync('{"ordergate":1}\nnothing'));
    const [fresh, there] = [join(temporaryDirectory(), 'a', 'b'), temporaryDirectory()];
    equal((await run(['restore', backup, '--data', fresh])).code, 1);
    equal(existsSync(dirname(fresh)), false);
    equal((await run(['restore', backup, '--data', there])).code, 1);
    deepEqual(readdirSync(there), []);
  });

  test('a port that is in use; and the directory of a running server, which goes on', async () => {
    const [first, second] = [temporaryDirectory(), temporaryDirectory()];
    const server = await serve(['--data', first]);
    const { port } = new URL(server.url);
    isExplained(
      await run(['serve', '--port', port, '--data', second]),
      new RegExp(`another program listens on port ${port} .*EADDRINUSE.*--port`),
    );
    for (const command of [
      ['serve', '--port', '0'],
      ['verify'],
      ['seed', '--platform', 'jintong', '--orders', '1'],
    ]) {
      isExplained(
        await run([...command, '--data', first]),
        new RegExp(`is in use by another process \\(pid ${server.child.pid}\\)`),
      );
    }
    equal((await fetch(`${server.url}/readyz`)).status, 200);
    equal((await stop(server)).code, 0);
    equal((await run(['verify', '--data', first])).code, 0); // given back
  });
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 40, secrets: 6 }));
