// The way to the database: TLS with a CA of the test's own, sockets, a plain role, and what a start says that fails.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { anOrder, change, create } from '../test/storage/fixtures.ts';
import { makeCertificate, skip as noOpenssl } from './certificates.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { query } from './postgres.ts';
import { runOrdergate, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));
const SECRETS = {
  ORDERGATE_KEY: '07'.repeat(32),
  ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
};
/** A password that a reader of forms, or one that does not decode, takes for another. */
const PASSWORD = 'a+b c@d:e/f?g#h%41';

/** Opens the ledger, and changes an order in it. */
async function works(url: string): Promise<readonly string[]> {
  const { ledger, close, warnings = [] } = await openPostgres(url, sealer);
  try {
    const order = anOrder('shop', String(process.hrtime.bigint()));
    await create(ledger, [order]);
    assert.equal(await ledger.commit(change(order, 's2')), 'committed');
    return warnings;
  } finally {
    await close();
  }
}

const refused = (url: string): Promise<string> =>
  works(url).then(
    () => assert.fail('it was opened'),
    (error: Error) => error.message,
  );

describe('the way to the database', { skip, timeout: 120_000 }, () => {
  let cluster: Cluster;
  let asOwner: string;
  before(async () => {
    if (skip) return;
    cluster = await startCluster({
      access: [
        'local all postgres trust',
        'host all postgres 127.0.0.1/32 trust',
        'local all all scram-sha-256',
        'host all all 127.0.0.1/32 scram-sha-256',
      ],
    });
    await query(
      `CREATE ROLE plain LOGIN PASSWORD '${PASSWORD}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
      cluster.url,
    );
    await query('CREATE DATABASE of_plain OWNER plain', cluster.url);
    asOwner = `postgres://plain:${encodeURIComponent(PASSWORD)}@127.0.0.1:${cluster.port}/of_plain`;
  });
  after(() => cluster?.remove());

  test('a plain role that owns its database is enough, with any password', async () => {
    assert.deepEqual(await works(asOwner), []);
    assert.deepEqual(await works(asOwner.replaceAll('%2B', '+')), [], 'a plus is a plus');
    assert.match(await refused(asOwner.replace('%2B', '%20')), /refuses the password of the role/);
  });

  test('a role needs only the right to create tables in a schema; a start without that right says so', async () => {
    await query('CREATE DATABASE shared; ', cluster.url);
    const shared = cluster.url.replace(/postgres$/, 'shared');
    const url = asOwner.replace('of_plain', 'shared');
    const role =
      /lacks a right in the schema "public": permission denied.*GRANT USAGE, CREATE ON SCHEMA "public"/;
    assert.match(await refused(url), role);
    await query('CREATE SCHEMA mine; GRANT USAGE, CREATE ON SCHEMA mine TO plain', shared);
    assert.deepEqual(await works(`${url}?options=-c%20search_path%3Dmine`), []);
    assert.match(
      await refused(`${url}?options=-c%20search_path%3Dnone`),
      /none of the schemas of search_path \(none\) exists.*CREATE SCHEMA/,
    );
  });

  test('a socket as host', async () => {
    const password = encodeURIComponent(PASSWORD);
    const rest = `port=${cluster.port}&sslmode=require`;
    const socket = `postgres://plain:${password}@/of_plain?host=${cluster.directory}&${rest}`;
    await works(socket);
    const encoded = encodeURIComponent(cluster.directory);
    await works(`postgres://plain:${password}@${encoded}/of_plain?${rest}`);
    assert.match(
      await refused(socket.replace(cluster.directory, '/nowhere')),
      /no socket \/nowhere/,
    );
  });

  test('several hosts: the first that does is taken, and a refused password ends the search', async () => {
    const { port } = cluster;
    await works(asOwner.replace('127.0.0.1', '127.0.0.1:1,127.0.0.1'));
    await works(
      `${asOwner.replace('127.0.0.1', '127.0.0.1:1,127.0.0.1')}?target_session_attrs=read-write`,
    );
    const wrong = `postgres://plain:x@127.0.0.1:${port},127.0.0.1:1/of_plain`;
    assert.ok(!(await refused(wrong)).includes('127.0.0.1:1;'));
    const standby = await refused(`${asOwner}?target_session_attrs=standby`);
    assert.match(standby, /is one that takes changes, and target_session_attrs=standby asks/);
    await works(`${asOwner}?target_session_attrs=prefer-standby`);
  });

  test('what a start says that fails: one sentence each, with the remedy and without the password', async () => {
    const at = `127.0.0.1:${cluster.port}`;
    const cases: [url: string, problem: RegExp][] = [
      ['postgres://u:s3cr3t@127.0.0.1:1/d', /no PostgreSQL listens at 127\.0\.0\.1:1; start it/],
      ['postgres://u:s3cr3t@no.invalid/d', /the name no\.invalid cannot be resolved .*; correct/],
      [`postgres://plain:s3cr3t@${at}/of_plain`, /refuses the password .*percent-encoded/],
      [`postgres://plain@${at}/of_plain`, /asks for a password .* holds none/],
      [`postgres://nobody:s3cr3t@${at}/of_plain`, /refuses the password of the role "nobody"/],
      [`${asOwner.replace('of_plain', 'none')}`, /has no database "none"; make it with CREATE/],
      [`${asOwner}?sslmode=require`, /does not speak TLS; switch ssl on/],
      [`${asOwner}?options=-c%20work_mem%3Dx`, /a setting of the session is refused: .*work_mem/],
      [
        `${asOwner}?sslmode=verify-full&sslrootcert=/none`,
        /sslrootcert names \/none, which cannot/,
      ],
      [`${asOwner}?service=x`, /service cannot be taken/],
    ];
    const isSafe = (message: string): boolean =>
      !message.includes('s3cr3t') && !message.includes(encodeURIComponent(PASSWORD));
    for (const [url, problem] of cases) {
      const message = await refused(url);
      assert.match(message, problem);
      assert.ok(isSafe(message) && !message.includes('\n'), message);
    }
    for (const [ORDERGATE_DATABASE_URL, problem] of [cases[0]!, cases[8]!]) {
      const env = { ...SECRETS, ORDERGATE_DATABASE_URL };
      const { code, stderr } = await runOrdergate(['verify'], env);
      assert.match(stderr, problem);
      assert.match(stderr, /^ordergate: [^\n]+\n$/, 'one line, without a stack');
      assert.ok(isSafe(stderr), stderr);
      assert.equal(code, 1);
    }
  });
});

describe('TLS to the database', { skip: skip || noOpenssl, timeout: 120_000 }, () => {
  let cluster: Cluster;
  let ca: string;
  let otherCa: string;
  const url = (query: string, host = 'localhost') =>
    `postgres://postgres@${host}:${cluster.port}/postgres?hostaddr=127.0.0.1&${query}`;
  before(async () => {
    if (skip || noOpenssl) return;
    const made = makeCertificate(['DNS:localhost']);
    cluster = await startCluster({ access: ['local all all trust', 'hostssl all all all trust'] });
    cluster.write('data/server.key', made.key);
    cluster.write('data/server.crt', made.certificate);
    ca = cluster.write('ca.pem', made.ca);
    otherCa = cluster.write('other.pem', makeCertificate(['DNS:localhost']).ca);
    const socket = `postgres://postgres@/postgres?host=${cluster.directory}&port=${cluster.port}`;
    await query('ALTER SYSTEM SET ssl = on', socket);
    await cluster.stop('fast');
    await cluster.start();
  });
  after(() => cluster?.remove());

  test('without sslmode there is none; require encrypts, and a start says that nobody verifies', async () => {
    assert.match(await refused(url('')), /no encryption/);
    assert.match(await refused(url('sslmode=disable')), /no encryption/);
    const [warning, ...more] = await works(url('sslmode=require'));
    assert.match(warning!, /encrypted, and nobody verifies the server .*sslrootcert/);
    assert.deepEqual(more, []);
    const server = await startServerProcess(temporaryDirectory(), {
      ...SECRETS,
      ORDERGATE_DATABASE_URL: url('sslmode=require'),
    });
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    await works(url('sslmode=prefer'));
    await works(url('sslmode=allow'));
  });

  test('verify-ca and verify-full verify, and so does require with a CA', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      assert.deepEqual(await works(url(`sslmode=${mode}&sslrootcert=${ca}`)), []);
      assert.match(
        await refused(url(`sslmode=${mode}&sslrootcert=${otherCa}`)),
        /cannot be verified/,
      );
    }
    for (const mode of ['require', 'verify-ca']) {
      await works(url(`sslmode=${mode}&sslrootcert=${ca}`, 'another.example'));
    }
    assert.match(
      await refused(url(`sslmode=verify-full&sslrootcert=${ca}`, 'another.example')),
      /is not one of the name another\.example/,
    );
    assert.match(
      await refused(
        `postgres://postgres@127.0.0.1:${cluster.port}/postgres?sslmode=verify-full&sslrootcert=${ca}`,
      ),
      /is not one of the name 127\.0\.0\.1/,
    );
  });
});
