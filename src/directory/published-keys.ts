// The publicly known keys in the sandbox's fixtures.
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../core/order.ts';
import type { Platform } from '../protocol/platform.ts';

/** The keys of all parties in the platforms' sandbox files. In production no party may have one. */
export function publishedKeys(platforms: readonly Platform[]): ReadonlySet<string> {
  const secrets = new Set<string>();
  for (const { name, sandboxFile, import: format } of platforms) {
    const file = JSON.parse(readFileSync(sandboxFile, 'utf8')) as JsonObject;
    const sections = (file[name] ?? {}) as { readonly [section: string]: readonly Json[] };
    for (const [section, read] of Object.entries(format.parties)) {
      const parties = (sections[section] ?? []).flatMap((item) =>
        read(item, { now: 0, parties: [] }),
      );
      for (const { keys } of parties) for (const { secret } of keys) secrets.add(secret);
    }
  }
  return secrets;
}
