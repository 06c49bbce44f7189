// Limits the request log's size on PostgreSQL: counts bytes per minute, and deletes the oldest
// minutes.
import type { Statement } from './connection.ts';
import type { Pool } from './pool.ts';
import { statements } from './statements.ts';

/**
 * Ids of one minute: see `requestIds`. The migration that creates the table uses the same number.
 */
const BUCKET = 60_000 * 4096;
/** Bytes that are counted in memory before the count is written. */
const UNWRITTEN_BYTES = 1024 * 1024;
/** The fill level after a deletion, so that not every batch needs one. */
const LEFT = 0.95;

const ADD: Statement = {
  name: 'request-bytes-add',
  text: `INSERT INTO request_bytes (bucket, node, bytes) VALUES ($1, $2, $3)
    ON CONFLICT (bucket, node) DO UPDATE SET bytes = request_bytes.bytes + EXCLUDED.bytes`,
};
/** The newest bucket from which the later buckets together exceed $1; null if there is none. */
const CUT: Statement = {
  name: 'request-bytes-cut',
  text: `SELECT max(bucket) FROM (
      SELECT bucket, sum(sum(bytes)) OVER (ORDER BY bucket DESC) AS newer FROM request_bytes GROUP BY bucket
    ) s WHERE newer > $1`,
};
const TOTAL: Statement = {
  name: 'request-bytes-total',
  text: 'SELECT coalesce(sum(bytes), 0)::bigint FROM request_bytes',
};
const FORGET: Statement = {
  name: 'request-bytes-forget',
  text: 'DELETE FROM request_bytes WHERE bucket < $1',
};

export class RequestBytes {
  readonly #pool: Pool;
  readonly #node: string;
  readonly #maxBytes: number;
  #unwritten = 0;

  constructor(pool: Pool, node: string, maxBytes: number) {
    this.#pool = pool;
    this.#node = node;
    this.#maxBytes = maxBytes;
  }

  /** @param lastId an id of the batch that was written */
  async add(bytes: number, lastId: number): Promise<void> {
    this.#unwritten += bytes;
    if (this.#unwritten < UNWRITTEN_BYTES) return;
    const written = this.#unwritten;
    this.#unwritten = 0;
    const bucket = Math.floor(lastId / BUCKET);
    await this.#pool.runOnce(ADD, [bucket, this.#node, written]);
    await this.bound();
  }

  /** Deletes the oldest calls if the limit is exceeded; returns their number. */
  async bound(): Promise<number> {
    const [total] = await this.#pool.run(TOTAL);
    if (Number(total![0]) <= this.#maxBytes) return 0;
    const [cut] = await this.#pool.run(CUT, [Math.floor(this.#maxBytes * LEFT)]);
    return cut![0] === null ? 0 : this.removeBefore((Number(cut![0]) + 1) * BUCKET);
  }

  /** Deletes calls with a smaller id in steps, so that nothing waits long; returns their number. */
  async removeBefore(id: number): Promise<number> {
    let total = 0;
    for (let removed = -1; removed !== 0; total += removed) {
      removed = (await this.#pool.run(statements.pruneRequests, [id])).length;
    }
    await this.#pool.run(FORGET, [Math.floor(id / BUCKET)]);
    return total;
  }
}
