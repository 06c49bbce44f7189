// Address lists (single addresses and CIDR ranges, IPv4 and IPv6), and the caller's address behind
// proxies.

import { BlockList, isIP } from 'node:net';
import type { Caller } from '../protocol/gateway-request.ts';
import { shown } from '../protocol/redact.ts';

/** Reduces an IPv4-mapped IPv6 address to its IPv4 address, and removes a zone id. */
export function normalizeAddress(address: string): string {
  const bare = address.split('%', 1)[0]!;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare);
  return mapped ? mapped[1]! : bare;
}

export class AddressList {
  readonly #list = new BlockList();
  /** The entries as given, from which another thread can build an equal list. */
  readonly entries: readonly string[];
  readonly isEmpty: boolean;

  /** @throws {RangeError} names the entry that is neither an address nor a range */
  constructor(entries: readonly string[]) {
    this.entries = entries;
    this.isEmpty = entries.length === 0;
    for (const entry of entries) {
      const [address = '', prefix, ...rest] = entry.split('/');
      const family = isIP(address);
      const bits = family === 4 ? 32 : 128;
      const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
      if (family === 0 || rest.length > 0 || length < 0 || length > bits) {
        throw new RangeError(
          `"${entry}" is neither an IP address nor a CIDR range (like 10.0.0.0/8)`,
        );
      }
      this.#list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  /** Whether the list contains `address` (normalized). An empty list contains nothing. */
  has(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** Accepts an array, or one comma-separated string (ytx: 多个ip使用英文,号分隔). */
export function splitAddresses(value: string | readonly string[]): string[] {
  const entries = typeof value === 'string' ? value.split(',') : value;
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/**
 * Stands for a caller with an unreadable address. No list contains it; an empty list checks
 * nothing.
 */
export const NOBODY = 'unknown';

/**
 * Determines the caller. `X-Forwarded-For` counts only if the connection comes from a configured
 * proxy; the caller is then the last hop that is not a configured proxy. If a hop that a proxy
 * vouches for is unreadable, the caller is `NOBODY`: taking the proxy's own address would admit
 * everybody to a list that contains the proxy.
 *
 * @param forwardedFor several header lines are joined with commas
 */
export function readCaller(
  peer: string,
  forwardedFor: string | undefined,
  proxies: AddressList,
): Caller {
  let address = normalizeAddress(peer);
  if (forwardedFor === undefined || !proxies.has(address)) return { address, countedAs: address };
  const hops = forwardedFor.split(',');
  for (let i = hops.length - 1; i >= 0; i--) {
    const text = hops[i]!.trim();
    // Empty elements are ignored (settled.md, ALL11), but an empty last element is unreadable.
    if (text === '' && i < hops.length - 1) continue;
    const hop = readHop(text);
    if (hop === null) {
      const note = `X-Forwarded-For has "${shown(text)}" where the caller's address belongs`;
      return { address: NOBODY, countedAs: address, note };
    }
    address = hop;
    if (!proxies.has(address)) break;
  }
  return { address, countedAs: address };
}

/** The largest number that TCP has for a port. */
const MAX_PORT = 65_535;

/**
 * Reads `address`, `ip:port` or `[ip]:port`, with or without quotes; returns null for anything
 * else, such as a port that TCP does not have.
 */
function readHop(text: string): string | null {
  const bare = text.replace(/^"([^"]*)"$/, '$1').trim();
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(bare);
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(bare);
  if (Number(bracketed?.[2] ?? withPort?.[2] ?? 0) > MAX_PORT) return null;
  const address = normalizeAddress(bracketed?.[1] ?? withPort?.[1] ?? bare);
  return isIP(address) === 0 ? null : address;
}
