// The form of a scenario: its steps as a file writes them, and what each may expect.
import { z } from 'zod';
import type { Words } from './words.ts';

const text = z.string().min(1);
/** A part of a document: what is named has to be there, and more may be. */
const part = z.record(z.string(), z.unknown());

/** `take: {name: path}`: later steps write `${name}`. */
const take = z.record(z.string().regex(/^\w+$/, 'has to be a word'), text).optional();
/** A text in one language or in both. */
const texts = z.union([
  text.transform((one) => ({ zh: one, en: one })),
  z.strictObject({ zh: text, en: text }),
]);
const name = texts.optional();

export const STEPS = {
  call: z.strictObject({
    name,
    call: text,
    platform: text,
    as: text,
    with: part.default({}),
    force: text.optional(),
    expect: z
      .strictObject({
        /** A code of the platform, or `success`. */
        code: text.optional(),
        words: text.optional(),
        reply: part.optional(),
        /** That the connection broke, or that what came is no reply of the platform. */
        broken: z.literal(true).optional(),
      })
      .optional(),
    take,
  }),
  advance: z.strictObject({
    name,
    advance: z
      .string()
      .regex(/^\d{1,6} ?(s|min|h|d)$/, 'has to be like "10 s", "100 min", "24 h" or "7 d"'),
  }),
  order: z.strictObject({ name, order: text, expect: part, take }),
  move: z.strictObject({
    name,
    move: text,
    to: text,
    line: text.optional(),
    note: text.optional(),
    expect: part.optional(),
  }),
  listen: z.strictObject({
    name,
    /** `platform/party` whose callbacks are received from now on. */
    listen: text,
    /** The statuses that the receiver answers with, the last of them from then on. */
    answers: z.array(z.int().min(200).max(599)).min(1).default([200]),
  }),
  callbacks: z.strictObject({
    name,
    /** `platform/party`, as a step `listen` has it. */
    callbacks: text,
    /** The order whose callbacks count. Default: those of all orders. */
    about: text.optional(),
    /** All that arrived since the last step of the kind, in order. */
    expect: z.array(part),
    /** Whether one counts that came again after it was taken, as a receiver has to bear at any time. */
    repeats: z.boolean().default(false),
    take,
  }),
  rule: z.strictObject({
    name,
    /** `platform/party` whose calls meet the force. */
    rule: text,
    force: text,
    method: text.optional(),
    calls: z.int().min(1).default(1),
  }),
} as const;

export type Kind = keyof typeof STEPS;
export const KINDS = Object.keys(STEPS) as Kind[];

export type StepOf<K extends Kind> = z.output<(typeof STEPS)[K]>;

export type Step = {
  [K in Kind]: { readonly kind: K; readonly line: number; readonly step: StepOf<K> };
}[Kind];

export interface Scenario {
  /** As messages name it: the file as it was given, or the name of a shipped one. */
  readonly file: string;
  readonly title: Words;
  readonly steps: readonly Step[];
}

/** The document around the steps. */
export const documentSchema = z.strictObject({
  title: texts,
  about: text.optional(),
  steps: z.array(z.unknown()).min(1).max(1000),
});
