// Decides whether a call comes from this machine itself, which may read a sandbox's metrics without
// a token.
import type { IncomingMessage } from 'node:http';
import { isLoopback, isLoopbackHost } from '../directory/loopback.ts';

/**
 * Headers that proxies add. nginx adds none by default, but sends the upstream's name as Host and
 * HTTP/1.0.
 */
const PROXY_HEADERS =
  /^(?:x-forwarded(?:-.*)?|forwarded|via|x-real-ip|x-client-ip|true-client-ip|x-cluster-client-ip|x-original-.*|cf-.*|x-envoy-.*)$/;

/**
 * Whether the call comes from this machine and through no proxy on it: a loopback peer that names a
 * loopback host. The Host check excludes proxies, and web pages whose name resolves to this
 * machine.
 *
 * @param peer the normalized address of the connection's other end
 * @param targetHost the host of a target in absolute form; both hosts must pass
 */
export function isLocal(
  request: IncomingMessage,
  peer: string,
  targetHost: string | undefined,
): boolean {
  const { headers, httpVersionMajor, httpVersionMinor } = request;
  return (
    isLoopback(peer) &&
    (httpVersionMajor > 1 || httpVersionMinor >= 1) &&
    isLoopbackHost(headers.host) &&
    (targetHost === undefined || isLoopbackHost(targetHost)) &&
    !Object.keys(headers).some((name) => PROXY_HEADERS.test(name))
  );
}
