// Recognises names and addresses of this machine.
import { isIP } from 'node:net';
import { AddressList } from './addresses.ts';

export const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);

/** @param host a Host header: a name or an address, with or without a port */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d*)?$/i.exec(host ?? '');
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return bare === 'localhost' || (isIP(bare) !== 0 && LOOPBACK.has(bare));
}
