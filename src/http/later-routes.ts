// Routes whose code is loaded after the start: the server asks for them at the first request below their path.
import type { Route } from './routes.ts';

export interface LaterRoutes {
  /** The beginning of all their paths, which no other route has. */
  readonly below: string;
  /** Called again after a failure. */
  load(): Promise<readonly Route[]>;
}
