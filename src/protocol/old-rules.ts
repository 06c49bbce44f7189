// Finds data that an older version accepted and today's rules would refuse, and says what to do
// about it.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { CatalogEntry } from '../core/catalog.ts';
import type { Instant } from '../core/clock.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import type { KeyProblem } from '../core/party-keys.ts';
import type { Platform } from './platform.ts';

/**
 * A value that was accepted once and would be refused today. It prevents neither a start nor a
 * call.
 */
export interface OldRule {
  /** The field as the management API names it, such as `attributes.customParm` or `url`. */
  readonly field: string;
  /** The problem, and its effect on calls today. The text never contains a secret. */
  readonly problem: string;
  /** The recommended action, as an imperative: `rotate the key with POST …/keys`. */
  readonly remedy: string;
}

/**
 * A platform's checks of its older data; see {@link Platform.oldRules}. Each function returns one
 * {@link OldRule} for each value that today's import or management API would refuse, and never
 * throws. `verify` checks every row. A start checks parties and catalog entries, and once after an
 * upgrade, in the background, every order.
 *
 * Examples: Jintong's `party` finds weak keys, Suning's `catalogEntry` finds a merchant without a
 * vendorCode of eight digits, ytx's `order` finds a customParm that no key belongs to.
 */
export interface OldRules {
  party?(party: Party): readonly OldRule[];
  catalogEntry?(entry: CatalogEntry): readonly OldRule[];
  /** Should take at most 20 µs, because a ledger may hold millions of orders. */
  order?(order: Order): readonly OldRule[];
}

export interface Finding extends OldRule {
  readonly platform: string;
  readonly kind: 'party' | 'catalog entry' | 'order' | 'callback endpoint';
  readonly id: string;
}

export interface OldRulesSources {
  readonly platforms: readonly Platform[];
  readonly parties: {
    list(): readonly Party[];
    keyProblems(party: Party, now: Instant): readonly KeyProblem[];
  };
  readonly now: Instant;
  readonly catalog: { list(): readonly CatalogEntry[] };
  readonly endpoints: readonly CallbackEndpoint[];
  /** Checks addresses of callbacks; otherwise like {@link OldRules}. */
  endpoint(endpoint: CallbackEndpoint): readonly OldRule[];
  /** Checks the addresses in a party's own settings. */
  address?(party: Party): readonly OldRule[];
}

/** Checks data that is small or in memory: parties, catalog entries and callback endpoints. */
export function* findOldRules(sources: OldRulesSources): Generator<Finding> {
  const { platforms, parties, catalog, endpoints } = sources;
  const rulesOf = (name: string) => platforms.find((p) => p.name === name)?.oldRules;
  for (const party of parties.list()) {
    const { platform, partyId: id } = party;
    yield* named({ platform, kind: 'party', id }, rulesOf(platform)?.party?.(party));
    yield* named({ platform, kind: 'party', id }, sources.address?.(party));
    yield* named({ platform, kind: 'party', id }, oldKeys(party, sources));
  }
  for (const entry of catalog.list()) {
    const { platform, kind, key } = entry;
    const subject = { platform, kind: 'catalog entry', id: `${kind}/${key}` } as const;
    yield* named(subject, rulesOf(platform)?.catalogEntry?.(entry));
  }
  for (const endpoint of endpoints) {
    const { platform, endpointId: id } = endpoint;
    yield* named({ platform, kind: 'callback endpoint', id }, sources.endpoint(endpoint));
  }
}

/** Keys that would be refused today. They stay valid until somebody rotates them. */
function oldKeys(party: Party, { parties, now }: OldRulesSources): readonly OldRule[] {
  const path = `POST /manage/v1/parties/${party.platform}/${encodeURIComponent(party.partyId)}/keys`;
  return parties.keyProblems(party, now).map(({ keyId, problem }) =>
    keyId === undefined
      ? {
          field: 'keys',
          problem,
          remedy: `end those that lastUsedAt says are not used any more: DELETE ${path.slice(5)}/{keyId}`,
        }
      : {
          field: `keys.${keyId}`,
          problem: `the key ${problem}`,
          remedy: `make a new key with ${path}, and give it to the party`,
        },
  );
}

/** Orders per page, so that concurrent calls wait at most a few milliseconds. */
const PAGE = 500;

/**
 * Checks every order of the platforms that have a rule for orders. Reads the ledger page by page.
 */
export async function* findOldOrders(
  platforms: readonly Platform[],
  ledger: Ledger,
): AsyncGenerator<Finding> {
  for (const { name: platform, oldRules } of platforms) {
    if (!oldRules?.order) continue;
    let cursor: string | undefined;
    do {
      const page = await ledger.listOrders({ platform, limit: PAGE, ...(cursor && { cursor }) });
      for (const order of page.items) {
        const { orderId: id } = order;
        yield* named({ platform, kind: 'order', id }, oldRules.order(order));
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
}

function* named(
  subject: Pick<Finding, 'platform' | 'kind' | 'id'>,
  found: readonly OldRule[] = [],
): Generator<Finding> {
  for (const rule of found) yield { ...subject, ...rule };
}

/** A finding as one line for a person. */
export function findingText({ platform, kind, id, field, problem, remedy }: Finding): string {
  return `${platform} ${kind} ${id}: ${field}: ${problem}. To do: ${remedy}`;
}
