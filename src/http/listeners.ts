// One listener for everything, or one for the gateways and another for management.
import type { HttpOptions } from './options.ts';
import type { Route } from './routes.ts';
import { HttpServer } from './server.ts';

/**
 * Connections that the management listener holds at most. People and programs of the operator need
 * few, and the gateways keep theirs.
 */
const MANAGE_CONNECTIONS = 512;

export interface ListenersOptions extends HttpOptions {
  /** Where management listens; undefined if it shares the gateways' listener. */
  readonly management: { readonly host: string; readonly port: number } | undefined;
}

/** The routes of the gateways' listener, and of the management listener. */
export function dividedRoutes(routes: readonly Route[]): {
  readonly gateways: readonly Route[];
  readonly management: readonly Route[];
} {
  return {
    gateways: routes.filter((route) => route.platform !== undefined || route.everywhere === true),
    management: routes.filter((route) => route.platform === undefined),
  };
}

export class Listeners {
  readonly #servers: readonly HttpServer[];

  constructor({ management, ...options }: ListenersOptions) {
    if (management === undefined) {
      this.#servers = [new HttpServer(options)];
      return;
    }
    const routes = dividedRoutes(options.routes);
    const maxConnections = Math.min(options.maxConnections, MANAGE_CONNECTIONS);
    this.#servers = [
      new HttpServer({ ...options, routes: routes.gateways, later: undefined }),
      new HttpServer({
        ...options,
        ...management,
        maxConnections,
        routes: routes.management,
        // An unknown path of this listener is nobody's gateway call.
        platformOf: () => undefined,
      }),
    ];
  }

  /** Resolves to the URLs of the gateways and of management, which may be the same. */
  async listen(): Promise<{ readonly url: string; readonly manageUrl: string }> {
    const urls: string[] = [];
    // One after the other, so that no listener is still opening when another has failed.
    for (const server of this.#servers) urls.push(await server.listen());
    return { url: urls[0]!, manageUrl: urls.at(-1)! };
  }

  /** Stops all listeners in order; see {@link HttpServer.close}. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  get connections() {
    return {
      size: this.#sum(({ connections }) => connections.size),
      limited: this.#sum(({ connections }) => connections.limited),
    };
  }

  get bodies() {
    return {
      held: this.#sum(({ bodies }) => bodies.held),
      refused: this.#sum(({ bodies }) => bodies.refused),
    };
  }

  #sum(count: (server: HttpServer) => number): number {
    return this.#servers.reduce((sum, server) => sum + count(server), 0);
  }
}
