// Recognises names and addresses of this machine.
import { isIP } from 'node:net';
import { AddressList } from './addresses.ts';

let list: AddressList | undefined;

/**
 * Whether an address (normalized) is one of this machine. The list is made at the first question:
 * Node compiles its pattern of IPv6 for it, a tenth of the time that `ordergate --help` takes.
 */
export function isLoopback(address: string): boolean {
  list ??= new AddressList(['127.0.0.0/8', '::1']);
  return list.has(address);
}

/** @param host a Host header: a name or an address, with or without a port */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d*)?$/i.exec(host ?? '');
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return bare === 'localhost' || (isIP(bare) !== 0 && isLoopback(bare));
}
