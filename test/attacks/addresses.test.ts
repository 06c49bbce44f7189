// Spellings of inside addresses: no callback endpoint can be registered there, and no answer or name leads a post there.
import type { LookupAddress } from 'node:dns';
import type { Lookup } from '../../src/callbacks/address-guard.ts';
import { manage } from '../support.ts';
import { type Attack, runAttacks, startTarget } from './runner.ts';

/** What each name of a callback is looked up as, in place of the world's DNS. */
let answer: LookupAddress[] = [];
const lookup: Lookup = (_hostname, _options, done) => done(null, answer);
const target = await startTarget({ callbacks: { lookup } });

const made = await manage(target.server, 'POST', '/callbacks/endpoints', {
  platform: 'jintong',
  party: 'jane88',
  url: 'http://shop.example:8080/hook',
});

const register = (url: string): Attack => ({
  name: url.length > 90 ? `${url.slice(0, 90)}…` : url,
  send: async ({ server }) => {
    const body = { platform: 'jintong', party: 'jane88', url };
    const { status, body: told } = await manage(server, 'POST', '/callbacks/endpoints', body);
    return `${status} ${told.error?.field}`;
  },
  becomes: '400 url',
});

const LOOPBACK = [
  '127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '2130706433', '017700000001',
  '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '0X7F.1', '127.0.0.01', '１２７.０.０.１', '127。0。0。1',
  '%31%32%37.0.0.1', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]', 'localhost', 'LOCALHOST', 'localhost.', 'shop.localhost', 'ｌｏｃａｌｈｏｓｔ',
  'localhost.localdomain', 'ip6-localhost', 'loc\u00adalhost', '①②⑦.0.0.1',
]; // biome-ignore format: a list of hosts
const METADATA = [
  '169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '169.16689662',
  '[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[fd00:ec2::254]',
  '168.63.129.16', '2822734096', '[::ffff:168.63.129.16]', '100.100.100.200', '192.0.0.192',
]; // biome-ignore format: a list of hosts
const PRIVATE = [
  '10.0.0.1', '10.1', '012.1', '0xa000001', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.257',
  '3232235521', '0300.0250.0.1', '[fc00::1]', '[fd12:3456:789a::1]', '[fe80::1]', '[febf::1]', '[fec0::1]',
  '0.0.0.0', '0', '0x0', '[::]', '100.64.0.1', '198.18.0.1', '224.0.0.1', '[ff02::1]', '255.255.255.255',
  '4294967295', '240.0.0.1', '192.0.2.1', '[2001:db8::1]', '[2001::1]', '[3fff::1]', '[::ffff:10.0.0.1]',
]; // biome-ignore format: a list of hosts
const URLS = [
  'http://user:pass@shop.example/', 'http://shop.example@127.0.0.1/', 'http://127.0.0.1#@shop.example/',
  'http://127.0.0.1\\@shop.example/', 'http://shop.example/#x', 'file:///etc/passwd', 'gopher://shop.example/',
  'ftp://shop.example/', 'unix:/run/docker.sock', 'data:text/plain,x', 'javascript:alert(1)', '//shop.example/',
  'http://', 'http://[::1', 'http://[::1%25eth0]/', 'http://shop.example:25/', 'http://shop.example:22/',
  'https://shop.example:389/', 'http://shop..example/', 'http://.example/', `http://${'a'.repeat(64)}.example/`,
  'http://1.2.3.4.5.6/', 'http://256.256.256.256/', 'http://shop.example:65536/', 'http://127.0.0.1\t/', ' http://[::1]/',
]; // biome-ignore format: a list of URLs

const at = (hosts: readonly string[]): Attack[] =>
  hosts.map((host) => register(`http://${host}:8080/hook`));
runAttacks('this machine', target, at(LOOPBACK));
runAttacks('services of clouds', target, at(METADATA));
runAttacks('networks that are not the Internet', target, at(PRIVATE));
runAttacks('URLs that are no addresses of a shop', target, URLS.map(register));

/** A ping: one post, whose outcome is told. */
const ping = (name: string, addresses: readonly string[]): Attack => ({
  name,
  send: async ({ server }) => {
    answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const { endpointId } = made.body;
    const { body } = await manage(server, 'POST', `/callbacks/endpoints/${endpointId}/ping`);
    return String(body.error ?? body.status);
  },
  becomes: /not a public address/,
});

runAttacks('a name that leads inside when it is posted to', target, [
  ping('this machine', ['127.0.0.1']),
  ping('this machine in IPv6', ['::1']),
  ping('this machine as IPv4 within IPv6', ['::ffff:127.0.0.1']),
  ping('metadata of a cloud', ['169.254.169.254']),
  ping('a private network', ['10.0.0.1']),
  ping('a public address and a private one', ['93.184.215.14', '10.0.0.1']),
  ping('a private one and a public one', ['fd00::1', '2606:4700::1111']),
  ping('link-local with its link', ['fe80::1%eth0']),
  ping('NAT64 of a private network', ['64:ff9b::a00:1']),
]);

runAttacks('an endpoint that is there gets another address', target, [
  ...[
    'http://127.0.0.1:8080/',
    'http://[::1]/',
    'http://localhost/',
    'http://169.254.169.254/',
  ].map(
    (url): Attack => ({
      name: url,
      send: async ({ server }) => {
        const path = `/callbacks/endpoints/${made.body.endpointId}`;
        const { status, body } = await manage(server, 'PATCH', path, { url });
        return `${status} ${body.error?.field}`;
      },
      becomes: '400 url',
    }),
  ),
]);
