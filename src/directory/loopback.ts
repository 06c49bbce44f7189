// Recognises names and addresses of this machine.
import { isIPv4 } from 'node:net';
import { AddressList } from './addresses.ts';

let list: AddressList | undefined;

/**
 * Whether an address (normalized) is one of this machine. Node compiles a long pattern when it first
 * judges an IPv6 address, a tenth of the time that `ordergate --help` takes and 2 % of a start, so no
 * address without a colon is judged by it.
 */
export function isLoopback(address: string): boolean {
  if (!address.includes(':')) return isIPv4(address) && address.startsWith('127.');
  list ??= new AddressList(['::1']);
  return list.has(address);
}

/** @param host a Host header: a name or an address, with or without a port */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d*)?$/i.exec(host ?? '');
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return bare === 'localhost' || isLoopback(bare);
}
