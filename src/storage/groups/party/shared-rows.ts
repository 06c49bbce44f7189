// Kept replies and counts of limits: their keys do not name the party, so the new group gets all of the
// old one that still count. A row that no call asks for ends with its time.
import type { Connection } from '../../postgres/connection.ts';
import { pagesOf, readRows, writeRows } from './rows.ts';

// A party that comes back to a group may find rows of its earlier time there: the newer of two rows counts.
const NEWER_REPLY = `(key) DO UPDATE SET reply = excluded.reply, fingerprint = excluded.fingerprint,
  expires_at = excluded.expires_at, kept_at = excluded.kept_at WHERE kept_replies.kept_at < excluded.kept_at`;
const NEWER_COUNT = `(key) DO UPDATE SET ends_at = excluded.ends_at, count = excluded.count
  WHERE (limit_counts.ends_at, limit_counts.count) < (excluded.ends_at, excluded.count)`;

/** More than the clocks of nodes differ, by which replies are kept. */
const MARGIN_MS = 60_000;

/**
 * In the caller's transaction of the old side.
 *
 * @param since what an earlier copy returned
 * @returns when the newest reply was kept that the copy may hold
 */
export async function copyReplies(old: Connection, target: Connection, since = 0): Promise<number> {
  const [row] = await old.runText('SELECT coalesce(max(kept_at), 0) FROM kept_replies');
  const query = `SELECT to_jsonb(t) FROM kept_replies t WHERE t.kept_at >= ${since - MARGIN_MS}`;
  for await (const page of pagesOf(old, query))
    await writeRows(target, 'kept_replies', page, NEWER_REPLY);
  return Number(row![0]);
}

/** Windows and pauses change with each call, and there are few. Nodes lock their keys in this sequence, too. */
export async function copyLimits(old: Connection, target: Connection): Promise<void> {
  const query = 'SELECT to_jsonb(t) FROM limit_counts t ORDER BY key';
  await writeRows(target, 'limit_counts', await readRows(old, query), NEWER_COUNT);
}
