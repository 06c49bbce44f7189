// Serves the operator console: its page at every path below /console, and its hashed files, compressed at build time.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { HttpCall, HttpReply, Route } from './routes.ts';

/** Where the build puts the console; the same place seen from src/http and from dist/http. */
const BUILT = new URL('../../dist/console/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
};

/**
 * Scripts come from this server alone and none is made from text. Styles may stand in the page, because
 * antd makes them there. Nothing may frame the page, and it talks to no other host.
 */
export const CONSOLE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The paths of the console's pages; what else stands below /console has routes of its own. */
const PAGES = [
  '/console',
  ...['orders', 'requests', 'callbacks', 'parties', 'people', 'audit'].map(
    (name) => `/console/${name}`,
  ),
  '/console/orders/{platform}/{orderId}',
  '/console/requests/{requestId}',
  '/console/audit/{number}',
  '/console/callbacks/deliveries',
  '/console/callbacks/deliveries/{deliveryId}',
  '/console/callbacks/endpoints/{endpointId}',
  '/console/callbacks/jobs',
  '/console/parties/new',
  '/console/parties/{platform}/{partyId}',
];

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': CONSOLE_CSP,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** A file's name has the hash of its content, so that it may be kept for as long as a cache likes. */
const FILE_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
};

interface Built {
  readonly type: string;
  /** By content coding. */
  readonly bytes: Readonly<Record<'br' | 'gzip' | 'identity', Uint8Array>>;
}

function readBuilt(directory: URL, name: string): Built {
  const read = (suffix: string) => readFileSync(new URL(name + suffix, directory));
  const type = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
  return { type, bytes: { br: read('.br'), gzip: read('.gz'), identity: read('') } };
}

/** The best coding that the caller takes; `q=0` refuses one. */
export function chooseCoding(header: string | string[] | undefined): keyof Built['bytes'] {
  const given = String(header ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase());
  const takes = (coding: string): boolean =>
    given.some((one) => one.split(';')[0]!.trim() === coding && !/;\s*q=0(\.0*)?$/.test(one));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

/** @param built where the built console is; read when it is first asked for, so that no start waits for it */
export function consoleRoutes(built = BUILT): Route[] {
  const assets = new URL('assets/', built);
  const files = new Map<string, Built>();
  let names: ReadonlySet<string> | undefined;

  const serve = (file: Built, call: HttpCall, headers: Record<string, string>): HttpReply => {
    const coding = chooseCoding(call.headers['accept-encoding']);
    return {
      status: 200,
      contentType: file.type,
      body: file.bytes[coding],
      headers: {
        ...headers,
        vary: 'accept-encoding',
        ...(coding !== 'identity' && { 'content-encoding': coding }),
      },
    };
  };
  const kept = (directory: URL, name: string): Built => {
    const file = files.get(name) ?? readBuilt(directory, name);
    files.set(name, file);
    return file;
  };
  const notBuilt = (): HttpReply => ({
    status: 503,
    contentType: 'text/plain; charset=utf-8',
    body: 'The console is not built here. Run "npm ci" in the checkout, and start the server again.\n',
  });
  const page = async (call: HttpCall): Promise<HttpReply> => {
    if (!existsSync(new URL('index.html', built))) return notBuilt();
    return serve(kept(built, 'index.html'), call, PAGE_HEADERS);
  };
  const icon = async (call: HttpCall): Promise<HttpReply> => {
    if (!existsSync(new URL('icon.svg', built))) return notBuilt();
    return serve(kept(built, 'icon.svg'), call, { 'cache-control': 'public, max-age=86400' });
  };
  const asset = async (call: HttpCall): Promise<HttpReply> => {
    const name = call.params.file!;
    names ??= new Set(existsSync(assets) ? readdirSync(assets) : []);
    if (/\.(br|gz)$/.test(name) || !names.has(name)) {
      const body =
        'There is no such file. The console may have been built anew: reload the page.\n';
      return { status: 404, contentType: 'text/plain; charset=utf-8', body };
    }
    return serve(kept(assets, name), call, FILE_HEADERS);
  };
  const get = (path: string, handle: Route['handle'], leniency: Route['leniency'] = 'slashes') =>
    ({ method: 'GET', path, access: 'open', leniency, handle }) as const;
  return [
    get('/console/assets/{file}', asset, 'exact'),
    get('/console/icon.svg', icon, 'exact'),
    ...PAGES.map((path) => get(path, page)),
  ];
}
