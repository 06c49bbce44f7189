// Address lists: single addresses and CIDR ranges, IPv4 and IPv6, and who is behind a proxy.

import { BlockList, isIP } from 'node:net';
import type { Caller } from '../protocol/gateway-request.ts';
import { shown } from '../protocol/redact.ts';

/** An IPv4-mapped IPv6 address is the IPv4 address; a zone id says nothing about who calls. */
export function normalizeAddress(address: string): string {
  const bare = address.split('%', 1)[0]!;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare);
  return mapped ? mapped[1]! : bare;
}

export class AddressList {
  readonly #list = new BlockList();
  /** As it was given, to make the like of it on another thread. */
  readonly entries: readonly string[];
  readonly isEmpty: boolean;

  /** @throws {RangeError} that names the entry which is neither an address nor a range. */
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

  /** Whether `address` (normalized) is in the list. An empty list holds nothing. */
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

/** Stands for a caller whose address could not be read. No list holds it; an empty list checks nothing. */
export const NOBODY = 'unknown';

/**
 * Who calls. `X-Forwarded-For` counts only when the connection comes from a configured proxy; then
 * the last hop that is not itself one of them is the caller. A hop that a proxy vouches for and that
 * cannot be read is nobody's address: to take the proxy's own would let everybody in where a list
 * names the proxy.
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
    // Empty elements are understood (settled.md, ALL11), but an empty last one cannot be read.
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

/** `address`, `ip:port`, `[ip]:port`, each with or without quotes; null for anything else. */
function readHop(text: string): string | null {
  const bare = text.replace(/^"([^"]*)"$/, '$1').trim();
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare);
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(bare);
  const address = normalizeAddress(bracketed?.[1] ?? withPort?.[1] ?? bare);
  return isIP(address) === 0 ? null : address;
}
