// Platforms from outside: `--platforms FILE` in every command, and files that cannot be served.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, hash } from 'node:crypto';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { platforms, platformsOf } from '../src/main.ts';
import { ask, isExplained, nothingWasBetrayed, run, type Serving, serve } from './cli-process.ts';
import { PLATFORM_NAMES, startTestServer, temporaryDirectory } from './support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const SECRET = 'f3c1b7a9e5d24086bb1f0c9e7d6a5b43';
const ORDER = 'L570CDB0E765E8769';

/** A copy where nothing of this repository is near, as an integrator has it. */
const outside = join(temporaryDirectory(), 'lantern');
cpSync(join(root, 'examples/platform'), outside, { recursive: true });
const file = join(outside, 'index.ts');
const data = temporaryDirectory();

async function read(url: string, secret: string) {
  const target = `/lantern/v1/orders/${ORDER}`;
  const time = String(Math.floor(Date.now() / 1000));
  const signed = ['GET', target, time, hash('sha256', '')].join('\n');
  const headers = {
    'x-lantern-partner': 'cinema01',
    'x-lantern-time': time,
    'x-lantern-sign': createHmac('sha256', secret).update(signed).digest('hex'),
  };
  const response = await fetch(url + target, { headers });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  return { status: response.status, reply: (await response.json()) as any };
}

describe('ordergate --platforms FILE, with a file that lies elsewhere', () => {
  let server: Serving;
  test('serve answers its signed calls, 401 for a bad signature, and lists it with ours', async () => {
    server = await serve(['--data', data, '--platforms', file]);
    const good = await read(server.url, SECRET);
    deepEqual([good.status, good.reply.code, good.reply.data.state], [200, 'OK', 'paid']);
    const bad = await read(server.url, 'another secret of a partner');
    deepEqual([bad.status, bad.reply.code], [401, 'BAD_SIGNATURE']);
    const { body } = await ask(server.url, data, '/platforms');
    const names = body.items.map(({ name }: { name: string }) => name);
    deepEqual(names, [...PLATFORM_NAMES, 'lantern']);
  });

  test("the first call of the example's README, pasted, answers what is printed", async () => {
    const page = readFileSync(join(outside, 'README.md'), 'utf8');
    const [, call, printed] = /```sh\n(TIME=[^`]*?)\n```\n\n```json\n(.*)\n```/.exec(page)!;
    const script = call!.replace('http://127.0.0.1:8787', server.url);
    equal((await promisify(execFile)('sh', ['-c', script])).stdout, printed);
  });

  test('move asks the running server; its order and its callbacks know the change', async () => {
    const flags = ['--data', data, '--platforms', file, '--url', server.url];
    const moved = await run([
      'move',
      '--platform',
      'lantern',
      '--order',
      ORDER,
      '--to',
      'issued',
      ...flags,
    ]);
    equal(moved.stdout, `moved order ${ORDER} of lantern to issued (已出票)\n`, moved.stderr);
    const { body } = await ask(server.url, data, `/orders/lantern/${ORDER}`);
    deepEqual([body.state, body.history.length], ['issued', 2]);
  });

  test('call signs with the client that the file exports, and docs has its methods and codes', async () => {
    const flags = ['--data', data, '--platforms', file];
    const order = [`orderId=${ORDER}`, '--port', new URL(server.url).port];
    const called = await run(['call', 'order.read', ...order, '--json', ...flags]);
    equal(called.code, 0, called.stderr);
    const { ok: isDone, value } = JSON.parse(called.stdout);
    deepEqual([isDone, value.state], [true, 'issued']);
    const without = await run([
      'call',
      'order.read',
      ...order,
      '--platform',
      'lantern',
      '--data',
      data,
    ]);
    isExplained(without, /no client for the platform "lantern".*--platforms or of --client/, 2);
    const noClient = join(outside, 'without-client.ts');
    writeFileSync(noClient, `export { default } from './index.ts';\n`);
    const byOther = [
      '--data',
      data,
      '--platforms',
      noClient,
      '--client',
      join(outside, 'client.ts'),
    ];
    const other = await run(['call', 'order.read', ...order, '--json', ...byOther]);
    equal(other.code, 0, other.stderr);
    const method = await run(['docs', 'order.read', '--platforms', file]);
    match(method.stdout, /order\.read/, method.stderr);
    const code = await run(['docs', 'BAD_SIGNATURE', '--platform', 'lantern', '--json'], {
      ORDERGATE_PLATFORMS: file,
    });
    match(code.stdout, /BAD_SIGNATURE/, code.stderr);
    match((await run(['docs', '--platforms', file])).stdout, /HastenOrder[\s\S]*order\.create/);
  });

  test('import accepts JSON and CSV of the platform while the server runs', async () => {
    const flags = ['--data', data, '--platforms', file, '--url', server.url];
    const csv = join(outside, 'orders.csv');
    const row = 'cinema01,CSV-1,小城之春,1,39.90,18800000804,paid';
    writeFileSync(csv, `partner,outTradeNo,film,seats,amount,mobile,state\n${row}\n`);
    const wrong = await run(['import', csv, '--platform', 'lanterns', ...flags]);
    ok(
      wrong.stderr.includes(
        `--platform has to be one of: ${[...PLATFORM_NAMES, 'lantern'].join(', ')}`,
      ),
    );
    const brought = await run(['import', csv, '--platform', 'lantern', ...flags]);
    match(brought.stdout, /imported 1 orders and 0 parties/, brought.stderr);
    const json = await run(['import', join(outside, 'sandbox.json'), ...flags]);
    match(json.stdout, /imported 0 orders and 0 parties; 4 were there already; 0 refused/);
  });

  test('verify, seed and reset know it; ORDERGATE_PLATFORMS says the same as the flag', async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    const env = { ORDERGATE_PLATFORMS: file };
    const flags = ['--data', data];
    const seeded = await run(['seed', '--platform', 'lantern', '--orders', '50', ...flags], env);
    match(seeded.stdout, /seeded 50 orders of lantern party load01/, seeded.stderr);
    const verified = await run(['verify', ...flags], env);
    equal(verified.code, 0, verified.stdout + verified.stderr);
    equal((await run(['reset', ...flags], env)).code, 0);
    const without = await run(['seed', '--platform', 'lantern', '--orders', '1', ...flags]);
    ok(without.stderr.endsWith(`--platform has to be one of: ${PLATFORM_NAMES.join(', ')}\n`));
  });
});

describe('a file that cannot be served is refused in one sentence', () => {
  const problemOf = (text: string) => new RegExp(`ORDERGATE_PLATFORMS \\(--platforms\\).*${text}`);
  const place = (name: string, text: string | null): string => {
    if (text !== null) writeFileSync(join(outside, name), text);
    return join(outside, name);
  };
  const changed = (change: string) =>
    `import lantern from './index.ts';\nexport default { ...lantern, ${change} };\n`;

  const FILES: readonly [what: string, text: string | null, problem: string][] = [
    ['a file that is not there', null, `is ".*": there is no such file`],
    ['checks that are none', changed('checks: {}'), 'checks is no list of checks: make it with'],
    ['a contract that is none', changed('contract: {}'), 'its contract has no envelope'],
    ['paths without a method', changed("paths: ['/lantern']"), 'paths has to be a list of'],
    [
      'no default export',
      'export const lantern = 1;',
      'it has no default export; write "export default"',
    ],
    ['text that is no module', 'export default {', 'it cannot be loaded: '],
    ['an import of what is not there', "import './nothing.ts';", 'it cannot be loaded: .*nothing'],
    [
      'a value that is no platform',
      'export default 7;',
      'is no platform: export what definePlatform',
    ],
    [
      'a name that is taken',
      changed("name: 'ytx'"),
      'platform ytx: its name is taken by another platform',
    ],
    [
      'a name that is no name',
      changed("name: 'Lantern!'"),
      'its name has to be 1 to 32 lower-case letters',
    ],
    [
      'a name of a page of the reference',
      changed("name: 'search'"),
      '/docs/search is a page of the reference already; give it another name',
    ],
    [
      'a method whose name is that of a page of the reference',
      changed(
        "contract: { ...lantern.contract, methods: { ...lantern.contract.methods, events: lantern.contract.methods['order.read'] } }",
      ),
      'method events: /docs/lantern/events is a page of the reference already; give the method another name',
    ],
    [
      'a contract without codes',
      changed('contract: { ...lantern.contract, codes: {} }'),
      'platform lantern: its contract has no codes',
    ],
    [
      'a check with a code that the table lacks',
      changed('contract: { ...lantern.contract, codes: { OK: lantern.contract.codes.OK } }'),
      'check findPartner refuses with UNKNOWN_PARTNER, which contract.codes does not have',
    ],
    [
      'a member that is missing',
      changed('execute: undefined'),
      'execute is missing, or is no function',
    ],
    [
      'a method that no path serves',
      changed('paths: [lantern.paths[0]]'),
      'method order.read is called at GET /lantern/v1/orders/\\{orderId\\}, which paths does not list',
    ],
    [
      "a path of another platform's",
      changed("paths: [...lantern.paths, { method: 'POST', path: '/Api/OrderOpenApi.ashx' }]"),
      'POST /Api/OrderOpenApi.ashx is a path of platform jintong already',
    ],
    [
      "a path of the server's own",
      changed("paths: [...lantern.paths, { method: 'GET', path: '/manage/v1/orders' }]"),
      '/manage/v1/orders is no path for a platform',
    ],
    [
      'a schedule that cannot be kept',
      changed('callbacks: { ...lantern.callbacks, schedule: { waits: [5, -1], jitter: 2 } }'),
      'callbacks.schedule.waits has to be whole milliseconds, and the first of them 0',
    ],
    [
      'the same platform twice',
      "import l from './index.ts';\nexport default [l, l];",
      'its name is taken',
    ],
  ];
  for (const [i, [what, text, problem]] of FILES.entries()) {
    test(what, () =>
      rejects(platformsOf({ platformsFile: place(`bad${i}.ts`, text) }), {
        code: 'ERR_CONFIG',
        message: problemOf(problem),
      }),
    );
  }

  test('a directory', () =>
    rejects(platformsOf({ platformsFile: outside }), {
      code: 'ERR_CONFIG',
      message: problemOf('it is a directory; name the module in it, such as index.ts'),
    }));

  test('a command says it in one line, and makes neither a ledger nor a key', async () => {
    const empty = join(temporaryDirectory(), 'data');
    const bad = place('bad.ts', 'export const lantern = 1;');
    for (const command of [['serve', '--port', '0'], ['verify']]) {
      const ended = await run([...command, '--data', empty, '--platforms', bad]);
      isExplained(ended, problemOf('it has no default export'));
      deepEqual(globSync('*', { cwd: empty }), []);
    }
  });

  test('startOrdergate says the same of the platforms that it is given', async () => {
    const [jintong] = platforms;
    const message = /^platform jintong: its name is taken by another platform/;
    await rejects(startTestServer({ platforms: [jintong!, jintong!] }), {
      code: 'ERR_CONFIG',
      message,
    });
  });
});

test('nothing that was printed holds a secret', () => {
  nothingWasBetrayed({ texts: 10, secrets: 3 });
});
