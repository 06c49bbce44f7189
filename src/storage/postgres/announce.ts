// Tells all nodes that data which they hold in memory has changed.
import type { Pool } from './pool.ts';
import { statements } from './statements.ts';

/** The topics that a statement of each pool is about to announce. */
const due = new WeakMap<Pool, Set<string>>();

/**
 * Nobody waits for the announcement: a node that misses it compares the versions within a second.
 * Changes of one topic that arrive while an announcement is under way share the next one.
 */
export function announce(pool: Pool, topic: string): void {
  const topics = due.get(pool);
  if (topics) return void topics.add(topic);
  const first = new Set([topic]);
  due.set(pool, first);
  void announceAll(pool, first);
}

async function announceAll(pool: Pool, topics: Set<string>): Promise<void> {
  while (topics.size > 0) {
    const asked = [...topics];
    topics.clear();
    await pool.run(statements.announce, [asked]).catch(() => {});
  }
  due.delete(pool);
}
