// Assigns an unknown path to a platform, so that the platform's request log can show the call.
import type { Platform } from '../protocol/platform.ts';
import { withoutExtraSlashes } from './router.ts';

/** The segments of a platform's path; undefined for a segment that is a parameter. */
interface Known {
  readonly platform: string;
  readonly segments: readonly (string | undefined)[];
}

/** Only the beginning of a longer path is compared. */
const MAX_PATH = 300;

/**
 * Finds the platform whose paths share the most leading segments with `path`, ignoring case.
 * Undefined if no platform shares a literal segment.
 */
export function attribution(platforms: readonly Platform[]): (path: string) => string | undefined {
  const known = platforms.flatMap(({ name, paths, endpoints = [] }) =>
    [...paths, ...endpoints].map(
      ({ path }): Known => ({
        platform: name,
        segments: path
          .split('/')
          .slice(1)
          .map((segment) => (segment.startsWith('{') ? undefined : segment)),
      }),
    ),
  );
  return (path) => {
    const segments = withoutExtraSlashes(path.slice(0, MAX_PATH)).split('/').slice(1);
    let best: { readonly platform: string; readonly score: number } | undefined;
    for (const one of known) {
      const score = shared(one.segments, segments);
      if (score > (best?.score ?? 0)) best = { platform: one.platform, score };
    }
    return best?.platform;
  };
}

/** Two points for a literal segment, and one more if its case matches: `/Api` is not `/api`. */
function shared(known: Known['segments'], given: readonly string[]): number {
  let score = 0;
  for (let i = 0; i < Math.min(known.length, given.length); i++) {
    const segment = known[i];
    if (segment === undefined) continue;
    if (segment === given[i]) score += 3;
    else if (segment.toLowerCase() === given[i]!.toLowerCase()) score += 2;
    else break;
  }
  return score;
}
