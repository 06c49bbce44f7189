// What the HTTP server is made with, and what is known of a call once its caller was let in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal, Refusal } from '../core/principal.ts';
import type { AddressList } from '../directory/addresses.ts';
import type { HttpRefused } from './refusals.ts';
import type { Match } from './router.ts';
import type { HttpReply, Route } from './routes.ts';
import type { Target } from './target.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Who calls a route that is not open to everybody, or why the call is not let in. */
  admit(asked: Asked): Admission | Promise<Admission>;
  /** Whether a route of access `local` is for this machine itself without a token, too. */
  readonly trustsLoopback: boolean;
  readonly trustedProxies: AddressList;
  readonly maxConnections: number;
  /** How long a whole request may take to arrive. Default: 30 s. */
  readonly requestMs?: number | undefined;
  readonly routes: readonly Route[];
  /** The platform under whose paths an unknown path stands. */
  platformOf(path: string): string | undefined;
  onFault(error: unknown, path: string): void;
  /** Called for a call that HTTP refuses under a platform's path. Returns its reply. */
  onRefused(refused: HttpRefused): HttpReply;
  /** Called for each connection beyond `maxConnections`. */
  onConnectionLimit(): void;
}

/** By what a caller is known. */
export interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** The host of a target in absolute form. */
  readonly targetHost: string | undefined;
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
