// Notes and assignments of orders on SQLite.
import type { Assignment, DeskStore, OrderNote } from '../../core/desk.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const NOTE = 'id AS noteId, platform, order_id AS orderId, at, actor, note';
const ASSIGNMENT = 'platform, order_id AS orderId, assignee, at, actor';

export function deskStore(reader: Reader, writer: Writer): DeskStore {
  const notes = query<OrderNote>(
    reader.db,
    `SELECT * FROM (SELECT ${NOTE} FROM order_notes WHERE order_id = ? AND platform = ?
       ORDER BY id DESC LIMIT ?) ORDER BY noteId`,
  );
  const assignment = query<Assignment>(
    reader.db,
    `SELECT ${ASSIGNMENT} FROM order_assignees WHERE platform = ? AND order_id = ?`,
  );
  const assigned = query<Assignment>(
    reader.db,
    `SELECT ${ASSIGNMENT} FROM order_assignees WHERE assignee = ? ORDER BY at DESC, order_id LIMIT ?`,
  );
  const add = writer.db.prepare(
    'INSERT INTO order_notes (platform, order_id, at, actor, note) VALUES (?, ?, ?, ?, ?)',
  );
  const assign = writer.db.prepare(
    `INSERT INTO order_assignees VALUES (?, ?, ?, ?, ?) ON CONFLICT (platform, order_id)
       DO UPDATE SET assignee = excluded.assignee, at = excluded.at, actor = excluded.actor`,
  );
  const unassign = writer.db.prepare(
    'DELETE FROM order_assignees WHERE platform = ? AND order_id = ?',
  );
  const plain = <T extends object>(rows: readonly T[]): T[] => rows.map((row) => ({ ...row }));
  return {
    addNote: ({ platform, orderId, at, actor, note }) =>
      writer.run(() => Number(add.run(platform, orderId, at, actor, note).lastInsertRowid)),
    async listNotes({ platform, orderId }, limit) {
      return plain(await reader.read(() => notes.all(orderId, platform, limit)));
    },
    async assign({ platform, orderId, assignee, at, actor }) {
      await writer.run(() => {
        assign.run(platform, orderId, assignee, at, actor);
      });
    },
    unassign: ({ platform, orderId }) =>
      writer.run(() => unassign.run(platform, orderId).changes === 1),
    async findAssignment({ platform, orderId }) {
      const row = await reader.read(() => assignment.get(platform, orderId));
      return row ? { ...row } : null;
    },
    async listAssigned(assignee, limit) {
      return plain(await reader.read(() => assigned.all(assignee, limit)));
    },
  };
}
