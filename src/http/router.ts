// Finds the route of a request: a map for paths without parameters, a loop for the few others.
import type { LaterRoutes } from './later-routes.ts';
import type { Route } from './routes.ts';

export type Match =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path exists, but only for these methods. */
  | { readonly allowed: readonly string[]; readonly platform: string | undefined };

const NO_PARAMS = {};
/** A bound on what strangers can make the router remember: 128 KiB of paths. */
const REMEMBERED_PATHS = 512;
const REMEMBERED_LENGTH = 256;

type Found = Extract<Match, { readonly route: Route }>;
/** The routes of one path, by method. */
type Methods = Map<string, Found>;

interface Pattern {
  readonly pattern: RegExp;
  readonly names: string[];
  readonly route: Route;
}

export class Router {
  /** By path, then by method. */
  readonly #exact = new Map<string, Methods>();
  readonly #patterns: Pattern[] = [];
  /**
   * Paths that also match with repeated slashes and a slash at the end; keyed by the path without
   * them.
   */
  readonly #lenient = new Map<string, Methods>();
  /** Paths that also match in any case; keyed by the path in lower case. */
  readonly #anyCase = new Map<string, Methods>();
  readonly #lenientPatterns: Pattern[] = [];
  /** The last matches of paths with parameters, such as a partner's own URL: by path, then by method. */
  readonly #remembered = new Map<string, Methods>();

  /** Undefined when its routes have been added. */
  #later: LaterRoutes | undefined;

  constructor(routes: readonly Route[], later?: LaterRoutes) {
    this.#later = later;
    this.#add(routes);
  }

  /**
   * Adds the routes that are loaded later, if the path may be of one of them. Returns undefined if
   * there is nothing to wait for.
   */
  load(path: string): Promise<void> | undefined {
    const later = this.#later;
    if (later === undefined || !path.startsWith(later.below)) return undefined;
    return later.load().then((routes) => {
      if (this.#later) this.#add(routes);
      this.#later = undefined;
    });
  }

  #add(routes: readonly Route[]): void {
    for (const route of routes) {
      const { leniency = 'exact' } = route;
      if (route.path.includes('{')) {
        const pattern = patternOf(route);
        this.#patterns.push(pattern);
        if (leniency !== 'exact') this.#lenientPatterns.push(pattern);
        continue;
      }
      add(this.#exact, route.path, route);
      if (leniency !== 'exact') add(this.#lenient, route.path, route);
      if (leniency === 'slashes-and-case') add(this.#anyCase, route.path.toLowerCase(), route);
    }
  }

  /** Returns undefined if the path does not exist. */
  find(method: string, path: string): Match | undefined {
    const found = (this.#exact.get(path) ?? this.#remembered.get(path))?.get(method);
    if (found) return found;
    const exact = find(method, path, this.#exact.get(path), this.#patterns);
    if (exact) {
      if ('route' in exact) this.#remember(method, path, exact);
      return exact;
    }
    const plain = withoutExtraSlashes(path);
    const methods = this.#lenient.get(plain) ?? this.#anyCase.get(plain.toLowerCase());
    return find(method, plain, methods, this.#lenientPatterns);
  }

  /** Calls repeat few paths, and a match of four parameters takes 1 µs. */
  #remember(method: string, path: string, match: Found): void {
    if (path.length > REMEMBERED_LENGTH) return;
    if (this.#remembered.size >= REMEMBERED_PATHS) this.#remembered.clear();
    const methods = this.#remembered.get(path) ?? new Map();
    this.#remembered.set(path, methods.set(method, match));
  }
}

/**
 * settled.md, ALL7: repeated slashes and a slash at the end are removed. A parameter never matches
 * an empty segment: without the slash, the path has one segment less than the pattern.
 */
export function withoutExtraSlashes(path: string): string {
  const single = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}

function find(
  method: string,
  path: string,
  exact: Methods | undefined,
  patterns: readonly Pattern[],
): Match | undefined {
  const known = exact && handlerOf(exact, method);
  if (known) return known;
  const allowed: string[] = exact ? [...exact.keys()] : [];
  let platform = exact?.values().next().value?.route.platform;
  for (const { pattern, names, route } of patterns) {
    const values = pattern.exec(path)?.slice(1).map(decodeSegment);
    if (!values || values.includes(undefined)) continue;
    if (!takes(route, method)) {
      allowed.push(route.method);
      platform ??= route.platform;
    } else {
      return { route, params: Object.fromEntries(names.map((name, i) => [name, values[i]!])) };
    }
  }
  return allowed.length > 0 ? { allowed, platform } : undefined;
}

/** RFC 9110, 9.3.2: HEAD is GET without the body, for every GET that changes nothing. */
function takes(route: Route, method: string): boolean {
  return route.method === method || (method === 'HEAD' && servesHead(route));
}

function handlerOf(methods: Methods, method: string): Found | undefined {
  const found = methods.get(method);
  if (found || method !== 'HEAD') return found;
  const get = methods.get('GET');
  return get && servesHead(get.route) ? get : undefined;
}

function servesHead(route: Route): boolean {
  return route.method === 'GET' && route.changes !== true;
}

function add(paths: Map<string, Methods>, path: string, route: Route): void {
  const methods = paths.get(path) ?? new Map<string, Found>();
  if (!methods.has(route.method)) methods.set(route.method, { route, params: NO_PARAMS });
  paths.set(path, methods);
}

function patternOf(route: Route): Pattern {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!);
  const pattern = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`);
  return { pattern, names, route };
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
