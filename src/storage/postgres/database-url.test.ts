// A database URL means what libpq's means, and what cannot be taken is refused by name.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDatabaseUrl } from './database-url.ts';
import { isVerified, tlsAttempts } from './server-tls.ts';

const read = (url: string) => readDatabaseUrl(url, {});
const refusal = (url: string): string => {
  try {
    read(url);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    assert.equal(code, 'ERR_UNUSABLE_DATABASE');
    return message;
  }
  return assert.fail(`taken: ${url}`);
};

test('user and password are percent-decoded, and a plus is a plus', () => {
  const of = (info: string) => {
    const { user, password } = read(`postgres://${info}@host/db`);
    return [user, password];
  };
  assert.deepEqual(of('u:a+b'), ['u', 'a+b']);
  assert.deepEqual(of('u%2Bv:a%20b%2B+'), ['u+v', 'a b++']);
  assert.deepEqual(of('u:p%40s%3As%2Fw%3F%23%25'), ['u', 'p@s:s/w?#%']);
  assert.deepEqual(of('u:a:b'), ['u', 'a:b']);
  assert.deepEqual(of('u:p?#[]'), ['u', 'p?#[]']);
  assert.deepEqual(of('%E8%AE%A2:%E5%8D%95'), ['订', '单']);
  assert.deepEqual(of('u'), ['u', undefined]);
  assert.equal(read('postgres://host/db?user=a+b&password=c+d%2B').password, 'c+d+');
  assert.equal(read('postgresql://host/a+b').database, 'a+b');
});

test('absent parts get libpq’s defaults', () => {
  const { user, database, hosts, sslMode, sessionAttrs } = read('postgres://h');
  assert.deepEqual([user, database], [userInfo().username, userInfo().username]);
  assert.deepEqual(hosts, [{ host: 'h', address: null, port: 5432 }]);
  assert.deepEqual([sslMode, sessionAttrs], ['disable', 'any']);
  assert.equal(read('postgres://u@h').database, 'u');
  const env = { PGUSER: 'e', PGPASSWORD: 'p+', PGPORT: '6', PGSSLMODE: 'require', PGHOST: 'x' };
  const given = readDatabaseUrl('postgres:///d', env);
  assert.deepEqual([given.user, given.password, given.sslMode], ['e', 'p+', 'require']);
  assert.deepEqual(given.hosts, [{ host: 'x', address: null, port: 6 }]);
  assert.equal(readDatabaseUrl('postgres://u:w@h/d?sslmode=disable', env).password, 'w');
});

test('several hosts, IPv6, sockets, and addresses in addition to names are read', () => {
  const hosts = (url: string) =>
    read(url).hosts.map(({ host, address, port }) => `${host} ${address ?? '-'} ${port}`);
  assert.deepEqual(hosts('postgres://u:p@a:1,b:2,c/db'), ['a - 1', 'b - 2', 'c - 5432']);
  assert.deepEqual(hosts('postgres://[::1]:7,[fe80::2]/db'), ['::1 - 7', 'fe80::2 - 5432']);
  assert.deepEqual(hosts('postgres://u@/db?host=/var/run/postgresql'), [
    '/var/run/postgresql - 5432',
  ]);
  assert.deepEqual(hosts('postgres://u@%2Fvar%2Frun/db?port=7'), ['/var/run - 7']);
  assert.deepEqual(hosts('postgres:///db?host=a,b&port=3'), ['a - 3', 'b - 3']);
  assert.deepEqual(hosts('postgres:///db?host=a,b&port=3,4'), ['a - 3', 'b - 4']);
  assert.deepEqual(hosts('postgres://db.example/d?hostaddr=10.0.0.1'), [
    'db.example 10.0.0.1 5432',
  ]);
  const attrs = read('postgres://a,b/d?target_session_attrs=read-write&load_balance_hosts=random');
  assert.deepEqual([attrs.sessionAttrs, attrs.isShuffled], ['read-write', true]);
});

test('options are settings of the session', () => {
  const options = (text: string) => ({
    ...read(`postgres://h/d?options=${encodeURIComponent(text)}`).settings,
  });
  assert.deepEqual(options('-c search_path=s1,public'), { search_path: 's1,public' });
  assert.deepEqual(options('-cwork_mem=4MB  --lock-timeout=3'), {
    work_mem: '4MB',
    lock_timeout: '3',
  });
  assert.deepEqual(options('-c search_path=a,\\ b'), { search_path: 'a, b' });
  assert.deepEqual(options('-c synchronous_commit=remote_apply'), {
    synchronous_commit: 'remote_apply',
  });
  assert.match(refusal('postgres://h/d?options=-c%20synchronous_commit=off'), /durable/);
  assert.match(refusal('postgres://h/d?options=-B%204'), /options has to hold settings/);
  assert.match(refusal('postgres://h/d?options=-c+search_path=s'), /options has to hold settings/);
});

test('unsupported parts are refused by name, and no password is shown', () => {
  const SECRET = 's3cr3t';
  const cases: [url: string, problem: RegExp][] = [
    ['postgres://u:s3cr3t@h/d?service=x', /service cannot be taken: the URL itself/],
    ['postgres://u:s3cr3t@h/d?application_name=x', /application_name cannot be taken/],
    ['postgres://u:s3cr3t@h/d?channel_binding=require', /channel_binding cannot have this value/],
    ['postgres://u:s3cr3t@h/d?gssencmode=require', /gssencmode cannot have this value/],
    ['postgres://u:s3cr3t@h/d?sslcrl=x', /sslcrl cannot be taken/],
    ['postgres://u:s3cr3t@h/d?pgbouncer=true', /libpq knows no parameter pgbouncer/],
    ['postgres://u:s3cr3t@h/d?sslmode=on', /sslmode has to be one of disable, allow/],
    ['postgres://u:s3cr3t@h/d?target_session_attrs=rw', /target_session_attrs has to be one of/],
    ['postgres://u:s3cr3t@h/d?sslmode=require&sslrootcert=system', /needs sslmode=verify-full/],
    ['postgres://u:s3cr3t@h/d?sslmode', /has to be NAME=VALUE/],
    ['postgres://u:s3cr3t@a,b/d?port=1,2,3', /port names 3 ports for 2 hosts/],
    ['postgres://u:s3cr3t@h:0/d', /a port is not a number from 1 to 65535/],
    ['postgres://u:s3cr3t%zz@h/d', /a % in password is not followed by two hex digits/],
    ['postgres://u:s3cr3t%00@h/d', /password holds %00/],
    ['postgres://u:s3cr3t%ff@h/d', /the percent-encoding of password is not UTF-8/],
    // A password that somebody forgot to encode.
    ['postgres://u:s3@s3cr3t@h/d', /an @ where none belongs/],
    ['postgres://u:s3cr3t/x@h/d', /an @ where none belongs/],
    ['postgres://u:12/s3cr3t@h/d', /an @ where none belongs/],
    ['mysql://u:s3cr3t@h/d', /has to be of the form/],
  ];
  for (const [url, problem] of cases) {
    const message = refusal(url);
    assert.match(message, problem);
    assert.match(message, /^ORDERGATE_DATABASE_URL: /);
    assert.ok(!message.includes(SECRET) && !message.includes('s3@'), message);
  }
});

test('sslmode: which ways are tried, and what is verified', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-tls-'));
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, 'PEM');
  const ways = (query: string, host = 'h') => {
    const target = read(`postgres://u@/d?host=${host}${query}`);
    const attempts = tlsAttempts(target, target.hosts[0]!).map((tls) => {
      if (tls === false) return 'plain';
      if (tls.rejectUnauthorized === false) return 'encrypted';
      assert.ok(tls.ca);
      return tls.checkServerIdentity ? 'ca' : 'full';
    });
    return [...attempts, ...(isVerified(target) ? [] : ['warned'])].join(' ');
  };
  assert.equal(ways(''), 'plain');
  assert.equal(ways('&sslmode=disable'), 'plain');
  assert.equal(ways('&sslmode=allow'), 'plain encrypted');
  assert.equal(ways('&sslmode=prefer'), 'encrypted plain');
  assert.equal(ways('&sslmode=require'), 'encrypted warned');
  assert.equal(ways('&ssl=true'), 'encrypted warned');
  assert.equal(ways(`&sslmode=require&sslrootcert=${ca}`), 'ca');
  assert.equal(ways(`&sslmode=verify-ca&sslrootcert=${ca}`), 'ca');
  assert.equal(ways(`&sslmode=verify-full&sslrootcert=${ca}`), 'full');
  assert.equal(ways('&sslrootcert=system'), 'full');
  assert.equal(ways('&sslmode=verify-full', '/var/run/postgresql'), 'plain');
  rmSync(directory, { recursive: true });
  assert.throws(() => ways(`&sslmode=verify-ca&sslrootcert=${ca}`), /sslrootcert names .*ENOENT/);
  const home = process.env.HOME;
  process.env.HOME = directory;
  try {
    assert.throws(() => ways('&sslmode=verify-full'), /verify-full needs sslrootcert=FILE/);
  } finally {
    if (home === undefined) delete process.env.HOME;
    else process.env.HOME = home;
  }
  const beside = read('postgres://db.example/d?hostaddr=10.0.0.1&sslmode=require');
  const [tls] = tlsAttempts(beside, beside.hosts[0]!);
  assert.ok(tls && tls.servername === 'db.example');
});
