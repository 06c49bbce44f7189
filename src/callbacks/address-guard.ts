// No way inside: which addresses a callback may connect to, judged when connecting.
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { AddressList } from '../protocol/addresses.ts';

/** IPv4 that is not the public Internet: the special-purpose registry (RFC 6890 and after), multicast, reserved. */
const FORBIDDEN_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, the metadata services of clouds among them
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
];

/** Within 2000::/3, the only part of IPv6 that is given out; all else is forbidden. */
const FORBIDDEN_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // protocol assignments: Teredo, ORCHID, benchmarking
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: it embeds an IPv4 address, and is retired
  ['3fff::', 20], // documentation
];

const forbidden = new BlockList();
for (const [address, prefix] of FORBIDDEN_V4) forbidden.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of FORBIDDEN_V6) forbidden.addSubnet(address, prefix, 'ipv6');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/** Thrown, and the attempt fails with it: the address is none that a callback may go to. */
export class ForbiddenAddressError extends Error {
  readonly code = 'ERR_FORBIDDEN_ADDRESS';
  override readonly name = 'ForbiddenAddressError';
}

/** The eight groups of an IPv6 address. */
function groups(address: string): number[] {
  // The URL parser knows every way to write one, a dotted tail and `::` among them.
  const hostname = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = hostname.split('::') as [string, string | undefined];
  const read = (text: string | undefined): number[] =>
    text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const [first, last] = [read(head), read(tail)];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...new Array<number>(gap).fill(0), ...last];
}

/** The IPv4 address that packets to an IPv6 address end up at: IPv4-mapped, and NAT64's well-known prefix. */
function embeddedV4(address: string): string | null {
  const g = groups(address);
  const zeros = (from: number, to: number): boolean => g.slice(from, to).every((n) => n === 0);
  const mapped = zeros(0, 5) && g[5] === 0xffff;
  const nat64 = g[0] === 0x64 && g[1] === 0xff9b && zeros(2, 6);
  if (!mapped && !nat64) return null;
  return [g[6]! >> 8, g[6]! & 255, g[7]! >> 8, g[7]! & 255].join('.');
}

/** Whether a callback may connect to an IP address. @param allowed what the operator allows besides the public */
export function mayConnect(address: string, allowed: AddressList): boolean {
  // A scope (fe80::1%eth0) says through which link; no public address has one.
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return allowed.has(address) || !forbidden.check(address, 'ipv4');
  const v4 = embeddedV4(address);
  if (v4 !== null) return mayConnect(v4, allowed);
  if (allowed.has(address)) return true;
  return globalV6.check(address, 'ipv6') && !forbidden.check(address, 'ipv6');
}

/** What is wrong with a URL by itself, in words for whoever registers it; null when nothing is. */
export function urlProblem(text: string, allowed: AddressList): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'has to be a URL like https://shop.example/callbacks';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'has to be http or https';
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password';
  if (url.hash !== '') return 'must not have a fragment';
  const literal = literalAddress(url);
  if (literal !== null && !mayConnect(literal, allowed)) return refusal(url.hostname, literal);
  return null;
}

/** The IP address that a URL names itself; the URL parser has read decimal, octal and hex forms. */
function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

function refusal(hostname: string, address: string): string {
  const named = hostname === address ? address : `${hostname} is ${address}, which`;
  return `${named} is not a public address; ORDERGATE_CALLBACK_ALLOW can allow it`;
}

/** Asks for all addresses of a name, as `dns.lookup` does with `all`. */
export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A look-up for sockets that refuses a name unless every address of it may be connected to. The
 * socket connects to the very addresses that were judged: a name that answers otherwise the next
 * time (DNS rebinding) gains nothing.
 */
export function guardedLookup(allowed: AddressList, lookup: Lookup = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const bad = addresses.find(({ address }) => !mayConnect(address, allowed));
      if (bad) return done(new ForbiddenAddressError(refusal(hostname, bad.address)), '');
      const [first] = addresses;
      if (!first) return done(new ForbiddenAddressError(`${hostname} has no address`), '');
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
