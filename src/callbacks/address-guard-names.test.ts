// Tests that names of this machine and ports of other services are refused, when they are set and
// when the socket connects.
import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { describe, test } from 'node:test';
import { messageTo, startReceiver } from '../../test/receiver.ts';
import { AddressList } from '../directory/addresses.ts';
import { guardedLookup, type Lookup, urlProblem } from './address-guard.ts';
import { Poster } from './deliver.ts';

const NONE = new AddressList([]);
const PUBLIC = { address: '93.184.215.14', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };

/** A resolver that returns these addresses. */
const answering =
  (addresses: LookupAddress[]): Lookup =>
  (_hostname, _options, done) =>
    done(null, addresses);

describe('names of this machine', () => {
  const names = [
    'localhost',
    'localhost.',
    'LOCALHOST',
    'ｌｏｃａｌｈｏｓｔ',
    'shop.localhost',
    'a.b.localhost.',
  ];
  const others = ['localhost.localdomain', 'localhost6', 'ip6-localhost', 'ip6-loopback'];

  test('they are refused when they are set, like 127.0.0.1', async () => {
    const poster = new Poster({ allowed: NONE });
    for (const host of [...names, ...others]) {
      const url = `http://${host}:9090/`;
      assert.match(urlProblem(url, NONE) ?? 'accepted', /not a public address/, host);
      assert.match((await poster.post(messageTo(url))).error ?? 'posted', /not a public/, host);
      for (const entry of ['127.0.0.1', '127.0.0.0/8', '::1']) {
        assert.equal(urlProblem(url, new AddressList([entry])), null, `${host} by ${entry}`);
      }
      assert.notEqual(urlProblem(url, new AddressList(['10.0.0.0/8'])), null, host);
    }
    for (const host of ['localhost.example', 'notlocalhost', 'my-localhost.example']) {
      assert.equal(urlProblem(`http://${host}:9090/`, NONE), null, host);
    }
  });

  test('localhost connects to its allowed address, in whatever sequence the addresses come', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const loopback6 = { address: '::1', family: 6 };
    for (const answer of [
      [loopback6, LOOPBACK],
      [LOOPBACK, loopback6],
    ]) {
      const lookup = answering(answer);
      const poster = new Poster({ allowed: new AddressList(['127.0.0.1']), lookup });
      const outcome = await poster.post(messageTo(`http://localhost:${port}/hook`));
      assert.equal(outcome.error, null);
      poster.close();
    }
    // A resolver with other addresses for localhost has no effect.
    const lookup = answering([{ address: '10.0.0.1', family: 4 }]);
    const poster = new Poster({ allowed: new AddressList(['127.0.0.1']), lookup });
    const { error } = await poster.post(messageTo(`http://localhost:${port}/hook`));
    assert.match(error!, /localhost is 10\.0\.0\.1, which is not a public address/);
  });
});

describe('ports of other services', () => {
  test('1 to 1023 except 80 and 443 are refused, unless the address is allowed', () => {
    const own = new AddressList(['10.1.0.0/16', '8.8.8.8']);
    for (const port of [0, 1, 7, 22, 25, 53, 79, 81, 110, 139, 389, 442, 444, 587, 1023]) {
      for (const host of ['8.8.8.8', 'shop.example', '[2606:4700::1111]']) {
        const problem = urlProblem(`https://${host}:${port}/`, NONE);
        assert.match(problem ?? 'accepted', /port \d+ is another service's/, `${host}:${port}`);
      }
      for (const host of ['8.8.8.8', '10.1.2.3', '[::ffff:10.1.2.3]', 'shop.example']) {
        assert.equal(urlProblem(`https://${host}:${port}/`, own), null, `${host}:${port}`);
      }
      assert.notEqual(urlProblem(`https://9.9.9.9:${port}/`, own), null);
    }
    for (const port of ['', ':80', ':443', ':1024', ':8080', ':65535']) {
      for (const scheme of ['http', 'https']) {
        assert.equal(urlProblem(`${scheme}://8.8.8.8${port}/`, NONE), null, port);
      }
    }
  });

  test('a name with such a port is judged by its address at the time of the connection', async () => {
    const allowed = new AddressList(['10.1.0.0/16']);
    const poster = new Poster({ allowed, lookup: answering([PUBLIC]) });
    const { error } = await poster.post(messageTo('http://shop.example:25/'));
    assert.match(error!, /port 25 is another service's/);
    const lookup = guardedLookup(allowed, answering([{ address: '10.1.0.9', family: 4 }]), '25');
    lookup('relay.example', {}, (refused, address) => {
      assert.deepEqual([refused, address], [null, '10.1.0.9']);
    });
  });
});
