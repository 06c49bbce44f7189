// Who may use a route: everybody, who has the admin token, or this machine itself in a sandbox.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { AddressList } from '../directory/addresses.ts';
import { equalSecrets } from '../protocol/digest.ts';

const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);

/** Headers that proxies add. nginx adds none by itself, but sends its upstream's name and HTTP/1.0. */
const PROXY_HEADERS =
  /^(?:x-forwarded(?:-.*)?|forwarded|via|x-real-ip|x-client-ip|true-client-ip|x-cluster-client-ip|x-original-.*|cf-.*|x-envoy-.*)$/;

export function hasToken(headers: IncomingHttpHeaders, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '');
  return given !== null && equalSecrets(given[1]!, token);
}

/**
 * From this machine itself and through no proxy on it: a loopback peer that asks for a loopback host,
 * so that neither a proxy nor a web page with a name that leads here passes for a person here.
 *
 * @param peer the connection's other end, normalized
 * @param targetHost the host of a target in absolute form: both hosts have to pass
 */
export function isLocal(
  request: IncomingMessage,
  peer: string,
  targetHost: string | undefined,
): boolean {
  const { headers, httpVersionMajor, httpVersionMinor } = request;
  return (
    LOOPBACK.has(peer) &&
    (httpVersionMajor > 1 || httpVersionMinor >= 1) &&
    isLoopbackHost(headers.host) &&
    (targetHost === undefined || isLoopbackHost(targetHost)) &&
    !Object.keys(headers).some((name) => PROXY_HEADERS.test(name))
  );
}

function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d*)?$/i.exec(host ?? '');
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return bare === 'localhost' || (isIP(bare) !== 0 && LOOPBACK.has(bare));
}
