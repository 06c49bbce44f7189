// Finds the route of a request: paths without a parameter in a map, the few others one after the other.
import type { Route } from './routes.ts';

export type Match =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path exists, for these methods. */
  | { readonly allowed: readonly string[] };

const NO_PARAMS = {};

type Found = Extract<Match, { readonly route: Route }>;

export class Router {
  /** By path, then by method. */
  readonly #exact = new Map<string, Map<string, Found>>();
  readonly #patterns: {
    readonly pattern: RegExp;
    readonly names: string[];
    readonly route: Route;
  }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (!route.path.includes('{')) {
        const methods = this.#exact.get(route.path) ?? new Map<string, Found>();
        if (!methods.has(route.method)) methods.set(route.method, { route, params: NO_PARAMS });
        this.#exact.set(route.path, methods);
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
    const found = exact?.get(method);
    if (found) return found;
    const allowed: string[] = exact ? [...exact.keys()] : [];
    for (const { pattern, names, route } of this.#patterns) {
      const values = pattern.exec(path)?.slice(1).map(decodeSegment);
      if (!values || values.includes(undefined)) continue;
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
