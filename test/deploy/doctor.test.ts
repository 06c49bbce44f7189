// `ordergate doctor` on a sound installation, and on one with each mistake that it knows.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { keepSecret, makeLedger, nothingWasBetrayed, readSecrets, run } from '../cli-process.ts';
import { startServerProcess } from '../server-process.ts';
import { temporaryDirectory } from '../support.ts';
import { skip, startNginx } from './nginx.ts';

interface Finding {
  readonly about: string;
  readonly state: string;
  readonly found: string;
  readonly todo?: string;
}

async function doctor(data: string, env: Record<string, string> = {}, args: string[] = []) {
  const ended = await run(['doctor', '--json', '--data', data, ...args], { PORT: '9', ...env });
  const { findings } = JSON.parse(ended.stdout) as { findings: Finding[] };
  const of = (about: string): Finding[] => findings.filter((one) => one.about === about);
  return { code: ended.code, findings, of };
}

const data = await makeLedger();
writeFileSync(`${data}/admin.token`, 'a-token-of-the-doctors-test', { mode: 0o600 });
const [token, key] = readSecrets(data);

describe('on this machine', () => {
  test('a sound sandbox has nothing wrong, and each remark says what to do', async () => {
    const { code, findings } = await doctor(data);
    equal(code, 0, JSON.stringify(findings));
    for (const { state, todo } of findings)
      equal(todo !== undefined, state !== 'ok' && state !== 'skipped');
  });

  test('a key that others can read, an old backup, and a mistyped variable are found', async () => {
    const backups = temporaryDirectory();
    const file = `${backups}/ordergate-20260101T000000Z.ndjson.gz`;
    writeFileSync(file, '');
    utimesSync(file, 0, 0);
    chmodSync(`${data}/master.key`, 0o644);
    const env = { ORDERGATE_BACKUPS: backups, ORDERGATE_PUBLIK_URL: 'https://x' };
    const { code, of } = await doctor(data, env);
    chmodSync(`${data}/master.key`, 0o600);
    equal(code, 1);
    deepEqual(
      of('permissions').map(({ state, todo }) => [state, todo]),
      [['wrong', `chmod 600 ${data}/master.key`]],
    );
    equal(of('backups')[0]!.state, 'wrong');
    match(of('settings')[0]!.todo!, /the nearest is ORDERGATE_PUBLIC_URL/);
  });

  test('production without a management port, and without TLS, is wrong', async () => {
    const env = {
      ...{ ORDERGATE_ENV: 'production', HOST: '0.0.0.0' },
      ORDERGATE_PUBLIC_URL: 'http://127.0.0.1:9',
    };
    const { code, of } = await doctor(data, env);
    equal(code, 1);
    deepEqual(
      of('settings').map(({ state }) => state),
      ['wrong', 'wrong'],
    );
    equal(of('proxy')[0]!.state, 'wrong', 'nothing answers at port 9');
  });

  test('behind a proxy that ORDERGATE_TRUSTED_PROXIES does not name, the setting is asked for', async () => {
    const env = {
      ...{ ORDERGATE_ENV: 'production', HOST: '127.0.0.1', ORDERGATE_MANAGE_PORT: '8' },
      ORDERGATE_PUBLIC_URL: 'https://127.0.0.1:9',
    };
    const { of } = await doctor(data, env);
    const [{ state, found, todo }] = of('settings') as [Finding];
    equal(state, 'warn');
    match(found, /^ORDERGATE_TRUSTED_PROXIES is empty: .* every caller has the proxy's address$/);
    match(todo!, /^name the address that the proxy connects from/);
    const named = await doctor(data, { ...env, ORDERGATE_TRUSTED_PROXIES: '127.0.0.1' });
    deepEqual(
      named.of('settings').map((one) => one.state),
      ['ok'],
    );
  });

  test('a database that does not answer is named without its password', async () => {
    keepSecret('a-password-of-a-database');
    const url = 'postgres://u:a-password-of-a-database@127.0.0.1:9/x';
    const { code, of } = await doctor(data, { ORDERGATE_DATABASE_URL: url });
    equal(code, 1);
    equal(of('database')[0]!.state, 'wrong');
    equal(of('master key')[0]!.state, 'wrong');
  });

  test('the bundle has settings and findings, no secret, and only its owner can read it', async () => {
    const file = `${temporaryDirectory()}/report.json`;
    const env = {
      ORDERGATE_ADMIN_TOKEN: token!,
      ORDERGATE_KEY: key!,
      ORDERGATE_OIDC_CLIENT_SECRET: 'oidc-secret-of-a-test',
    };
    keepSecret('oidc-secret-of-a-test');
    await doctor(data, env, ['--bundle', file]);
    const text = readFileSync(file, 'utf8');
    for (const secret of [token!, key!, 'oidc-secret-of-a-test']) ok(!text.includes(secret));
    const bundle = JSON.parse(text);
    deepEqual(
      [bundle.settings.ORDERGATE_KEY, bundle.settings.ORDERGATE_ENV, bundle.node],
      ['set, not shown', 'sandbox', process.version],
    );
    equal(statSync(file).mode & 0o777, 0o600);
  });
});

describe('through nginx', { skip, timeout: 60_000 }, () => {
  const stops: (() => void)[] = [];
  after(() => {
    for (const stop of stops) stop();
  });

  test('the sample passes; a dropped header, a passed-on address, a foreign certificate are found', async () => {
    const place = temporaryDirectory();
    const server = await startServerProcess(place, { ORDERGATE_TRUSTED_PROXIES: '127.0.0.1' });
    const upstreams = { gateways: [server.url], management: [server.url] };
    const look = async (change: Record<string, string>, trusted = true) => {
      const nginx = await startNginx(upstreams, change);
      stops.push(nginx.stop);
      return doctor(place, {
        PORT: new URL(server.url).port,
        ORDERGATE_PUBLIC_URL: `https://localhost:${nginx.port}`,
        ...(trusted && { NODE_EXTRA_CA_CERTS: nginx.caFile }),
      });
    };
    const sound = await look({});
    equal(sound.of('proxy')[0]!.state, 'ok', JSON.stringify(sound.findings));
    match(sound.of('certificate')[0]!.found, /localhost is valid for [01] more days/);
    equal(sound.of('server')[0]!.state, 'ok');
    const dropped = await look({ 'underscores_in_headers on;': '' });
    match(dropped.of('proxy')[0]!.todo!, /underscores_in_headers on/);
    const deceived = await look({
      'X-Forwarded-For $remote_addr': 'X-Forwarded-For $http_x_forwarded_for',
    });
    match(deceived.of('proxy')[0]!.found, /passes on an X-Forwarded-For that the caller wrote/);
    const foreign = await look({}, false);
    match(foreign.of('certificate')[0]!.found, /is not trusted/);
    equal(foreign.code, 1);
    await server.kill();
  });
});

test('no doctor printed a secret', () => nothingWasBetrayed({ texts: 8, secrets: 4 }));
