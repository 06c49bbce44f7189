// The detective's side of a test: a request of a platform with any signature, and what the search says of it.
import type { Party, PartyKey } from '../src/core/party.ts';
import { type Findings, type Keys, search } from '../src/detective/search.ts';
import { platforms } from '../src/platforms/index.ts';
import type { GatewayRequest, Start } from '../src/protocol/platform.ts';

export const NOW = Date.UTC(2026, 9, 4, 2, 17, 45);

/** What a test's request consists of; the rest is the same for all. */
export interface Sent {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

export const ids = ({ causes }: Findings): string[] => causes.map(({ id }) => id);
export const otherIds = ({ otherwise }: Findings): string[] => otherwise.map(({ id }) => id);

/** Far above what a question may take, so that a busy machine fails no test; digests are counted. */
const PATIENT = { digests: 20_000, cpuMs: 60_000 };

/** Runs the platform's own checks on the request, and the search on what they found. */
export function investigate(
  name: string,
  partyId: string,
  secret: string,
  sent: Sent,
  known: Keys['known'] = [],
  bounds = PATIENT,
): Findings {
  const platform = platforms.find((one) => one.name === name)!;
  const key: PartyKey = { keyId: 'k1', secret, createdAt: 0, expiresAt: null };
  const party: Party = { ...platform.seed.party(partyId, secret, 0), partyId, keys: [key] };
  const headers = Object.fromEntries(
    Object.entries(sent.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value]),
  );
  const request: GatewayRequest = {
    id: 1,
    method: 'POST',
    path: '/',
    params: sent.params ?? {},
    query: sent.query ?? '',
    headers,
    rawHeaders: Object.entries(sent.headers ?? {}).flat(),
    body: Buffer.from(sent.body as string),
    address: '192.0.2.1',
  };
  const start = {
    request,
    now: NOW,
    worldNow: NOW,
    environment: 'sandbox',
    parties: { find: () => party, list: () => [party], admits: () => true, noteUse() {} },
    catalog: { find: () => undefined },
    atEnd() {},
  } as unknown as Start;
  const checked = platform.checks.run(start);
  if (checked instanceof Promise) throw new Error('a check before the signature waits');
  const evidence = platform.evidence!(checked.call as Start);
  if (!evidence) throw new Error(`no evidence: ${JSON.stringify(checked)}`);
  const live = [{ secret, name: { zh: '第一个密钥', en: 'your first key' } }];
  return search(evidence, { live, known }, bounds);
}

export const known = (secret: string, id: Keys['known'][number]['id']): Keys['known'][number] => ({
  secret,
  id,
  name: { zh: '某个密钥', en: 'some key' },
});
