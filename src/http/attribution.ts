// Says under which platform's paths an unknown path stands, so that its request log can show the call.
import type { Platform } from '../protocol/platform.ts';
import { withoutExtraSlashes } from './router.ts';

/** The segments of one path that a platform listens on; undefined where a parameter takes any. */
interface Known {
  readonly platform: string;
  readonly segments: readonly (string | undefined)[];
}

/** A longer path is attributed by its beginning. */
const MAX_PATH = 300;

/**
 * The platform whose paths share the most leading segments with `path`, in any case of letters.
 * Undefined where no platform shares a segment that is written out.
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

/** Two points for a written segment, and one more where its case is right: `/Api` is not `/api`. */
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
