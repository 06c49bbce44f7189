// @ordergate/client as integrators have it: built, installed elsewhere, type-checked, and run on Node 20 and on this Node.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { buildClient } from '../scripts/build-client.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { APPS, SUBSCRIPTION_ORDER, sandboxLine, shanghai } from './suning.ts';
import { manage, startTestServer, temporaryDirectory } from './support.ts';

const root = new URL('..', import.meta.url).pathname;
const run = promisify(execFile);

/** The Node of the machine, beside the one that the project brings; null where there is none, or none of 20. */
function outerNode(): string | null {
  const places = (process.env.PATH ?? '').split(delimiter);
  for (const place of places.filter((one) => !one.includes('node_modules'))) {
    const program = join(place, 'node');
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (stdout?.startsWith('v20.')) return program;
  }
  return null;
}
const node20 = outerNode();
const NODES: readonly [name: string, program: string | null][] = [
  ['Node 20', node20],
  [`Node ${process.versions.node}`, process.execPath],
];

const work = temporaryDirectory();
const installed = join(work, 'node_modules/@ordergate/client');
mkdirSync(installed, { recursive: true });
buildClient(installed);
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
writeFileSync(join(work, 'package.json'), '{"type":"module"}');

const PAGES = ['docs/clients.md', 'docs/zh/clients.md'];

/** The examples of a page as one program, and what it prints. */
function examplesOf(page: string): { readonly code: string; readonly prints: string } {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``, 'g'))].map(
      ([, one]) => one!,
    );
  const code = blocks('ts').join('\n').replace("'http://127.0.0.1:8787'", 'process.env.SERVER!');
  return { code, prints: blocks('text').join('\n') };
}

/** Compiles programs of an integrator's, each with its own settings. */
function compile(files: Readonly<Record<string, string>>, settings: object): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: false,
    ...settings,
  };
  const project = join(work, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
}

test('the package says what it is: ESM with types, Node 20.19, no dependency, no side effects', () => {
  const { name, version, type, sideEffects, engines, exports } = manifest;
  assert.equal(name, '@ordergate/client');
  assert.equal(version, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  assert.deepEqual([type, sideEffects, engines.node], ['module', false, '>=20.19']);
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(manifest[field], undefined, field);
  }
  const files = new Set(globSync('**/*.{js,ts}', { cwd: installed }));
  for (const [entry, target] of Object.entries<Record<string, string>>(exports)) {
    if (typeof target === 'string') continue;
    assert.deepEqual(Object.keys(target), ['types', 'default'], entry);
    for (const file of Object.values(target)) assert.ok(files.has(file.slice(2)), file);
  }
});

test('its files import one another and what Node has, each by a path that is there', () => {
  const files = new Set(globSync('**/*.{js,ts}', { cwd: installed }));
  assert.ok(files.size > 80);
  for (const file of files) {
    const text = readFileSync(join(installed, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:\bfrom |\bimport\()["']([^"']+)["']/g)) {
      if (target.startsWith('node:')) continue;
      const path = join(dirname(file), target);
      const expected = file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path;
      assert.ok(files.has(expected), `${file} imports ${target}`);
    }
  }
});

test('ordergate exports the same, from the files that the build puts below it', () => {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports;
  for (const [entry, target] of Object.entries<Record<string, string>>(manifest.exports)) {
    if (typeof target === 'string') continue;
    const { types, default: main } = own[entry === '.' ? './client' : entry];
    assert.equal(types, target.types!.replace('./', './dist/client/'));
    assert.equal(main, target.default!.replace('./', './dist/client/'));
  }
});

const TYPES = `
import { createClient, type Exchange, RefusedError } from '@ordergate/client';
import { jintong } from '@ordergate/client/jintong';
import { suning, type History } from '@ordergate/client/suning';
import { ytx } from '@ordergate/client/ytx';
import { verifyCallback } from '@ordergate/client/webhooks';
const baseUrl = 'http://x';
const j = createClient(jintong, { baseUrl, credentials: { partner: 'p', key: 'k' } });
export const state: Promise<string> = j.call('GetOrderDetail', { OrderID: '1', UserName: 'u' }).then((r) => r.Order.OrderState);
// @ts-expect-error a parameter is absent
j.call('HastenOrder', { OrderID: '1' });
// @ts-expect-error there is no such method
j.call('Hasten', { OrderID: '1' });
const s = createClient(suning, { baseUrl, credentials: { appKey: 'a', appSecret: 's' } });
export const history: History = s.historyOrders({ from: 0, to: 1 });
// @ts-expect-error no such state
s.call('suning.selfmarket.leaguerstatus.add', { iqStatus: '181', orderId: '1', orderItemId: '1' });
const y = createClient(ytx, { baseUrl, credentials: { accountSID: 'a', authToken: 't' } });
y.call('productOrder', { appid: 'a', rechargeAccount: 'r', productCode: 'p' });
// @ts-expect-error a credential is absent
createClient(ytx, { baseUrl, credentials: { accountSID: 'a' } });
export const id: string = verifyCallback('', {}, 'whsec_').id;
export const shown = (exchange: Exchange): number => exchange.attempt;
export const remedy = (error: RefusedError): string | undefined => error.refused.remedy?.zh;
`;

test('types: strict, without skipLibCheck; with the DOM’s fetch alone', () => {
  const dom = {
    lib: ['es2022', 'dom', 'dom.iterable', 'esnext.asynciterable'],
    types: [],
    noEmit: true,
  };
  compile({ 'types.ts': TYPES }, dom);
  compile({ 'types.ts': TYPES }, { ...dom, module: 'esnext', moduleResolution: 'bundler' });
});

test('the examples of the documents print what the documents say', async (t) => {
  symlinkSync(join(root, 'node_modules/@types'), join(work, 'node_modules/@types'));
  const pages = Object.fromEntries(PAGES.map((page, i) => [`page${i}.ts`, examplesOf(page)]));
  const codes = Object.entries(pages).map(([name, { code }]) => [name, code]);
  compile(Object.fromEntries(codes), { types: ['node'], skipLibCheck: true });
  const server = await startTestServer();
  for (const [node, program] of NODES) {
    await t.test(node, { skip: !program && 'no Node 20 on the PATH' }, async () => {
      for (const [i, page] of PAGES.entries()) {
        await manage(server, 'POST', '/sandbox/reset', {});
        const env = { ...process.env, SERVER: server.url, NODE_OPTIONS: '' };
        const { stdout } = await run(program!, [`page${i}.js`], { cwd: work, env });
        assert.equal(stdout.trim(), pages[`page${i}.ts`]!.prints, page);
      }
    });
  }
});

const PROGRAM = `
import { createClient, NetworkError } from '@ordergate/client';
import { suning } from '@ordergate/client/suning';
const { SERVER, LOSSY, FROM, TO, LINE } = process.env as Record<string, string>;
const credentials = JSON.parse(process.env.CREDENTIALS!);
const ids: string[] = [];
const history = createClient(suning, { baseUrl: SERVER!, credentials }).historyOrders({ from: FROM!, to: TO! });
for await (const { orderId } of history) ids.push(orderId);
const client = createClient(suning, { baseUrl: LOSSY!, credentials, attempts: 1, timeoutMs: 1000 });
const write = 'suning.selfmarket.leaguerstatus.add';
const first = await client.try(write, JSON.parse(LINE!));
if (first.ok || !(first.error instanceof NetworkError)) throw new Error(JSON.stringify(first));
const { result } = await client.call(write, JSON.parse(LINE!), { repeatOf: first.error });
console.log(JSON.stringify({ ids, outcome: first.error.outcome, result }));
`;

test('a history of 14 months equals the ledger; a write that timed out is unknown, and its repeat doubles nothing', async (t) => {
  compile({ 'program.ts': PROGRAM }, { types: ['node'], skipLibCheck: true });
  const server = await startTestServer();
  const proxy = await lossyProxy(Number(new URL(server.url).port), 'POST ');
  t.after(() => proxy.close());
  const [from, to] = ['2020-03-31T00:00:00+08:00', '2021-05-31T00:00:00+08:00'].map(Date.parse);
  const added = Array.from({ length: 427 }, (_, i) => ({
    ...SUBSCRIPTION_ORDER,
    orderId: `N${i}`,
    createTime: shanghai(from! + i * 86_400_000),
  }));
  const { status, body } = await manage(server, 'POST', '/orders', added);
  assert.equal(status, 201, JSON.stringify(body));
  const [appKey, appSecret] = APPS.plain;
  for (const [i, [node, program]] of NODES.entries()) {
    await t.test(node, { skip: !program && 'no Node 20 on the PATH' }, async () => {
      const [orderId, orderItemId] = sandboxLine(6 + i);
      const env = {
        ...process.env,
        NODE_OPTIONS: '',
        SERVER: server.url,
        LOSSY: `http://127.0.0.1:${proxy.port}`,
        FROM: shanghai(from!),
        TO: shanghai(to!),
        CREDENTIALS: JSON.stringify({ appKey, appSecret }),
        LINE: JSON.stringify({ iqStatus: '180', orderId, orderItemId }),
      };
      proxy.loseNext('answer', { hang: true });
      const { stdout } = await run(program!, ['program.js'], { cwd: work, env });
      const { ids, outcome, result } = JSON.parse(stdout);
      assert.deepEqual(
        ids,
        added.filter(({ createTime }) => createTime < shanghai(to!)).map((one) => one.orderId),
      );
      assert.deepEqual([outcome, result], ['unknown', 'Y']);
      const changed = await manage(server, 'GET', `/orders/suning/${orderId}`);
      const actions = changed.body.history.map((row: { action: string }) => row.action);
      assert.deepEqual(
        actions.filter((action: string) => action !== 'created'),
        ['shipped'],
      );
    });
  }
});
