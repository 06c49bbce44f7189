// Field schemas that the import files of several platforms share: money, times, keys, addresses,
// notes.
import { z } from 'zod';
import { parseYuan } from '../core/money.ts';
import { parseShanghai } from './shanghai-time.ts';

/** A remark for readers of the file, which is not stored. */
export const noteField = z.string().optional();

/** A party's key. */
export const secretField = z.string().min(16, 'has to be at least 16 characters');

/** Addresses and CIDR ranges as a list, or as one comma-separated text. */
export const addressesField = z.union([z.string(), z.array(z.string())]).default([]);

/**
 * An amount in yuan, read as integer fen.
 * @param example an example for the error message, such as `2.94`
 */
export const yuanField = (example: string) =>
  z.string().transform((text, context) => {
    const fen = parseYuan(text);
    if (fen === null) context.addIssue(`has to be an amount in yuan, like "${example}"`);
    return fen ?? z.NEVER;
  });

/**
 * A time in Asia/Shanghai, read as an instant.
 * @param example an example for the error message
 */
export const shanghaiField = (example: string) =>
  z.string().transform((text, context) => {
    const instant = parseShanghai(text);
    if (instant === null) context.addIssue(`has to be a time like "${example}" (Asia/Shanghai)`);
    return instant ?? z.NEVER;
  });

/** A whole number: a number in JSON, digits in CSV. */
export const wholeNumberField = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ],
  'has to be a whole number',
);
