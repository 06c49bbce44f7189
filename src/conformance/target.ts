// The target file: what a server that is to be judged has, and how the judge reaches it.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The file, or what it names, is not usable. The message says where and what to do. */
export class TargetError extends Error {
  readonly code = 'ERR_CONFORMANCE_TARGET';
  override readonly name = 'TargetError';
}

/** A secret: its text, or the environment variable that holds it. */
const secret = z.union([
  z.string().min(1),
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);

const row = z.record(z.string(), z.unknown());

const command = z.strictObject({ command: z.string().min(1) });

const STATES = ['no-store', 'broken-row', 'trusted-proxy'] as const;

const schema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  environment: z.enum(['sandbox', 'production']).default('sandbox'),
  /** By the id that the clauses use; `id` is the id that the server has for it. */
  parties: z
    .record(z.string(), z.strictObject({ id: z.string().min(1).optional(), secret }))
    .default({}),
  /** Other values of the clauses that the server has otherwise, such as a product's code. */
  values: z.record(z.string(), z.string()).default({}),
  methods: z.array(z.string()).min(1).optional(),
  fixtures: z
    .union([
      command,
      z.strictObject({ manage: z.literal(true) }),
      z.strictObject({ rows: z.array(row) }),
      z.null(),
    ])
    .default(null),
  /** What the secrets of parties that the fixtures make are derived from. */
  newSecrets: secret.optional(),
  clock: z.union([command, z.strictObject({ manage: z.literal(true) }), z.null()]).default(null),
  manage: z.strictObject({ url: z.url().optional(), token: secret }).optional(),
  states: z
    .partialRecord(
      z.enum(STATES),
      z.strictObject({ begin: z.string().optional(), end: z.string().optional() }),
    )
    .default({}),
  timeoutMs: z.int().min(1).max(600_000).default(15_000),
  pauseMs: z.int().min(0).max(60_000).optional(),
});

export type TargetFile = z.output<typeof schema>;
export type Secret = z.output<typeof secret>;

/** @throws {TargetError} names the file and each field that is wrong */
export function readTarget(file: string): TargetFile {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TargetError(
      `the target ${file} cannot be read as JSON (${(error as Error).message}); docs/conformance.md shows one`,
    );
  }
  return parseTarget(given, file);
}

/** @throws {TargetError} */
export function parseTarget(given: unknown, file: string): TargetFile {
  const { success, data, error } = schema.safeParse(given);
  if (!success) {
    const problems = error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
    );
    throw new TargetError(`the target ${file} is not usable. ${problems.join('; ')}`);
  }
  const uses = (one: object | null): boolean => one !== null && 'manage' in one;
  if (!data.manage && (uses(data.fixtures) || uses(data.clock))) {
    throw new TargetError(
      `the target ${file} says "manage": true, and has no "manage" with the token of the management API`,
    );
  }
  return data;
}

/** @throws {TargetError} if the variable is not set, or the file cannot be read */
export function readSecret(given: Secret, what: string): string {
  if (typeof given === 'string') return given;
  if ('env' in given) {
    const value = process.env[given.env];
    if (value) return value;
    throw new TargetError(`${what}: the variable ${given.env} is not set; set it to the secret`);
  }
  try {
    return readFileSync(given.file, 'utf8').trim();
  } catch (error) {
    throw new TargetError(`${what}: ${(error as Error).message}`);
  }
}
