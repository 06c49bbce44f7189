// What operators keep beside orders, for each other: notes, and who looks after an order.
import type { Instant } from './clock.ts';

/** An order's name over all platforms. */
export interface OrderName {
  readonly platform: string;
  readonly orderId: string;
}

export interface OrderNote extends OrderName {
  /** Grows with each note. */
  readonly noteId: number;
  readonly at: Instant;
  /** The name of the account or the token that wrote it. */
  readonly actor: string;
  readonly note: string;
}

export interface Assignment extends OrderName {
  /** The name of the account that looks after the order. */
  readonly assignee: string;
  readonly at: Instant;
  /** Who assigned it. */
  readonly actor: string;
}

/** No platform and no party sees what is kept here, and no callback tells of it. */
export interface DeskStore {
  /** Resolves to the note's id when the note is durable. Notes are never changed. */
  addNote(note: Omit<OrderNote, 'noteId'>): Promise<number>;
  /** The newest notes of an order, oldest first. `limit`: 1 to 1000. */
  listNotes(order: OrderName, limit: number): Promise<OrderNote[]>;
  /** Replaces the order's assignment. */
  assign(assignment: Assignment): Promise<void>;
  /** Resolves to false if nobody looked after the order. */
  unassign(order: OrderName): Promise<boolean>;
  findAssignment(order: OrderName): Promise<Assignment | null>;
  /** The orders that somebody looks after, the newest assignment first. `limit`: 1 to 1000. */
  listAssigned(assignee: string, limit: number): Promise<Assignment[]>;
}
