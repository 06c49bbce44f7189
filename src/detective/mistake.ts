// One mistake that a client may have made, as a change to the string that the platform signs.
import type { Text } from '../protocol/contract.ts';
import type { CauseId } from './causes.ts';
import type { Draft, Field, Leaf } from './draft.ts';
import { isGroup } from './draft.ts';

/** In which order mistakes of a pair are applied: each works on what the ones before it have left. */
export const STAGE = {
  key: 0,
  keyText: 1,
  time: 2,
  timeFormat: 3,
  fields: 4,
  values: 5,
  charset: 6,
  encoded: 7,
  body: 8,
  bodyEnds: 9,
  mark: 10,
  bodyForm: 11,
  bodyFormLater: 12,
  order: 13,
  joined: 14,
  keyPlace: 15,
  digest: 16,
} as const;

export interface Mistake {
  readonly id: CauseId;
  /** What exactly was done. */
  readonly detail?: Text;
  readonly stage: number;
  /** 0 is common and 2 is rare: pairs are tried in the order of their sum. Infinity is tried alone only. */
  readonly weight: number;
  /** Two mistakes of one group cannot be made together. */
  readonly group?: string;
  /** Changes the draft. */
  apply?(draft: Draft): void;
  /** Changes the body's bytes; null where nothing would change. Kept by the search, since it is dear. */
  bytes?(bytes: Buffer): Buffer | null;
}

export const ALONE = Number.POSITIVE_INFINITY;

export const detail = (zh: string, en: string): Text => ({ zh, en });

/** The values of a draft that are signed, whatever their form. */
export function leavesOf(draft: Draft): Leaf[] {
  if (!draft.tree) return draft.pieces.filter(({ is }) => is === 'field');
  const { unsigned, fields } = draft.tree;
  const leaves: Leaf[] = [];
  const collect = (all: readonly Field[]): void => {
    for (const field of all) {
      if (isGroup(field)) collect(field.fields);
      else if (!unsigned.includes(field.name)) leaves.push(field);
    }
  };
  collect(fields);
  return leaves;
}

/** Changes each value that is signed. */
export function mapLeaves(draft: Draft, change: (value: string, name: string) => string): void {
  for (const leaf of leavesOf(draft)) leaf.value = change(leaf.value, leaf.name);
}

/** Changes the value of one name. */
export function changeLeaf(draft: Draft, name: string, change: (value: string) => string): void {
  for (const leaf of leavesOf(draft)) if (leaf.name === name) leaf.value = change(leaf.value);
}
