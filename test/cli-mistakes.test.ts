// Mistakes on the command line and in the settings, in real processes: one line says what to do.
import { equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
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

describe('a mistake is explained in one line, and ends with 1', { concurrency: 4 }, () => {
  const data = temporaryDirectory();
  const cases: readonly (readonly [string[], Record<string, string>, RegExp])[] = [
    [['serv'], {}, /there is no command "serv"; there are: serve, import, move, seed, verify/],
    [['__proto__'], {}, /there is no command "__proto__"/],
    [['serve', '--prot', '1'], {}, /'--prot'/],
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
    [['serve', '--host', '203.0.113.1'], {}, /EADDRNOTAVAIL/],
    [['verify', '--data', CLI], {}, /index\.ts/], // a file, where a directory has to be
  ];
  for (const [args, env, problem] of cases) {
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
        isExplained(await run(args, settings), problem);
      },
    );
  }

  test('a port that is in use; and the directory of a running server, which goes on', async () => {
    const [first, second] = [temporaryDirectory(), temporaryDirectory()];
    const server = await serve(['--data', first]);
    const { port } = new URL(server.url);
    isExplained(
      await run(['serve', '--port', port, '--data', second]),
      new RegExp(`EADDRINUSE.*:${port}`),
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
