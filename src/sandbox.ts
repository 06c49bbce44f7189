// The messages of a sandbox's start: the next steps, and fixtures that have become too old.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { MINUTE } from './core/clock.ts';
import { orderId } from './core/ledger.ts';
import type { RequestLog, RequestRecord } from './core/request-log.ts';
import type { Workplace } from './workplace.ts';

/**
 * The information for a newcomer's first call and first look at the console.
 *
 * @param url where the server listens
 * @param signInLink a link that signs in at once; null if other machines can reach the server
 */
export function sandboxHints(
  { platforms, parties }: Workplace,
  { dataDirectory, adminToken }: Config,
  url: string,
  signInLink: string | null,
): Record<string, string> {
  const file = join(dataDirectory, 'admin.token');
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  const token = adminToken === undefined ? `$(cat ${quoted})` : '$ORDERGATE_ADMIN_TOKEN';
  // A browser cannot open an address that stands for all addresses.
  const open = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1');
  const first = platforms.flatMap(({ name, sandboxFile }) => {
    // The first party of the fixtures is the one of the first calls; others may have come since.
    const fixtures = readFileSync(sandboxFile, 'utf8');
    const place = (id: string): number => fixtures.indexOf(JSON.stringify(id)) >>> 0;
    const [one] = parties.list(name).toSorted((a, b) => place(a.partyId) - place(b.partyId));
    return one ?? [];
  });
  return {
    ...(signInLink !== null && { console: signInLink }),
    platforms: platforms.map(({ name, title }) => `${name} (${title})`).join(', '),
    parties: first.map(({ platform, partyId }) => `${platform}: ${partyId}`).join(', '),
    adminToken: adminToken === undefined ? file : 'ORDERGATE_ADMIN_TOKEN',
    // The log prints texts as JSON, where a double quote becomes \" and cannot be pasted.
    paste: `curl -s --oauth2-bearer ${token} '${open}/manage/v1/orders?limit=3'`,
    firstCalls:
      'README.md, Start: a signed call of each platform; docs/sandbox.md: which order answers what',
    browser: `${open}/healthz, ${open}/metrics, ${open}/docs`,
    anew: 'npm run ordergate -- reset (from the package: ordergate reset)',
  };
}

/**
 * When a fixture that says `5 minutes ago` is older by this much, it no longer shows most of what
 * it is for.
 */
const AGED_MS = 60 * MINUTE;
const RELATIVE = /^(\w+)MinutesAgo$/;

/**
 * A sentence about the first fixture whose relative time is over an hour old by the sandbox's
 * clock; undefined if there is none.
 */
export async function agedFixtures({ platforms, storage, clock }: Workplace): Promise<string[]> {
  for (const { name, sandboxFile } of platforms) {
    const sections = Object.values(JSON.parse(readFileSync(sandboxFile, 'utf8'))[name] ?? {});
    const rows = (sections as Record<string, unknown>[][]).flat();
    const row = rows.find((one) => Object.keys(one).some((field) => RELATIVE.test(field)));
    const field = row && Object.keys(row).find((key) => RELATIVE.test(key));
    if (!row || !field || typeof row.orderId !== 'string') continue;
    const { order } = await storage.ledger.load(name, orderId(row.orderId));
    if (!order) continue;
    const age = clock.now() - order.createdAt - Number(row[field]) * MINUTE;
    if (age < AGED_MS) continue;
    const text = `the sandbox's fixtures are ${Math.round(age / MINUTE)} minutes old by its clock: ${name} order ${order.orderId} says ${field} ${row[field]}. ordergate reset (POST /manage/v1/sandbox/reset) makes them anew`;
    return [text];
  }
  return [];
}

/** A call as one terminal line: platform, party, method, outcome, detail. */
export function callLine(record: RequestRecord): string {
  const { platform, party, method, outcome, refusedBy, detail } = record;
  const parts = [platform, party ?? '-', method ?? '-', outcome];
  const why = [refusedBy, detail].filter((part) => part !== null).join(': ');
  // Control characters in a caller's text are escaped, so that they cannot reach the terminal.
  return [...parts, ...(why ? [why] : [])]
    .join('  ')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, ' ')
    .slice(0, 500);
}

/** Wraps the request log so that `listener` receives each call. */
export function withListener(
  requests: Pick<RequestLog, 'append'>,
  listener: ((record: RequestRecord) => void) | undefined,
): Pick<RequestLog, 'append'> {
  if (!listener) return requests;
  return {
    append(record) {
      requests.append(record);
      listener(record);
    },
  };
}
