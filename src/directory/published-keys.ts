// The publicly known parties and keys in the sandbox's fixtures.
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import type { Platform } from '../protocol/platform.ts';

/** The parties in the platform's sandbox file, as a sandbox has them at its first start. */
export function fixtureParties({ name, sandboxFile, import: format }: Platform): readonly Party[] {
  const file = JSON.parse(readFileSync(sandboxFile, 'utf8')) as JsonObject;
  const sections = (file[name] ?? {}) as { readonly [section: string]: readonly Json[] };
  return Object.entries(format.parties).flatMap(([section, read]) =>
    (sections[section] ?? []).flatMap((item) => read(item, { now: 0, parties: [] })),
  );
}

/** The keys of all parties in the platforms' sandbox files. In production no party may have one. */
export function publishedKeys(platforms: readonly Platform[]): ReadonlySet<string> {
  const keys = platforms.flatMap(fixtureParties).flatMap((party) => party.keys);
  return new Set(keys.map(({ secret }) => secret));
}
