// The form of one management endpoint: written once, and the server and the OpenAPI page come from it.
import { z } from 'zod';
import type { AlarmManagement } from '../core/alarms.ts';
import type { AuditStore } from '../core/audit.ts';
import type { CallSeries } from '../core/call-series.ts';
import type { CallbackManagement } from '../core/callback-management.ts';
import { HOUR, type OffsetClock } from '../core/clock.ts';
import type { DeskStore } from '../core/desk.ts';
import type { Ledger } from '../core/ledger.ts';
import type { PulledCallbacks } from '../core/listeners.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { ScenarioRuns } from '../core/scenario-runs.ts';
import type { TokenStore } from '../core/token.ts';
import type { Detective } from '../detective/detective.ts';
import type { Catalog } from '../directory/catalog.ts';
import type { Parties } from '../directory/parties.ts';
import type { ImportPart, PartAnswer } from '../import/remote.ts';
import type { People } from '../people/people.ts';
import type { SecondFactor } from '../people/second-factor.ts';
import type { Platform } from '../protocol/platform.ts';
import type { SandboxForces } from '../protocol/sandbox-forces.ts';
import { parseTime } from '../protocol/zoned-time.ts';
import type { ErrorCodeName } from './error-codes.ts';
import type { Figures } from './figures.ts';
import type { EventStreams } from './live/streams.ts';
import type { OperationId } from './roles.ts';

export interface ManageServices {
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  readonly detective: Detective;
  readonly parties: Parties;
  readonly catalog: Catalog;
  readonly tokens: TokenStore;
  readonly platforms: readonly Platform[];
  readonly clock: OffsetClock;
  readonly callbacks: CallbackManagement;
  /** The groups of owners that do not answer; absent for a ledger in one place. */
  readonly unserved?: (() => readonly { readonly group: string }[]) | undefined;
  readonly pulled: PulledCallbacks;
  readonly people: People;
  readonly secondFactor: SecondFactor;
  readonly audit: AuditStore;
  readonly desk: DeskStore;
  /** What waits for a second person: `replay`, `reveal`, both or nothing. */
  readonly secondPerson: readonly string[];
  readonly about: { readonly environment: 'sandbox' | 'production'; readonly version: string };
  readonly calls: CallSeries;
  readonly figures: Pick<Figures, 'read'>;
  readonly streams: Pick<EventStreams, 'open'>;
  readonly alarms: AlarmManagement;
  /** Of a sandbox; absent in production. */
  readonly forces?: SandboxForces | undefined;
  /** Of a sandbox: production offers no endpoint for them. */
  readonly scenarios: ScenarioRuns;
  /** Brings in a part of an import file; what it refuses is an answer. */
  importPart(part: ImportPart): Promise<PartAnswer>;
  /** Makes the sandbox's ledger anew; resolves to its new generation. */
  resetSandbox(): Promise<number>;
  /** Moves the clock, keeps its offset, and carries out everything that has become due. */
  advanceClock(seconds: number): Promise<void>;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below /manage/v1; `{name}` takes one segment. */
  readonly path: string;
  readonly operationId: OperationId;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly headers?: z.ZodObject;
  readonly status: 200 | 201;
  readonly response: z.ZodType;
  /**
   * That the answer is no JSON: a {@link CsvFile}, or the Subscriber of an event stream. The response's
   * schema then describes the data of the events.
   */
  readonly stream?: 'text/csv' | 'text/event-stream';
  /** Statuses of errors besides 400, 401 and 403, with what they mean. */
  readonly errors: Readonly<Record<number, string>>;
  readonly sandboxOnly?: true;
  /** That everybody may call it, without a token: it tells nothing that the front page does not. */
  readonly isOpen?: true;
  /**
   * Whether the audit has an entry of each call. Default: not of a GET, and of all that may change
   * something. False is for a question that is too long for a URL and changes nothing.
   */
  readonly isAudited?: boolean;
  /**
   * The version of what is answered. The reply carries it as its ETag, If-Match compares it before a
   * change, and a GET whose If-None-Match names it is answered with 304 and without a body.
   */
  etag?(response: never): number | string;
  handle(call: EndpointCall, services: ManageServices): Promise<unknown>;
}

/** An answer that is as long as it is. */
export interface CsvFile {
  readonly fileName: string;
  readonly chunks: AsyncGenerator<string>;
}

export interface EndpointCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: never;
  readonly body: never;
  readonly by: Principal;
  /** From where, as limits count it. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface TypedCall<Q, B> extends Omit<EndpointCall, 'query' | 'body'> {
  readonly query: Q;
  readonly body: B;
}

/** Ties the handler's types to the schemas. */
export function endpoint<Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  definition: Omit<Endpoint, 'handle' | 'query' | 'body' | 'response' | 'etag'> & {
    readonly query?: Q;
    readonly body?: B;
    readonly response: R;
    etag?(response: z.input<R>): number | string;
    handle(
      call: TypedCall<z.output<Q>, z.output<B>>,
      services: ManageServices,
    ): Promise<z.input<R>>;
  },
): Endpoint {
  return definition as unknown as Endpoint;
}

/** What a caller did wrong; `status` and a stable `code`, and the field where there is one. */
export class ManageError extends Error {
  override readonly name = 'ManageError';
  readonly status: number;
  readonly code: ErrorCodeName;
  readonly field: string | undefined;

  constructor(status: number, code: ErrorCodeName, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export const textSchema = z
  .object({ zh: z.string(), en: z.string() })
  .meta({ id: 'Text', description: 'one text in Chinese and in English' });

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('stable, for programs'),
      message: z.string().describe('what is wrong, where, and what to do, for people'),
      field: z.string().optional().describe('which field is wrong, where it is one'),
      cause: textSchema.optional().describe('why there is such an error'),
      remedy: textSchema.optional().describe('what to do about it'),
      retry: z.enum(['never', 'later']).optional().describe('whether a repeat may help'),
    }),
  })
  .meta({ id: 'Error' });

/** A time or a day as an instant; see {@link parseTime}. */
export const instantText = z
  .string()
  .transform((text, context) => {
    const instant = parseTime(text);
    if (instant === null) {
      context.addIssue(
        'has to be a time like 2026-01-02T03:04:05Z or 2026-01-02T11:04:05 (Asia/Shanghai), or a day like 2026-01-02',
      );
    }
    return instant ?? z.NEVER;
  })
  .meta({ examples: ['2026-01-02T03:04:05Z', '2026-01-02T11:04:05', '2026-01-02'] });

export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    unanswered: z
      .array(z.string())
      .readonly()
      .optional()
      .describe(
        'the groups of owners that did not answer in time, whose items are missing; absent where all answered',
      ),
  });

/**
 * The cursors of a list that a ledger in groups of owners merges: of one group as `cursor` says, of several
 * as `src/storage/groups/merge.ts` writes them.
 */
export const ofGroups = (cursor: RegExp): RegExp =>
  new RegExp(`${cursor.source}|${GROUPS_CURSOR.source}`);

export const GROUPS_CURSOR = /^g\d{2,3}:[\d.]{0,40}(~\d{2,3}:[\d.]{0,40}){0,511}$/;

/** @param cursor the form of the list's cursors */
export const pageQuery = (cursor: RegExp) => ({
  from: instantText
    .optional()
    .describe('the earliest time, included; without a zone Asia/Shanghai'),
  to: instantText.optional().describe('the latest time, excluded; without a zone Asia/Shanghai'),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().regex(cursor, 'has to be the nextCursor of an earlier answer').optional(),
});

/** The same time as its people read it, who work in Asia/Shanghai: RFC 3339 with the offset +08:00. */
export const shanghaiTime = (instant: number): string =>
  `${new Date(instant + 8 * HOUR).toISOString().slice(0, -1)}+08:00`;

export const isoTime = (instant: number): string => new Date(instant).toISOString();

/** Of a field `…Shanghai` beside the field with the time in UTC. */
export const shanghaiField = z.iso
  .datetime({ offset: true })
  .describe('the same time in Asia/Shanghai');

/** Two fields: `name` with the time in UTC, and `nameShanghai` with the same time in Asia/Shanghai. */
export function inBothZones<Name extends string, At extends number | null>(name: Name, at: At) {
  return {
    [name]: at === null ? null : isoTime(at),
    [`${name}Shanghai`]: at === null ? null : shanghaiTime(at),
  } as Record<Name | `${Name}Shanghai`, At extends null ? null : string>;
}

export function findPlatform(platforms: readonly Platform[], name: string): Platform {
  const platform = platforms.find((p) => p.name === name);
  if (platform) return platform;
  const known = platforms.map((p) => p.name).join(', ');
  throw new ManageError(404, 'unknown-platform', `no platform "${name}"; there are: ${known}`);
}
