// Whether a call comes from this machine itself, which a sandbox trusts with its metrics.
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost, LOOPBACK } from '../directory/loopback.ts';

/** Headers that proxies add. nginx adds none by itself, but sends its upstream's name and HTTP/1.0. */
const PROXY_HEADERS =
  /^(?:x-forwarded(?:-.*)?|forwarded|via|x-real-ip|x-client-ip|true-client-ip|x-cluster-client-ip|x-original-.*|cf-.*|x-envoy-.*)$/;

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
