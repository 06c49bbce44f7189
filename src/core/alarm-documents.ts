// The port to storage for alarms: small documents with a version, so that of two nodes that change one, one wins.
import type { Instant } from './clock.ts';
import type { JsonObject } from './order.ts';

/**
 * - `rule`: what is watched, and from which value on
 * - `channel`: where messages are sent, with its secrets sealed
 * - `alarm`: one time that a rule was over its threshold, with what happened since
 * - `lease`: which node evaluates the rules now
 */
export type AlarmDocumentKind = 'rule' | 'channel' | 'alarm' | 'lease';

export interface AlarmDocument {
  readonly kind: AlarmDocumentKind;
  readonly id: string;
  /** 1 for a new document, and one more with each change. */
  readonly version: number;
  /** When it was made; lists are sorted by it. */
  readonly at: Instant;
  readonly document: JsonObject;
}

export interface AlarmDocuments {
  /** Newest first. @param before only those made earlier */
  list(kind: AlarmDocumentKind, limit: number, before?: Instant): Promise<readonly AlarmDocument[]>;
  find(kind: AlarmDocumentKind, id: string): Promise<AlarmDocument | null>;
  /**
   * Version 1 creates a document; a higher one replaces the version before it. False if somebody
   * else was faster.
   */
  save(document: AlarmDocument): Promise<boolean>;
  remove(kind: AlarmDocumentKind, id: string): Promise<boolean>;
  /** Deletes older alarms; returns their number. */
  prune(before: Instant): Promise<number>;
}
