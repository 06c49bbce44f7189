// Every URL in one table: the gateways of the platforms, the management API, and what watches the process.
import type { Endpoint } from '../manage/endpoint.ts';
import type { Platform } from '../protocol/platform.ts';

export type Route =
  | {
      readonly kind: 'gateway';
      readonly method: 'POST';
      readonly path: string;
      readonly platform: Platform;
    }
  | {
      readonly kind: 'manage';
      readonly method: string;
      readonly path: string;
      readonly endpoint: Endpoint;
    }
  | {
      readonly kind: 'health' | 'ready' | 'metrics';
      readonly method: 'GET';
      readonly path: string;
    };

export function routeTable(
  platforms: readonly Platform[],
  endpoints: readonly Endpoint[],
): Route[] {
  return [
    ...platforms.flatMap((platform) =>
      platform.paths.map((path): Route => ({ kind: 'gateway', method: 'POST', path, platform })),
    ),
    ...endpoints.map(
      (endpoint): Route => ({
        kind: 'manage',
        method: endpoint.method,
        path: `/manage/v1${endpoint.path}`,
        endpoint,
      }),
    ),
    { kind: 'health', method: 'GET', path: '/healthz' },
    { kind: 'ready', method: 'GET', path: '/readyz' },
    { kind: 'metrics', method: 'GET', path: '/metrics' },
  ];
}

export type Match =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path exists, for these methods. */
  | { readonly allowed: readonly string[] };

const NO_PARAMS = {};

/** Finds routes: paths without a parameter in a map, the few others one after the other. */
export class Router {
  readonly #exact = new Map<string, Route[]>();
  readonly #patterns: {
    readonly pattern: RegExp;
    readonly names: string[];
    readonly route: Route;
  }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (!route.path.includes('{')) {
        this.#exact.set(route.path, [...(this.#exact.get(route.path) ?? []), route]);
        continue;
      }
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!);
      const pattern = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`);
      this.#patterns.push({ pattern, names, route });
    }
  }

  /** Undefined where there is no such path. */
  find(method: string, path: string): Match | undefined {
    const exact = this.#exact.get(path);
    const route = exact?.find((candidate) => candidate.method === method);
    if (route) return { route, params: NO_PARAMS };
    const allowed = exact?.map((candidate) => candidate.method) ?? [];
    for (const { pattern, names, route } of this.#patterns) {
      const found = pattern.exec(path);
      if (!found) continue;
      const values = found.slice(1).map(decodeSegment);
      if (values.includes(undefined)) continue;
      if (route.method !== method) allowed.push(route.method);
      else return { route, params: Object.fromEntries(names.map((name, i) => [name, values[i]!])) };
    }
    return allowed.length > 0 ? { allowed } : undefined;
  }
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
