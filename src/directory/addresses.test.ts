// Tests whom an address list admits, and which address counts for a call through proxies.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressList, NOBODY, normalizeAddress, readCaller, splitAddresses } from './addresses.ts';

const inside = (entries: readonly string[], address: string): boolean =>
  new AddressList(entries).has(address);

function borders(entry: string, held: readonly string[], others: readonly string[]): void {
  test(entry, () => {
    for (const address of held) equal(inside([entry], address), true, `${address} is in it`);
    for (const address of others) equal(inside([entry], address), false, `${address} is not`);
  });
}

describe('"entries are addresses or CIDR ranges": the first and the last address are in, their neighbours not', () => {
  borders('203.0.113.7', ['203.0.113.7'], ['203.0.113.6', '203.0.113.8', '::1', '']);
  borders('198.51.100.0/24', ['198.51.100.0', '198.51.100.255'], ['198.51.99.255', '198.51.101.0']);
  borders('10.1.2.3/8', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']);
  borders('192.0.2.4/30', ['192.0.2.4', '192.0.2.7'], ['192.0.2.3', '192.0.2.8']);
  borders('192.0.2.4/32', ['192.0.2.4'], ['192.0.2.5']);
  borders('0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::1', '2001:db8::1']);
  borders('2001:db8::1', ['2001:db8::1', '2001:0DB8:0:0::1'], ['2001:db8::2', '1.2.3.4']);
  borders(
    '2001:db8::/33',
    ['2001:db8::', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8:8000::', '2001:db7:ffff::'],
  );
  borders('::1/128', ['::1'], ['::2', '127.0.0.1']);
});

test('an IPv4-mapped address equals the IPv4 address, in the list or in the call, in either notation', () => {
  equal(normalizeAddress('::ffff:203.0.113.7'), '203.0.113.7');
  equal(normalizeAddress('::FFFF:203.0.113.7'), '203.0.113.7');
  equal(normalizeAddress('203.0.113.7'), '203.0.113.7');
  equal(normalizeAddress('::ffff:0:1'), '::ffff:0:1');
  equal(inside(['203.0.113.7'], '::ffff:cb00:7107'), true);
  equal(inside(['203.0.113.7'], '::ffff:cb00:7108'), false);
  equal(inside(['::ffff:203.0.113.7'], '203.0.113.7'), true);
  equal(inside(['::ffff:203.0.113.0/120'], '203.0.113.255'), true);
  equal(inside(['::ffff:203.0.113.0/120'], '203.0.114.0'), false);
});

test('a zone id does not change the address', () => {
  equal(normalizeAddress('fe80::1%eth0'), 'fe80::1');
  equal(inside(['fe80::/10'], normalizeAddress('fe80::1%eth0')), true);
});

test('a list contains the addresses of all its entries; an empty list contains none and says so', () => {
  const list = new AddressList(['203.0.113.7', '198.51.100.0/24', '2001:db8::/32']);
  equal(list.isEmpty, false);
  for (const address of ['203.0.113.7', '198.51.100.9', '2001:db8::9'])
    equal(list.has(address), true);
  for (const address of ['203.0.113.9', '198.51.101.9', '2001:db9::9'])
    equal(list.has(address), false);
  const empty = new AddressList([]);
  equal(empty.isEmpty, true);
  equal(empty.has('203.0.113.7'), false);
});

test('a text that is no address is in no list', () => {
  const everything = new AddressList(['0.0.0.0/0', '::/0']);
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4:80', '[::1]', '1.2.3.4/32', '999.1.1.1']) {
    equal(everything.has(text), false, text);
  }
});

describe('an entry that is neither an address nor a range is refused, and named', () => {
  for (const entry of [
    ...['', 'localhost', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.4:80', '[::1]'],
    ...['1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/8/8', '1.2.3.4/a', '1.2.3.4/8.0', '/8'],
    ...['1.2.3.4/255.255.255.0', '::1/129', '::1/', ':::1', '1.2.3.4-1.2.3.9', '*', ' 1.2.3.4'],
  ]) {
    test(JSON.stringify(entry), () =>
      throws(() => new AddressList(['203.0.113.7', entry]), {
        name: 'RangeError',
        message: `"${entry}" is neither an IP address nor a CIDR range (like 10.0.0.0/8)`,
      }),
    );
  }
});

test('a comma-separated string is accepted, too; blanks and empty parts are removed', () => {
  deepEqual(splitAddresses('203.0.113.7, 198.51.100.0/24 ,,'), ['203.0.113.7', '198.51.100.0/24']);
  deepEqual(splitAddresses([' 203.0.113.7', '', '::1']), ['203.0.113.7', '::1']);
  deepEqual(splitAddresses(''), []);
  deepEqual(splitAddresses([]), []);
});

describe('X-Forwarded-For', () => {
  const none = new AddressList([]);
  const proxies = new AddressList(['10.0.0.0/24', '2001:db8:ffff::/48']);
  const caller = (peer: string, header: string | undefined, list = proxies): string =>
    readCaller(peer, header, list).address;

  test('counts only from a configured proxy; otherwise the caller is the connecting address', () => {
    equal(caller('10.0.0.1', '203.0.113.9'), '203.0.113.9');
    equal(caller('10.0.1.1', '203.0.113.9'), '10.0.1.1');
    equal(caller('10.0.0.1', '203.0.113.9', none), '10.0.0.1');
    equal(caller('198.51.100.1', '10.0.0.1'), '198.51.100.1');
    equal(caller('10.0.0.1', undefined), '10.0.0.1');
  });

  test('a proxy is recognised by its IPv4-mapped or IPv6 address, too', () => {
    equal(caller('::ffff:10.0.0.1', '203.0.113.9'), '203.0.113.9');
    equal(caller('2001:db8:ffff::1', '2001:db8::9'), '2001:db8::9');
    equal(caller('::ffff:198.51.100.1', undefined), '198.51.100.1');
  });

  test('the last hop that is no proxy is the caller, because a caller may invent the hops to its left', () => {
    equal(caller('10.0.0.1', '198.51.100.66, 203.0.113.9'), '203.0.113.9');
    equal(caller('10.0.0.1', '127.0.0.1,10.0.0.5,203.0.113.9'), '203.0.113.9');
    equal(caller('10.0.0.1', 'garbage, 203.0.113.9'), '203.0.113.9');
  });

  test('several proxies in a row are skipped, however many and in either family', () => {
    equal(
      caller('10.0.0.1', '198.51.100.66, 203.0.113.9, 10.0.0.2, 2001:db8:ffff::7'),
      '203.0.113.9',
    );
    equal(caller('10.0.0.1', '203.0.113.9,::ffff:10.0.0.9'), '203.0.113.9');
    equal(caller('10.0.0.1', '203.0.113.9 , 10.0.1.2 , 10.0.0.2'), '10.0.1.2');
  });

  test('if every hop is a proxy, the first hop is the caller', () => {
    equal(caller('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3');
  });

  test('ip:port, [ip]:port, quotes, empty elements and several lines are understood', () => {
    for (const [header, address] of [
      ['203.0.113.9:4711', '203.0.113.9'],
      ['[2001:db8::9]', '2001:db8::9'],
      ['[2001:db8::9]:443', '2001:db8::9'],
      ['"203.0.113.9"', '203.0.113.9'],
      ['"[2001:db8::9]:443"', '2001:db8::9'],
      ['"203.0.113.9:80" ', '203.0.113.9'],
      ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
      ['203.0.113.9, , 10.0.0.2', '203.0.113.9'],
      ['203.0.113.9:1,,,10.0.0.2:2', '203.0.113.9'],
      [', 203.0.113.9', '203.0.113.9'],
      ['203.0.113.9, "10.0.0.2:80"', '203.0.113.9'],
      ['2001:db8::1:443', '2001:db8::1:443'],
      ['fe80::1%eth0', 'fe80::1'],
    ] as const) {
      deepEqual(readCaller('10.0.0.1', header, proxies), { address, countedAs: address }, header);
    }
  });

  test("a nearest hop that is unreadable is nobody's address … limits count it by the proxy's", () => {
    for (const garbage of [
      'unknown',
      '',
      '_hidden',
      '203.0.113.9:',
      '203.0.113.9:80:80',
      '[203.0.113.9',
      '"203.0.113.9',
      '203.0.113.9 x',
      '1.2.3',
      'localhost',
    ]) {
      for (const [header, countedAs] of [
        [garbage, '10.0.0.1'],
        [`203.0.113.9, ${garbage}`, '10.0.0.1'],
        ...(garbage === '' ? [] : [[`203.0.113.9, ${garbage}, 10.0.0.2`, '10.0.0.2'] as const]),
      ] as const) {
        const found = readCaller('10.0.0.1', header, proxies);
        deepEqual([found.address, found.countedAs], [NOBODY, countedAs], header);
        ok(found.note?.includes(`"${garbage}"`), 'the log says what stood there');
      }
    }
    ok(!new AddressList(['0.0.0.0/0', '::/0']).has(NOBODY));
  });

  test('an IPv4-mapped hop equals the IPv4 address', () => {
    equal(caller('10.0.0.1', '::ffff:203.0.113.9'), '203.0.113.9');
  });
});
