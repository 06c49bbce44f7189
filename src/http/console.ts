// Serves the operator console: one page for every path below /console, and its hashed files,
// compressed at build time.
import { builtFiles } from './built-files.ts';
import type { HttpCall, HttpReply, Route } from './routes.ts';

/** The output directory of the build, equal when seen from src/http and from dist/http. */
const BUILT = new URL('../../dist/console/', import.meta.url);

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
  ...[
    'orders',
    'requests',
    'callbacks',
    'parties',
    'people',
    'audit',
    'approvals',
    'sandbox',
    'alarms',
  ].map((name) => `/console/${name}`),
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

/**
 * @param built the directory of the built console, which is read at the first request, so that the
 * start does not wait
 */
export function consoleRoutes(built = BUILT): Route[] {
  const files = builtFiles(built);
  const assets = builtFiles(new URL('assets/', built));

  const notBuilt = (): HttpReply => ({
    status: 503,
    contentType: 'text/plain; charset=utf-8',
    body: 'The console is not built here. Run "npm ci" in the checkout, and start the server again.\n',
  });
  const page = async (call: HttpCall): Promise<HttpReply> => {
    return files.has('index.html') ? files.serve('index.html', call, PAGE_HEADERS) : notBuilt();
  };
  /** The console itself says that there is no such page, in the reader's language. */
  const noSuchPage = async (call: HttpCall): Promise<HttpReply> => {
    const reply = await page(call);
    return reply.status === 200 ? { ...reply, status: 404 } : reply;
  };
  const icon = async (call: HttpCall): Promise<HttpReply> => {
    if (!files.has('icon.svg')) return notBuilt();
    return files.serve('icon.svg', call, { 'cache-control': 'public, max-age=86400' });
  };
  const asset = async (call: HttpCall): Promise<HttpReply> => assets.asset(call);
  const get = (path: string, handle: Route['handle'], leniency: Route['leniency'] = 'slashes') =>
    ({ method: 'GET', path, access: 'open', leniency, handle }) as const;
  return [
    get('/console/assets/{file}', asset, 'exact'),
    get('/console/icon.svg', icon, 'exact'),
    ...PAGES.map((path) => get(path, page)),
    get('/console/{page}', noSuchPage),
  ];
}
