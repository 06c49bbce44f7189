// What callbacks are held to after a test has been hard on the servers: all that happened was told, in order.
import assert from 'node:assert/strict';
import type { Received } from './receiver.ts';

/** An order among those of all platforms. */
export const orderKey = (platform: string, orderId: string): string => `${platform} ${orderId}`;

/**
 * Checks that each change has arrived, an order's in their order, and nothing else.
 *
 * @param changes the versions that have to arrive, by order as {@link orderKey} names it
 * @returns how many posts there were beyond one a change
 */
export function checkCallbacks(
  received: readonly Received[],
  changes: ReadonlyMap<string, readonly number[]>,
): number {
  const ids = new Set<unknown>();
  const byOrder = Map.groupBy(received, ({ json: { data } }) =>
    orderKey(data.platform, data.orderId),
  );
  for (const [order, messages] of byOrder) {
    const versions = messages.map(({ json }) => Number(json.data.version));
    // Also one that comes twice comes before the next of its order.
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => a - b),
      order,
    );
    assert.deepEqual([...new Set(versions)], changes.get(order), order);
    for (const { headers } of messages) ids.add(headers['webhook-id']);
  }
  assert.deepEqual(
    [...changes.keys()].filter((order) => !byOrder.has(order)),
    [],
    'lost',
  );
  const count = [...changes.values()].reduce((sum, all) => sum + all.length, 0);
  assert.equal(ids.size, count, 'one id a change');
  return received.length - count;
}
