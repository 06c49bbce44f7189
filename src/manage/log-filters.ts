// Filters of the request log, the catalog and deliveries that name nothing: refused with what there is.
import type { CallbackManagement } from '../core/callback-management.ts';
import type { Platform } from '../protocol/platform.ts';
import { type AskWithout, refused } from './filters.ts';

/** What a filter may name on the platforms that are asked. */
function knownOf(
  platforms: readonly Platform[],
  platformName: string | undefined,
  names: (platform: Platform) => readonly string[],
): string[] {
  return platforms
    .filter(({ name }) => platformName === undefined || name === platformName)
    .flatMap(names);
}

/**
 * For a list of calls that came out empty: whether the filter `method` names a method of a contract, or
 * at least one that some caller has named.
 * @throws {ManageError} 400
 */
export async function checkMethodFilter(
  platforms: readonly Platform[],
  platformName: string | undefined,
  method: string | undefined,
  without: AskWithout,
): Promise<void> {
  if (method === undefined) return;
  const known = knownOf(platforms, platformName, ({ contract, endpointLogs }) => [
    ...Object.keys(contract.methods),
    ...(endpointLogs?.methods ?? []),
  ]);
  if (known.includes(method) || (await mayHave(without))) return;
  throw refused('method', `no method "${method}", and no call that names it`, known, known.length);
}

/** What the log says of a call that HTTP refused before a platform saw it. */
const HTTP_OUTCOME = /^HTTP [45]\d\d$/;

/**
 * For a list of calls that came out empty: whether the filter `outcome` names a code of a contract, or at
 * least one that was answered.
 * @throws {ManageError} 400
 */
export async function checkOutcomeFilter(
  platforms: readonly Platform[],
  platformName: string | undefined,
  outcome: string | undefined,
  without: AskWithout,
): Promise<void> {
  if (outcome === undefined || HTTP_OUTCOME.test(outcome)) return;
  const codes = knownOf(platforms, platformName, ({ contract, successCode, endpointLogs }) => [
    successCode,
    ...Object.keys(contract.codes),
    ...(endpointLogs?.outcomes ?? []),
  ]);
  // Some codes end in a field's name or a status, for which the contract's table has a sign.
  const isKnown = codes.some(
    (code) => code === outcome || (/:[*?]$/.test(code) && outcome.startsWith(code.slice(0, -1))),
  );
  if (isKnown || (await mayHave(without))) return;
  const known = [...codes, 'HTTP 404 and the like'];
  const shown = platformName === undefined ? undefined : known.length;
  throw refused('outcome', `no code "${outcome}"`, known, shown);
}

/** @throws {ManageError} 400 where no entry has the kind, and no platform that is asked takes it */
export function checkKindFilter(
  platforms: readonly Platform[],
  platformName: string | undefined,
  kind: string | undefined,
): void {
  if (kind === undefined) return;
  const known = knownOf(platforms, platformName, ({ catalogKinds }) => catalogKinds ?? []);
  if (!known.includes(kind)) throw refused('kind', `no kind "${kind}"`, known);
}

/**
 * For a list of deliveries that came out empty: whether there is the endpoint. One that was deleted is
 * known while it has deliveries.
 * @throws {ManageError} 400
 */
export async function checkEndpointFilter(
  callbacks: CallbackManagement,
  endpointId: string | undefined,
): Promise<void> {
  if (endpointId === undefined || (await callbacks.findEndpoint(endpointId))) return;
  const { items } = await callbacks.listDeliveries({ endpointId, limit: 1 });
  if (items.length > 0) return;
  const known = (await callbacks.listEndpoints({})).map((one) => one.endpointId);
  throw refused('endpointId', `no endpoint "${endpointId}"`, known);
}

/**
 * Whether a list without the other filters has anything. One question searches a part of the log:
 * where there is more of it, the caller goes on with `nextCursor`, and is not told that there is nothing.
 */
async function mayHave(without: AskWithout): Promise<boolean> {
  const { items, nextCursor = null } = await without();
  return items.length > 0 || nextCursor !== null;
}
