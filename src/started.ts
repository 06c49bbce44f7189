// What a start takes, and what it gives back.
import type { RunningAlarms } from './alarms-here.ts';
import type { CallbackOverrides, Callbacks } from './callbacks/callbacks.ts';
import type { RequestRecord } from './core/request-log.ts';
import type { Logger } from './log.ts';
import type { People } from './people/people.ts';
import type { SecondFactor } from './people/second-factor.ts';
import type { Platform } from './protocol/platform.ts';
import type { Workplace, WorkplaceOptions } from './workplace.ts';

export interface Options extends WorkplaceOptions {
  /** All platforms to serve, such as `[...platforms, mine]`. Default: `platforms`. */
  readonly platforms?: readonly Platform[];
  readonly log?: Logger;
  /** Receives each record of the request log. */
  readonly onCall?: ((record: RequestRecord) => void) | undefined;
  /** For tests: maximum time until a whole request has arrived, in milliseconds. */
  readonly requestMs?: number;
  /** For tests: replacements for the world that callbacks reach. */
  readonly callbacks?: CallbackOverrides;
  /** For tests: how often event streams look and beat, in milliseconds. */
  readonly live?: {
    readonly lookMs?: number;
    readonly figuresMs?: number;
    readonly heartbeatMs?: number;
    readonly checkMs?: number;
    readonly freshMs?: number;
  };
}

export interface Ordergate extends Workplace {
  /** Where the gateways listen. */
  readonly url: string;
  /** Where the management API and the console listen; equal to `url` without a listener of their own. */
  readonly manageUrl: string;
  readonly adminToken: string;
  readonly alarms: RunningAlarms;
  readonly callbacks: Callbacks;
  readonly people: People;
  readonly secondFactor: SecondFactor;
  /** See `Entrance`. Each call creates a new link. */
  signInLink(): Promise<string | null>;
  /** The same for a terminal; null if the start has already logged a link. */
  firstAccountLink(): Promise<string | null>;
  /** Stops accepting calls, finishes those in progress, closes the ledger. */
  close(): Promise<void>;
}
