// Decides which addresses a callback may connect to. The decision is made at the connection.
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { AddressList } from '../directory/addresses.ts';

/**
 * IPv4 addresses outside the public Internet: the special-purpose registry (RFC 6890 and later),
 * multicast, reserved.
 */
const FORBIDDEN_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's own services, reachable from each of its machines
  ['169.254.0.0', 16], // link-local, including the metadata services of clouds
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

/** Forbidden ranges in 2000::/3. All IPv6 addresses outside 2000::/3 are forbidden, too. */
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

/** Thrown if a callback may not connect to the address; the attempt then fails. */
export class ForbiddenAddressError extends Error {
  readonly code = 'ERR_FORBIDDEN_ADDRESS';
  override readonly name = 'ForbiddenAddressError';
}

/** The eight groups of an IPv6 address. */
function groups(address: string): number[] {
  // The URL parser reads every spelling, including a dotted tail and `::`.
  const hostname = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = hostname.split('::') as [string, string | undefined];
  const read = (text: string | undefined): number[] =>
    text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const [first, last] = [read(head), read(tail)];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...new Array<number>(gap).fill(0), ...last];
}

/** The IPv4 address that an IPv6 address leads to: IPv4-mapped, and NAT64's well-known prefix. */
function embeddedV4(address: string): string | null {
  const g = groups(address);
  const zeros = (from: number, to: number): boolean => g.slice(from, to).every((n) => n === 0);
  const mapped = zeros(0, 5) && g[5] === 0xffff;
  const nat64 = g[0] === 0x64 && g[1] === 0xff9b && zeros(2, 6);
  if (!mapped && !nat64) return null;
  return [g[6]! >> 8, g[6]! & 255, g[7]! >> 8, g[7]! & 255].join('.');
}

/**
 * Whether a callback may connect to an IP address.
 * @param allowed addresses that the operator allows in addition to public ones
 */
export function mayConnect(address: string, allowed: AddressList): boolean {
  // A scope (fe80::1%eth0) names a link; no public address has one.
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return allowed.has(address) || !forbidden.check(address, 'ipv4');
  const v4 = embeddedV4(address);
  if (v4 !== null) return mayConnect(v4, allowed);
  if (allowed.has(address)) return true;
  return globalV6.check(address, 'ipv6') && !forbidden.check(address, 'ipv6');
}

/** Lower ports belong to other services (SMTP, SSH, LDAP), which callbacks must not reach. */
const FIRST_FREE_PORT = 1024;
const WEB_PORTS = ['', '80', '443'];

/** Whether the URL has a port that only addresses of ORDERGATE_CALLBACK_ALLOW may have. */
export const isSystemPort = ({ port }: Pick<URL, 'port'>): boolean =>
  !WEB_PORTS.includes(port) && Number(port) < FIRST_FREE_PORT;

/**
 * The problem with a URL, in words for the person who sets it; null if it has none. The function
 * does not look the name up, because the name's address may change until the post.
 *
 * @param allowed addresses that the operator allows in addition to public ones
 */
export function urlProblem(text: string, allowed: AddressList): string | null {
  const url = URL.parse(text);
  if (url === null) return 'has to be a URL like https://shop.example/callbacks';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'has to be http or https';
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password';
  if (url.hash !== '' || text.includes('#')) return 'must not have a fragment';
  const { hostname } = url;
  const literal = literalAddress(url);
  const isSystem = isSystemPort(url);
  if (literal !== null) {
    if (!mayConnect(literal, allowed)) return refusal(hostname, literal);
    return isSystem && !isAllowed(literal, allowed) ? portProblem(url.port) : null;
  }
  if (!isName(hostname))
    return `has no host name that can be looked up: "${hostname.slice(0, 80)}"`;
  if (isThisMachine(hostname) && !LOOPBACK.some((address) => allowed.has(address))) {
    return refusal(hostname, LOOPBACK[0]!);
  }
  // The name may have an allowed address, unless no address is allowed.
  return isSystem && allowed.isEmpty ? portProblem(url.port) : null;
}

/** The IP address in a URL. The URL parser has already converted decimal, octal and hex forms. */
function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

const LOOPBACK = ['127.0.0.1', '::1'];
/** RFC 6761, and the names that Linux distributions write into /etc/hosts. */
const THIS_MACHINE =
  /^(?:(?:.+\.)?localhost|localhost\.localdomain|localhost6(?:\.localdomain6)?|ip6-(?:localhost|loopback))\.?$/;

/**
 * Whether a host name means the machine that resolves it.
 * @param hostname in the URL parser's spelling
 */
export const isThisMachine = (hostname: string): boolean => THIS_MACHINE.test(hostname);

/**
 * RFC 1035, 2.3.4: labels of 1 to 63 octets, 253 characters in all, and an optional dot at the end.
 */
function isName(hostname: string): boolean {
  const bare = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return bare.length <= 253 && bare.split('.').every(({ length }) => length > 0 && length <= 63);
}

/** Whether the operator's list contains the address, or the IPv4 address embedded in it. */
function isAllowed(address: string, allowed: AddressList): boolean {
  if (allowed.has(address)) return true;
  const v4 = isIP(address) === 6 ? embeddedV4(address) : null;
  return v4 !== null && allowed.has(v4);
}

function refusal(hostname: string, address: string): string {
  const named = hostname === address ? address : `${hostname} is ${address}, which`;
  return `${named} is not a public address; ORDERGATE_CALLBACK_ALLOW can allow it`;
}

const portProblem = (port: string): string =>
  `port ${port} is another service's: a callback goes to port 80, 443, or one from ${FIRST_FREE_PORT} on; ORDERGATE_CALLBACK_ALLOW can allow the address`;

/** Resolves a name to all its addresses, like `dns.lookup` with `all`. */
export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A look-up for sockets. It refuses a name unless every address of the name is permitted. The
 * socket connects to exactly the judged addresses, so that a name which later resolves differently
 * (DNS rebinding) gains nothing. For names of this machine only the allowed addresses are used:
 * `localhost` has ::1 and 127.0.0.1, and a list may allow just one.
 *
 * @param systemPort a port that only an address of `allowed` may use
 */
export function guardedLookup(
  allowed: AddressList,
  lookup: Lookup = systemLookup,
  systemPort: string | null = null,
): LookupFunction {
  const mayGo = (address: string): boolean =>
    mayConnect(address, allowed) && (systemPort === null || isAllowed(address, allowed));
  return (hostname, options, done) => {
    lookup(hostname, { all: true }, (error, found) => {
      if (error) return done(error, '');
      const good = found.filter(({ address }) => mayGo(address));
      const addresses = isThisMachine(hostname.toLowerCase()) && good.length > 0 ? good : found;
      const bad = addresses.find(({ address }) => !mayGo(address));
      if (bad) {
        const isInside = !mayConnect(bad.address, allowed);
        const problem = isInside ? refusal(hostname, bad.address) : portProblem(systemPort!);
        return done(new ForbiddenAddressError(problem), '');
      }
      const [first] = addresses;
      if (!first) return done(new ForbiddenAddressError(`${hostname} has no address`), '');
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
