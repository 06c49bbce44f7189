// The options of the HTTP server, and the data of a call whose caller was admitted.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal, Refusal } from '../core/principal.ts';
import type { AddressList } from '../directory/addresses.ts';
import type { LaterRoutes } from './later-routes.ts';
import type { HttpRefused } from './refusals.ts';
import type { Match } from './router.ts';
import type { HttpReply, Route } from './routes.ts';
import type { Target } from './target.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Identifies the caller of a route that is not open, or returns the reason for a refusal. */
  admit(asked: Asked): Admission | Promise<Admission>;
  /** Whether this machine may call routes of access `local` without a token. */
  readonly trustsLoopback: boolean;
  readonly trustedProxies: AddressList;
  readonly maxConnections: number;
  /** Maximum time until a whole request has arrived. Default: 30 s. */
  readonly requestMs?: number | undefined;
  readonly routes: readonly Route[];
  /** Routes that are loaded when the first request asks for one of them. */
  readonly later?: LaterRoutes | undefined;
  /** The platform whose paths are closest to an unknown path. */
  platformOf(path: string): string | undefined;
  onFault(error: unknown, path: string): void;
  /** Called for a call that HTTP refuses under a platform's path. Returns the reply. */
  onRefused(refused: HttpRefused): HttpReply;
  /** Called for each connection beyond `maxConnections`. */
  onConnectionLimit(): void;
}

/** The data that identifies a caller. */
export interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
  /**
   * The caller's address behind configured proxies. Null if the caller is this machine itself and
   * the server is a sandbox: such a caller can read the admin token's file.
   */
  address(): string | null;
}

export type Admission = Principal | Refusal;

export interface Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly match: Match | undefined;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly principal: Principal | null;
  answer(reply: HttpReply): void;
  fail(fault: unknown): void;
}
