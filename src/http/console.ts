// Serves the operator console: one page for every path below /console, and its hashed files,
// compressed at build time.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { HttpCall, HttpReply, Route } from './routes.ts';

/** The output directory of the build, equal when seen from src/http and from dist/http. */
const BUILT = new URL('../../dist/console/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
};

/**
 * Scripts come only from this server, and none is created from text. Inline styles are allowed,
 * because antd creates them. No page may frame the console, and the console contacts no other host.
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

/** The paths of the console's pages. Other paths below /console have routes of their own. */
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

/** A file's name contains the hash of its content, so that caches may keep it for ever. */
const FILE_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
};

interface Built {
  readonly type: string;
  /** Keyed by content coding. */
  readonly bytes: Readonly<Record<'br' | 'gzip' | 'identity', Uint8Array>>;
}

function readBuilt(directory: URL, name: string): Built {
  const read = (suffix: string) => readFileSync(new URL(name + suffix, directory));
  const type = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
  return { type, bytes: { br: read('.br'), gzip: read('.gz'), identity: read('') } };
}

/** The best coding that the caller accepts; `q=0` excludes one. */
export function chooseCoding(header: string | string[] | undefined): keyof Built['bytes'] {
  const given = String(header ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase());
  const takes = (coding: string): boolean =>
    given.some((one) => one.split(';')[0]!.trim() === coding && !/;\s*q=0(\.0*)?$/.test(one));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

/**
 * @param built the directory of the built console, which is read at the first request, so that the
 * start does not wait
 */
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
  /** The console itself says that there is no such page, in the reader's language. */
  const noSuchPage = async (call: HttpCall): Promise<HttpReply> => {
    const reply = await page(call);
    return reply.status === 200 ? { ...reply, status: 404 } : reply;
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
    get('/console/{page}', noSuchPage),
  ];
}
