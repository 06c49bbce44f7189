// The interface of a platform: one value defines everything about its protocol.
import type { CallbackEvent } from '../core/callbacks.ts';
import type { CatalogEntry } from '../core/catalog.ts';
import type { Instant, TwoClocks } from '../core/clock.ts';
import type { CoreRefusal } from '../core/errors.ts';
import type { Ledger, NewOrder } from '../core/ledger.ts';
import type { Limits } from '../core/limits.ts';
import type { ChangeKind } from '../core/lost-calls.ts';
import type { Json, JsonObject, Order, OrderModel } from '../core/order.ts';
import type { Party, PartyKey } from '../core/party.ts';
import type { DeadlineHandlers } from '../core/run-deadlines.ts';
import type { Token, TokenStore } from '../core/token.ts';
import type { Checks, Refusal } from './checks.ts';
import type { Conformance } from './conformance.ts';
import type { Contract } from './contract.ts';
import type { Events } from './events.ts';
import type { Evidence } from './evidence.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { OldRules } from './old-rules.ts';
import type { OrderFields } from './order-fields.ts';
import type { PartyApps } from './party-apps.ts';
import type { PlatformCallbacks } from './platform-callbacks.ts';
import type { GatewayReply, HttpRefusal, PlatformPath } from './reply.ts';
import type { SigningSample } from './signing-sample.ts';

export type { PlatformCallbacks } from './platform-callbacks.ts';
export type { GatewayReply } from './reply.ts';
/** The data that every call starts with. */
export interface Start {
  readonly request: GatewayRequest;
  readonly now: Instant;
  /** Real time; in production equal to `now`. See `request-time.ts`. */
  readonly worldNow: Instant;
  readonly environment: Environment;
  readonly parties: PartyDirectory;
  readonly catalog: CatalogDirectory;
  readonly tokens: TokenStore;
  readonly limits: Limits;
  /** Runs `release` when the call has been answered, even after an error. */
  atEnd(release: () => void): void;
}

export type Environment = 'sandbox' | 'production';

export interface CatalogDirectory {
  find(platform: string, kind: string, key: string): CatalogEntry | undefined;
}

export interface PartyDirectory {
  find(platform: string, partyId: string): Party | undefined;
  list(platform: string): readonly Party[];
  /** Whether the party's address list allows `address`. */
  admits(party: Party, address: string): boolean;
  /** Notes that the key has verified a request; every platform's signature check calls it. */
  noteUse(party: Party, key: PartyKey, now: Instant): void;
}

export interface Services {
  readonly ledger: Ledger;
  readonly clock: TwoClocks;
  readonly environment: Environment;
  readonly parties: PartyDirectory;
  readonly catalog: CatalogDirectory;
  readonly tokens: TokenStore;
  readonly limits: Limits;
  /** The server's public address, such as `https://open.example.cn`; absent if not configured. */
  readonly publicUrl?: string | undefined;
  /** Signs the values of forms; the same on all nodes. */
  readonly formKey?: Uint8Array | undefined;
}

export interface WireView {
  /** The method of the reply. */
  readonly name: string;
  readonly contentType: string;
  /** Decoded for people. */
  readonly body: string;
}

/** A URL of a platform outside its gateway, for example for tokens. */
export interface PlatformEndpoint extends PlatformPath {
  handle(request: GatewayRequest, services: Services): Promise<GatewayReply>;
}

/** The answer: a success in the platform's own shape, or a refusal with its own code. */
export type Verdict<Success> =
  | { readonly ok: true; readonly success: Success }
  | { readonly ok: false; readonly refusal: Refusal };

/** A call's data for the request log; absent fields were not reached by the checks. */
export interface CallSummary {
  readonly party?: string | undefined;
  readonly method?: string | undefined;
  readonly orderId?: string | undefined;
  readonly stringToSign?: string | undefined;
}

export interface PlatformDefinition<Call extends Start, Success> {
  /** The name of the folder and of the platform in the management API. */
  readonly name: string;
  readonly title: string;
  /** Methods, fields and codes as plain data. The reference, the clients and the tests use it. */
  readonly contract: Contract;
  /** The paths of the gateway. HTTP refuses other methods on these paths. */
  readonly paths: readonly PlatformPath[];
  /**
   * Writes the platform's own reply to a call that HTTP refused under one of its paths. HTTP keeps
   * its status and headers (such as `Allow`). Absent: `{"error":{"code","message"}}`.
   */
  writeHttpRefusal?(refusal: HttpRefusal): Pick<GatewayReply, 'contentType' | 'body'>;
  /**
   * The longest meaningful body in bytes. Of a longer body (up to 1 MiB) memory holds only slightly
   * more than this, so that a check can refuse it. Absent: 1 MiB.
   */
  readonly maxBody?: number;
  /** The platform's clients may write paths in upper or lower case. */
  readonly pathsInAnyCase?: true;
  readonly model: OrderModel;
  /** The actions that a party may be granted. */
  readonly actions: readonly string[];
  /**
   * @param others the platform's parties, possibly including the one that `party` replaces
   * @throws {ImportError} names the field that does not fit the platform
   */
  checkParty(party: Party, others: readonly Party[]): void;
  /** The ids under which a party owns orders. Absent: its own id. See owners.ts. */
  owners?(party: Party): readonly string[];
  /** Absent if its parties have no apps. */
  readonly apps?: PartyApps;
  /**
   * Absent without a catalog.
   * @throws {ImportError} names the field that does not fit the platform
   */
  checkCatalogEntry?(entry: CatalogEntry): void;
  /** The kinds of catalog entries that the platform accepts. */
  readonly catalogKinds?: readonly string[];
  /**
   * Finds older data that today's rules would refuse. Such data never prevents a start; the log of
   * the start and `verify` list it with the recommended action.
   */
  readonly oldRules?: OldRules;
  /** The steps from bytes to an accepted call, in the protocol's sequence. */
  readonly checks: Checks<Start, Call>;
  /** The step that verifies the signature. After it, the caller is authenticated. */
  readonly verifiedBy: string;
  /**
   * The detective's data to explain a wrong signature; null if the call has no signature to
   * examine. Absent: the detective does not work for this platform.
   */
  evidence?(call: Partial<Call> & Start): Evidence | null;
  /** How to read a pasted string to sign without its key. Absent: the key stands at its end. */
  readonly signedText?: {
    /** The platform's name for the key. */
    readonly secret: string;
    /** Returns the text before the key and the text after it. */
    split(text: string): readonly [before: string, after: string];
  };
  /** Carries out an accepted call. The outcome is core's or the platform's. */
  execute(call: Call, services: Services): Promise<Verdict<Success> | CoreRefusal>;
  /** Translates core's refusal into the platform's; `call` holds the findings of the checks. */
  refusal(core: CoreRefusal, call: Partial<Call> & Start): Refusal;
  /** The code in the log for a success. */
  readonly successCode: string;
  /** The methods whose success changes the ledger, by their names in the log. */
  readonly changing: Readonly<Record<string, ChangeKind>>;
  reply(verdict: Verdict<Success>, call: Partial<Call> & Start): GatewayReply;
  summary(call: Partial<Call> & Start): CallSummary;
  /**
   * The text of the body for the request log, without reusable signatures, secrets and card codes.
   * For a GET, the platform may return the query instead.
   */
  redact(body: string, call: Partial<Call> & Start): string;
  /** How many body bytes `redact` receives, which saves decoding a long body. Absent: all. */
  readonly readForLog?: number;
  /** Removes secrets from a path or a part of a path. Absent: the text is unchanged. */
  redactName?(text: string): string;
  readonly endpoints?: readonly PlatformEndpoint[];
  /** The names under which the log records calls of {@link endpoints}, and their outcomes. */
  readonly endpointLogs?: {
    readonly methods: readonly string[];
    readonly outcomes: readonly string[];
  };
  readonly callbacks?: PlatformCallbacks;
  /** For the reference: how a sample call is signed. Absent: the reference shows no string to sign. */
  readonly signingSample?: SigningSample;
  /** The events of its orders, for the reference. Absent: the reference shows those of all platforms. */
  readonly events?: Events;
  /** Whether the order's owner gets the event; depends only on the event. Absent: all events. */
  isForOwner?(event: CallbackEvent): boolean;
  /**
   * Handlers of due deadlines by kind. For a kind such as `refund:LINE`, the key is the part before
   * the colon.
   */
  deadlines?(services: Services): DeadlineHandlers[string];
  /** An order as the owner's calls and callbacks would show it now, unsigned, for people. */
  wireViews?(order: Order): readonly WireView[];
  readonly import: ImportFormat;
  /** For the reference of the management API. Absent: the reference omits the orders' fields. */
  readonly orderFields?: OrderFields;
  /** An import file that fills an empty sandbox. */
  readonly sandboxFile: URL;
  /** What its servers and callers are judged by, loaded on demand. Absent: they cannot be judged. */
  readonly conformance?: () => Promise<Conformance>;
  readonly seed: SeedGenerator;
}

/** Reads one element of an import file. Throws {@link ImportError} with the name of the field. */
export interface ImportFormat {
  /** Sections of the platform's object that hold parties; they are read before any order. */
  readonly parties: { readonly [section: string]: (item: Json, context: ImportContext) => Party[] };
  /** Tokens that a section of `parties` contains with its parties. */
  readonly tokens?: { readonly [section: string]: (item: Json, context: ImportContext) => Token[] };
  /** Sections that hold entries of the platform's catalog. */
  readonly catalog?: {
    readonly [section: string]: (item: Json, context: ImportContext) => CatalogEntry[];
  };
  readonly orders: {
    readonly [section: string]: (item: Json, context: ImportContext) => ImportedOrder;
  };
  /**
   * The reason why a row describes another order than the existing one of the same id, regardless
   * of its state: a different owner, amount, key or absolute time. Null if it is the same. Absent:
   * the owners are compared.
   */
  differs?(existing: Order, row: ImportedOrder): Difference | null;
  /** The moves that bring an existing order to the row's state. Absent: states are compared. */
  moves?(existing: Order, row: ImportedOrder): readonly ImportMove[];
  /** For platforms whose files may spread an order over several rows, one per line. */
  readonly rows?: {
    /** Joins two adjacent rows of one id. @throws {ImportError} if they do not fit */
    combine(first: ImportedOrder, next: ImportedOrder): ImportedOrder;
    /** The reason why a row of an existing id must not be skipped as imported; null if it may. */
    missingIn(existing: Order, row: ImportedOrder): string | null;
  };
}

/** An order as a row of a file describes it. */
export interface ImportedOrder extends NewOrder {
  /** The times that the row gives relative to now: `createdAt`, or the id of a line. */
  readonly relative?: readonly string[];
}

export interface Difference {
  /** The field's name in the file. */
  readonly field: string;
  /** The value of the existing order and the value of the row, for people. */
  readonly there: string;
  readonly given: string;
}

/** A move along the operator's transitions; see {@link OrderModel.operatorTransitions}. */
export interface ImportMove {
  readonly line: string | null;
  readonly to: string;
  readonly note: string | null;
  /** The name of the state's field in the file. */
  readonly field: string;
}

export interface ImportContext {
  readonly now: Instant;
  /** The platform's parties: those of the ledger and those that the file has listed so far. */
  readonly parties: readonly Party[];
}

export class ImportError extends Error {
  readonly code = 'ERR_IMPORT';
  override readonly name = 'ImportError';
  readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

export interface SeedGenerator {
  /** The party that owns load data; its key is `secret`. */
  party(partyId: string, secret: string, now: Instant): Party;
  /** The order of the party with this index (from 0), equal in each run. */
  order(party: Party, index: number, now: Instant): NewOrder;
}

/** A platform without its own types, as the pipeline and its surroundings see it. */
export type Platform = PlatformDefinition<Start, unknown>;

/** Checks a definition against its own types and hides them. */
export function definePlatform<Call extends Start, Success>(
  definition: PlatformDefinition<Call, Success>,
): Platform {
  const { name, checks, verifiedBy } = definition;
  if (!checks.names.includes(verifiedBy)) throw new Error(`${name} has no check ${verifiedBy}`);
  return definition as unknown as Platform;
}

/** For those parts of platforms that need JSON only. */
export type { GatewayRequest, Json, JsonObject };
