// Tests that callbacks cannot reach forbidden addresses, in any spelling, even when the socket
// connects.
import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { describe, test } from 'node:test';
import { messageTo, startReceiver } from '../../test/receiver.ts';
import { AddressList } from '../directory/addresses.ts';
import { type Lookup, mayConnect, urlProblem } from './address-guard.ts';
import { Poster } from './deliver.ts';

const NONE = new AddressList([]);

/** Hosts as they may appear in a URL, and their kind. */
const FORBIDDEN: readonly (readonly [what: string, hosts: readonly string[]])[] = [
  [
    'loopback',
    [
      '127.0.0.1',
      '127.0.0.1.',
      '127.1',
      '127.0.1',
      '127.255.255.254',
      '2130706433',
      '2130706433.',
      '017700000001',
      '0177.0.0.1',
      '0177.1',
      '0x7f.0.0.1',
      '0x7f000001',
      '0X7F.1',
      '0x7f.0x0.0x0.0x1',
      '127.0.0.01',
      '１２７.０.０.１',
      '127。0。0。1',
      '%31%32%37.0.0.1',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[0000:0000:0000:0000:0000:0000:0000:0001]',
      '[::0.0.0.1]',
    ],
  ],
  [
    'the metadata service of clouds',
    [
      '169.254.169.254',
      '169.254.169.254.',
      '2852039166',
      '0xa9fea9fe',
      '0xA9.0xFE.0xA9.0xFE',
      '0251.0376.0251.0376',
      '025177524776',
      '169.254.43518',
      '169.16689662',
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::a9fe:a9fe]',
      '[2002:a9fe:a9fe::]',
      '[fd00:ec2::254]',
    ],
  ],
  [
    'services of Azure within its machines',
    ['168.63.129.16', '2822734096', '0xa83f8110', '0250.077.0201.020', '[::ffff:168.63.129.16]'],
  ],
  ['link-local', ['169.254.0.1', '169.254.255.255', '[fe80::1]', '[febf::1]', '[fec0::1]']],
  [
    'private',
    [
      '10.0.0.1',
      '10.255.255.255',
      '10.1',
      '012.1',
      '0xa000001',
      '167772161',
      '172.16.0.1',
      '172.31.255.255',
      '0xac.0x10.0.1',
      '192.168.0.1',
      '192.168.257',
      '3232235521',
      '0300.0250.0.1',
      '[fc00::1]',
      '[fd12:3456:789a::1]',
    ],
  ],
  ['this network', ['0.0.0.0', '0', '0x0', '00', '0.0', '0.1.2.3', '[::]', '[::0.0.0.0]']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255', '0x64400001']],
  [
    'multicast, reserved, broadcast',
    [
      '224.0.0.1',
      '239.255.255.250',
      '240.0.0.1',
      '255.255.255.255',
      '4294967295',
      '0xffffffff',
      '[ff02::1]',
      '[ff0e::1]',
    ],
  ],
  ['benchmarking', ['198.18.0.1', '198.19.255.255', '[2001:2::1]']],
  ['documentation', ['192.0.2.1', '198.51.100.7', '203.0.113.255', '[2001:db8::1]', '[3fff::1]']],
  ['protocol assignments', ['192.0.0.8', '192.88.99.1', '192.31.196.1', '[100::1]', '[5f00::1]']],
  [
    'IPv4 within IPv6',
    [
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::FFFF:10.0.0.1]',
      '[0:0:0:0:0:ffff:c0a8:1]',
      '[::ffff:0:127.0.0.1]',
      '[::127.0.0.1]',
      '[::7f00:1]',
      '[::10.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b::c0a8:1]',
      '[64:ff9b:1::7f00:1]',
      '[2002:7f00:1::]',
      '[2002:c0a8:1::1]',
      '[2001:0:7f00:1::]',
      '[2001::c0a8:1]',
    ],
  ],
];

const hosts = FORBIDDEN.flatMap(([, all]) => all);

describe('forbidden addresses in every spelling', () => {
  test(`at least 100 spellings are tested: ${hosts.length}`, () => {
    assert.ok(new Set(hosts).size >= 100);
  });

  const poster = new Poster({ allowed: NONE });
  for (const [what, all] of FORBIDDEN) {
    test(`${what}: no spelling can be registered or connected to`, async () => {
      for (const host of all) {
        const url = `http://${host}:9090/`;
        assert.match(urlProblem(url, NONE) ?? 'accepted', /not a public address/, host);
        // The check at the connection is decisive, because it looks the name up.
        const { hostname } = new URL(url);
        const address = hostname.replace(/^\[|\]$/g, '');
        assert.equal(mayConnect(address, NONE), false, address);
        const outcome = await poster.post(messageTo(url));
        assert.match(outcome.error ?? 'posted', /not a public address/, host);
      }
    });

    test(`${what}: a name with such an address is refused at the connection`, async () => {
      for (const host of all) {
        const address = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '');
        const family = address.includes(':') ? 6 : 4;
        const lookup = answering([[{ address, family }]]);
        const named = new Poster({ allowed: NONE, lookup });
        const url = 'http://shop.example:9090/';
        const outcome = await named.post(messageTo(url));
        assert.match(outcome.error ?? 'posted', /not a public address/, host);
      }
    });
  }
});

/** A resolver that returns the answers one after the other, and then repeats the last. */
function answering(answers: readonly LookupAddress[][]): Lookup {
  let asked = 0;
  return (_hostname, _options, done) => {
    done(null, answers[Math.min(asked++, answers.length - 1)]!);
  };
}

const PUBLIC = { address: '93.184.215.14', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };

test('rebinding: a name is refused if it is public at its registration but private at the connection', async () => {
  const lookup = answering([[PUBLIC], [LOOPBACK]]);
  lookup('shop.example', { all: true }, (_, addresses) => {
    assert.ok(
      addresses.every(({ address }) => mayConnect(address, NONE)),
      'the first look is fine',
    );
  });
  const receiver = await startReceiver();
  const poster = new Poster({ allowed: NONE, lookup });
  const url = receiver.url.replace('127.0.0.1', 'shop.example');
  const { error } = await poster.post(messageTo(url));
  assert.match(error!, /shop\.example is 127\.0\.0\.1, which is not a public address/);
  assert.equal(receiver.received.length, 0);
});

test('a name with one forbidden address is refused, in whatever sequence the addresses come', async () => {
  for (const answer of [
    [PUBLIC, LOOPBACK],
    [LOOPBACK, PUBLIC],
    [PUBLIC, { address: '::ffff:10.0.0.1', family: 6 }],
  ]) {
    const poster = new Poster({ allowed: NONE, lookup: answering([answer]) });
    const url = 'http://shop.example:9090/';
    const { error } = await poster.post(messageTo(url));
    assert.match(error!, /not a public address/);
  }
});

test('the socket connects to the address that was judged: one look-up per connection', async () => {
  const receiver = await startReceiver();
  let lookups = 0;
  const lookup: Lookup = (_hostname, _options, done) => {
    lookups++;
    done(null, [LOOPBACK]);
  };
  const poster = new Poster({ allowed: new AddressList(['127.0.0.1']), lookup });
  const url = receiver.url.replace('127.0.0.1', 'shop.example');
  const { error } = await poster.post(messageTo(url));
  assert.equal(error, null);
  assert.deepEqual([lookups, receiver.received.length], [1, 1]);
  assert.match(receiver.received[0]!.headers.host!, /^shop\.example:/);
  poster.close();
});

test('only the explicitly allowed addresses are allowed in addition', () => {
  const allowed = new AddressList(['10.1.0.0/16', 'fd00::/8']);
  const may = (address: string) => mayConnect(address, allowed);
  for (const yes of ['10.1.0.1', '::ffff:10.1.255.255', 'fd12::1', '8.8.8.8', '2606:4700::1111']) {
    assert.equal(may(yes), true, yes);
  }
  for (const no of ['10.2.0.1', '127.0.0.1', 'fc00::1', '::1', '::ffff:10.2.0.1']) {
    assert.equal(may(no), false, no);
  }
});

test('public addresses next to forbidden ranges are not refused', () => {
  for (const address of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2001:4860:4860::8888',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ]) {
    assert.equal(mayConnect(address, NONE), true, address);
  }
  for (const address of ['', 'shop.example', '999.1.1.1', 'fe80::1%eth0', '1.2.3', '::1%lo']) {
    assert.equal(mayConnect(address, NONE), false, address);
  }
});

test('a URL is http or https, without user, password or fragment', () => {
  const problem = (url: string) => urlProblem(url, NONE);
  for (const good of [
    'https://shop.example/a?b=c',
    'http://shop.example:8080',
    'HTTPS://8.8.8.8/',
  ]) {
    assert.equal(problem(good), null, good);
  }
  for (const bad of [
    '',
    'shop.example',
    '//shop.example',
    'ftp://shop.example',
    'file:///etc/passwd',
    'gopher://8.8.8.8/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'unix:/run/docker.sock',
    'http://',
    'http://user@shop.example/',
    'http://:pass@shop.example/',
    'http://127.0.0.1@shop.example/',
    'https://shop.example/#x',
    'http://[::1',
    'http://256.256.256.256/',
    'http://[::1%25eth0]/',
    'http://1.2.3.4.5.6/',
    'https://shop.example/#',
    'http://shop..example/',
    'http://.example/',
    `http://${'a'.repeat(64)}.example/`,
    `http://${'a.'.repeat(127)}example/`,
    'http://shop.example:65536/',
  ]) {
    assert.notEqual(problem(bad), null, bad);
  }
});
