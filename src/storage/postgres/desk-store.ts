// Notes and assignments of orders on PostgreSQL.
import type { Assignment, DeskStore, OrderNote } from '../../core/desk.ts';
import type { Row, Statement } from './connection.ts';
import type { Pool } from './pool.ts';

const s = {
  addNote: {
    name: 'add-note',
    text: 'INSERT INTO order_notes (platform, order_id, at, actor, note) VALUES ($1, $2, $3, $4, $5) RETURNING id',
  },
  notes: {
    name: 'list-notes',
    text: `SELECT * FROM (SELECT id, platform, order_id, at, actor, note FROM order_notes
      WHERE order_id = $1 AND platform = $2 ORDER BY id DESC LIMIT $3) AS newest ORDER BY id`,
  },
  assign: {
    name: 'assign-order',
    text: `INSERT INTO order_assignees VALUES ($1, $2, $3, $4, $5) ON CONFLICT (platform, order_id)
      DO UPDATE SET assignee = excluded.assignee, at = excluded.at, actor = excluded.actor RETURNING 1`,
  },
  unassign: {
    name: 'unassign-order',
    text: 'DELETE FROM order_assignees WHERE platform = $1 AND order_id = $2 RETURNING 1',
  },
  assignment: {
    name: 'order-assignment',
    text: 'SELECT platform, order_id, assignee, at, actor FROM order_assignees WHERE platform = $1 AND order_id = $2',
  },
  assigned: {
    name: 'list-assigned',
    text: `SELECT platform, order_id, assignee, at, actor FROM order_assignees WHERE assignee = $1
      ORDER BY at DESC, order_id LIMIT $2`,
  },
} satisfies Record<string, Statement>;

const toNote = ([noteId, platform, orderId, at, actor, note]: Row): OrderNote =>
  ({ noteId: Number(noteId), platform, orderId, at: Number(at), actor, note }) as OrderNote;
const toAssignment = ([platform, orderId, assignee, at, actor]: Row): Assignment =>
  ({ platform, orderId, assignee, at: Number(at), actor }) as Assignment;

export function deskStore(pool: Pool): DeskStore {
  return {
    async addNote({ platform, orderId, at, actor, note }) {
      const [added] = await pool.runOnce(s.addNote, [platform, orderId, at, actor, note]);
      return Number(added![0]);
    },
    async listNotes({ platform, orderId }, limit) {
      return (await pool.run(s.notes, [orderId, platform, limit])).map(toNote);
    },
    async assign({ platform, orderId, assignee, at, actor }) {
      await pool.change(s.assign, [platform, orderId, assignee, at, actor]);
    },
    async unassign({ platform, orderId }) {
      return (await pool.change(s.unassign, [platform, orderId])).length === 1;
    },
    async findAssignment({ platform, orderId }) {
      const [row] = await pool.run(s.assignment, [platform, orderId]);
      return row ? toAssignment(row) : null;
    },
    async listAssigned(assignee, limit) {
      return (await pool.run(s.assigned, [assignee, limit])).map(toAssignment);
    },
  };
}
