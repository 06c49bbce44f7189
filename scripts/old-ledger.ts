// Makes a ledger with the code of an earlier version, and packs it for test/upgrades.test.ts:
// `node scripts/old-ledger.ts REF NAME [--engine sqlite|postgres]`, at a release with its tag.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { checkOut, commitOf } from './earlier-version.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string', default: 'sqlite' } },
});
const [ref, name] = positionals;
if (ref === undefined || name === undefined || !['sqlite', 'postgres'].includes(values.engine)) {
  console.error('usage: node scripts/old-ledger.ts REF NAME [--engine sqlite|postgres]');
  process.exit(2);
}
const isPostgres = values.engine === 'postgres';
const server =
  process.env.ORDERGATE_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const work = mkdtempSync(join(tmpdir(), 'ordergate-old-'));
const data = join(work, 'data');
const code = join(work, 'code');
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const database = `ordergate_old_${randomBytes(6).toString('hex')}`;
const databaseUrl = new URL(server);
databaseUrl.pathname = `/${database}`;

async function query(text: string, url: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text).finally(() => client.end());
  return rows;
}

/** The setting of the tests: test/upgrades.test.ts knows both secrets. */
const KEY = '07'.repeat(32);
const TOKEN = 'the-admin-token-of-tests';

/** Serves a sandbox with the old code, calls it, and stops it in order. @returns how many calls were accepted */
async function use(): Promise<number> {
  // It refuses every callback, so that deliveries that wait are a part of the ledger.
  const receiver = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((listening) => void receiver.listen(0, '127.0.0.1', listening));
  const { port } = receiver.address() as AddressInfo;
  const child = spawn(
    process.execPath,
    ['src/cli/index.ts', 'serve', '--port', '0', '--data', data],
    {
      cwd: code,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        ORDERGATE_KEY: KEY,
        ORDERGATE_ADMIN_TOKEN: TOKEN,
        ORDERGATE_LOG_LEVEL: 'error',
        ORDERGATE_CALLBACK_ALLOW: '127.0.0.1',
        ...(isPostgres && { ORDERGATE_DATABASE_URL: databaseUrl.href }),
      },
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const [, found] = /^ordergate listening on (\S+)\n/m.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    ended.then((status) => reject(new Error(`the old server ended with ${status}: ${text}`)));
  });
  const hook = { platform: 'jintong', party: 'jane88', url: `http://127.0.0.1:${port}/` };
  let accepted = 0;
  const count = async (what: string, answer: Promise<Response>, success: RegExp) => {
    const text = decodeURIComponent(await (await answer).text());
    if (success.test(text)) accepted++;
    else console.log(`${ref}: ${what} was not accepted: ${text.slice(0, 200)}`);
  };
  const manage = (path: string, body: object) =>
    fetch(`${url}/manage/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });
  await count('an endpoint', manage('callbacks/endpoints', hook), /"endpointId"/);
  await count('Jintong', callJintong(url), /CallSuccess/);
  await count('Suning', callSuning(url), /<result>Y/);
  await count('ytx', callYtx(url), /"statusCode":"000000"|"requestId"/);
  await count(
    'a move',
    manage('orders/jintong/15110100065/transitions', { to: 'B' }),
    /"state":"B"|"from"/,
  );
  await new Promise((pause) => setTimeout(pause, 1500));
  child.kill('SIGTERM');
  const status = await ended;
  if (status !== 0) throw new Error(`the old server stopped with ${status}`);
  receiver.close().closeAllConnections();
  return accepted;
}

function callJintong(url: string): Promise<Response> {
  const document =
    '<Request><Partner>jane88</Partner><Action>HastenOrder</Action><RequestFmt>XML</RequestFmt><ResponseFmt>XML</ResponseFmt><SignType>MD5</SignType><Sign>38a2d8f20a3849cbfc0a2b535ad4b860</Sign><Version>1.0.0.0</Version><Param><OrderID>15112480268</OrderID><UserName>jane88</UserName></Param></Request>';
  const body = new URLSearchParams({ request: document });
  return fetch(`${url}/Api/OrderOpenApi.ashx`, { method: 'POST', body });
}

const shanghai = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19);

function callSuning(url: string): Promise<Response> {
  const [key, secret] = ['b0c332a133c102765f39de0a1b2c3d4e', '460d7ff15b073e463125b40f1e2d3c4b'];
  const method = 'suning.selfmarket.leaguerstatus.add';
  const time = shanghai().replace('T', ' ');
  const body =
    '<sn_request><sn_body><addLeaguerstatus><iqStatus>180</iqStatus><orderId>1000531507</orderId><orderItemId>00000208117603</orderItemId></addLeaguerstatus></sn_body></sn_request>';
  const signed = `${secret}${method}${time}${key}v1.2${Buffer.from(body).toString('base64')}`;
  const headers = { AppMethod: method, AppRequestTime: time, Format: 'xml', AppKey: key };
  return fetch(`${url}/api/http/sopRequest`, {
    method: 'POST',
    headers: { ...headers, VersionNo: 'v1.2', signInfo: md5(signed) },
    body,
  });
}

function callYtx(url: string): Promise<Response> {
  const [sid, token] = ['abcdefghijklmnopqrstuvwxyz012345', '9f8e7d6c5b4a39281706f5e4d3c2b1a0'];
  const time = shanghai().replaceAll(/\D/g, '');
  const authorization = Buffer.from(`${sid}|${time}`).toString('base64');
  const query = new URLSearchParams({ Sign: md5(`${sid}${token}${time}`) });
  return fetch(`${url}/201612/sid/${sid}/Unicom/Order.wx?${query}`, {
    method: 'POST',
    headers: { authorization },
    body: '{"action":"productOrder","appid":"ff8080813fc70a7b013fc72312324213","rechargeAccount":"18812340804","productCode":"SANDBOX-SUCCESS"}',
  });
}

/** A backup by the old code, if it knows the command: later versions have to restore it. */
function backUp(target: string): void {
  const file = join(work, 'backup');
  try {
    const args = ['src/cli/index.ts', 'backup', file, '--data', data];
    const env = { PATH: process.env.PATH, ORDERGATE_KEY: KEY };
    execFileSync(process.execPath, args, { cwd: code, env, stdio: 'ignore' });
  } catch {
    console.log(`${ref}: it has no command "backup"`);
    return;
  }
  writeFileSync(join(target, 'backup'), readFileSync(file));
}

const ORDERS = 'SELECT platform, order_id, state, version FROM orders ORDER BY platform, order_id';

/** Writes the ledger, compressed, and what its orders were. */
async function pack(target: string): Promise<number> {
  mkdirSync(target, { recursive: true });
  let orders: readonly unknown[];
  if (isPostgres) {
    orders = await query(ORDERS, databaseUrl.href);
    const args = ['--inserts', '--no-owner', '--no-privileges', databaseUrl.href];
    const dump = execFileSync('pg_dump', args, { encoding: 'utf8', maxBuffer: 1e9 });
    // psql alone knows the lines that begin with a backslash.
    writeFileSync(join(target, 'dump.sql.gz'), gzipSync(dump.replaceAll(/^\\.*\n/gm, '')));
  } else {
    // Each file as the old version left it; the test knows the master key, and a lock is nobody's.
    const kept = readdirSync(data).filter((file) => /\.db(-|$)/.test(file));
    for (const file of kept) {
      writeFileSync(join(target, `${file}.gz`), gzipSync(readFileSync(join(data, file))));
    }
    const db = new DatabaseSync(join(data, 'ledger.db'));
    orders = db.prepare(ORDERS).all();
    db.close();
    backUp(target);
  }
  const lines = orders.map((one) => JSON.stringify(one)).join(',\n    ');
  const text = `{\n  "commit": "${commitOf(ref!)}",\n  "orders": [\n    ${lines}\n  ]\n}\n`;
  writeFileSync(join(target, 'made.json'), text);
  return orders.length;
}

try {
  checkOut(ref, code);
  if (isPostgres)
    await query(`CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`, server);
  const accepted = await use();
  const target = join(root, 'test/upgrades', values.engine, name);
  const orders = await pack(target);
  console.log(
    `test/upgrades/${values.engine}/${name}: ${orders} orders, ${accepted} calls accepted`,
  );
} finally {
  if (isPostgres) await query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`, server);
  rmSync(work, { recursive: true, force: true });
}
