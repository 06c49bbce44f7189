// The interface that a platform implements: everything about how it speaks, in one value.
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
import type { Contract } from './contract.ts';
import type { Evidence } from './evidence.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { OldRules } from './old-rules.ts';
import type { OrderFields } from './order-fields.ts';
import type { PartyApps } from './party-apps.ts';
import type { PlatformCallbacks } from './platform-callbacks.ts';
import type { GatewayReply, HttpRefusal, PlatformPath } from './reply.ts';

export type { PlatformCallbacks } from './platform-callbacks.ts';
export type { GatewayReply } from './reply.ts';

/** What every call starts from. */
export interface Start {
  readonly request: GatewayRequest;
  readonly now: Instant;
  /** The world's time; in production the same as `now`. See `request-time.ts`. */
  readonly worldNow: Instant;
  readonly environment: Environment;
  readonly parties: PartyDirectory;
  readonly catalog: CatalogDirectory;
  readonly tokens: TokenStore;
  readonly limits: Limits;
  /** Runs `release` when the call has been answered, however it went. */
  atEnd(release: () => void): void;
}

export type Environment = 'sandbox' | 'production';

export interface CatalogDirectory {
  find(platform: string, kind: string, key: string): CatalogEntry | undefined;
}

export interface PartyDirectory {
  find(platform: string, partyId: string): Party | undefined;
  list(platform: string): readonly Party[];
  /** Whether the party's address list lets `address` in. */
  admits(party: Party, address: string): boolean;
  /** Notes that the key has verified a request; told by every platform's check of its signature. */
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
  /** Where browsers reach this server, such as `https://open.example.cn`; absent where nobody has said. */
  readonly publicUrl?: string | undefined;
  /** Signs the values of forms; the same on all nodes. */
  readonly formKey?: Uint8Array | undefined;
}

export interface WireView {
  /** The method whose reply it is. */
  readonly name: string;
  readonly contentType: string;
  /** Decoded, as a person reads it. */
  readonly body: string;
}

/** A URL of a platform beside its gateway, such as where tokens are fetched. */
export interface PlatformEndpoint extends PlatformPath {
  handle(request: GatewayRequest, services: Services): Promise<GatewayReply>;
}

/** What the platform answers with: a success of its own shape, or a refusal in its own code. */
export type Verdict<Success> =
  | { readonly ok: true; readonly success: Success }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a call tells the request log; absent where the checks did not get that far. */
export interface CallSummary {
  readonly party?: string | undefined;
  readonly method?: string | undefined;
  readonly orderId?: string | undefined;
  readonly stringToSign?: string | undefined;
}

export interface PlatformDefinition<Call extends Start, Success> {
  /** The folder's name, and the platform's name in the management API. */
  readonly name: string;
  readonly title: string;
  /** Methods, fields and codes as plain data; the reference, the clients and the tests come from it. */
  readonly contract: Contract;
  /** Where it listens. What comes to one of the paths by another method is refused by HTTP. */
  readonly paths: readonly PlatformPath[];
  /**
   * The reply in the platform's own form to a call that HTTP refused under one of its paths. Status and
   * headers (such as `Allow`) stay HTTP's. Absent: `{"error":{"code","message"}}`.
   */
  writeHttpRefusal?(refusal: HttpRefusal): Pick<GatewayReply, 'contentType' | 'body'>;
  /**
   * The longest body that can mean anything, in bytes. Of a longer one (up to 1 MiB) only a little
   * more than this is kept in memory, so that a check can refuse it. Absent: 1 MiB.
   */
  readonly maxBody?: number;
  /** That its clients never had to care about the case of a path. */
  readonly pathsInAnyCase?: true;
  readonly model: OrderModel;
  /** The actions that a party may be granted. */
  readonly actions: readonly string[];
  /**
   * @param others the platform's parties; the one that `party` replaces may be among them
   * @throws {ImportError} that names the field in which a party does not fit the platform
   */
  checkParty(party: Party, others: readonly Party[]): void;
  /** The ids under which a party owns orders. Absent: its own id. See owners.ts. */
  owners?(party: Party): readonly string[];
  /** Absent where its parties have no apps that are resources of their own. */
  readonly apps?: PartyApps;
  /**
   * Absent where the platform has no catalog.
   * @throws {ImportError} that names the field in which an entry does not fit the platform.
   */
  checkCatalogEntry?(entry: CatalogEntry): void;
  /** The kinds of catalog entries that it takes. */
  readonly catalogKinds?: readonly string[];
  /**
   * What today's rules would refuse of parties, catalog entries and orders that a ledger from before
   * holds. None of it stops a start; the start's log and `verify` list it with what to do.
   */
  readonly oldRules?: OldRules;
  /** From bytes to an accepted call, in the order that the protocol settles. */
  readonly checks: Checks<Start, Call>;
  /** The check that finds the signature good: behind it a caller is who they claim to be. */
  readonly verifiedBy: string;
  /**
   * What the detective needs to say why a signature is wrong; null where the call has none that could be
   * looked at. Absent: nobody can ask why.
   */
  evidence?(call: Partial<Call> & Start): Evidence | null;
  /** How a string to sign that somebody pastes without its key is read. Absent: the key stands at its end. */
  readonly signedText?: {
    /** What the platform calls the key. */
    readonly secret: string;
    /** What stands before the key, and what behind it. */
    split(text: string): readonly [before: string, after: string];
  };
  /** Carries an accepted call out. The outcome is core's, or already the platform's. */
  execute(call: Call, services: Services): Promise<Verdict<Success> | CoreRefusal>;
  /** What the platform says for what core refuses; `call` holds what the checks found out. */
  refusal(core: CoreRefusal, call: Partial<Call> & Start): Refusal;
  /** The code in the log for a success. */
  readonly successCode: string;
  /** The methods whose success changes the ledger, as the log names them. */
  readonly changing: Readonly<Record<string, ChangeKind>>;
  reply(verdict: Verdict<Success>, call: Partial<Call> & Start): GatewayReply;
  summary(call: Partial<Call> & Start): CallSummary;
  /**
   * What the request log keeps as the call's body: without signatures that could be sent again, secrets
   * and card codes. Of a GET, whose parameters stand in the query, the platform may return that instead.
   */
  redact(body: string, call: Partial<Call> & Start): string;
  /** How many bytes of a body `redact` is given, so that a long one is not decoded for nothing. Absent: all. */
  readonly readForLog?: number;
  /** A path, or what a caller named in one, without what must not be kept. Absent: as it is. */
  redactName?(text: string): string;
  readonly endpoints?: readonly PlatformEndpoint[];
  /** The names under which the request log keeps calls of {@link endpoints}, and what those calls may come to. */
  readonly endpointLogs?: {
    readonly methods: readonly string[];
    readonly outcomes: readonly string[];
  };
  readonly callbacks?: PlatformCallbacks;
  /**
   * Whether an event is the business of its order's owner, whose endpoints then get it; from the
   * event alone. Absent: all are.
   */
  isForOwner?(event: CallbackEvent): boolean;
  /**
   * What to do when a deadline of its orders is due, by kind; of a kind like `refund:LINE`, by what
   * stands before the colon.
   */
  deadlines?(services: Services): DeadlineHandlers[string];
  /** An order as the owner's calls and callbacks would show it now, for people; nothing is signed. */
  wireViews?(order: Order): readonly WireView[];
  readonly import: ImportFormat;
  /** For the reference of the management API. Absent: its orders' fields are not described. */
  readonly orderFields?: OrderFields;
  /** An import file that fills an empty sandbox. */
  readonly sandboxFile: URL;
  readonly seed: SeedGenerator;
}

/** Reads one element of an import file. Throws {@link ImportError} that names the field. */
export interface ImportFormat {
  /** Sections of the platform's object that hold parties, read before any order. */
  readonly parties: { readonly [section: string]: (item: Json, context: ImportContext) => Party[] };
  /** Tokens that a section of `parties` gives with its parties. */
  readonly tokens?: { readonly [section: string]: (item: Json, context: ImportContext) => Token[] };
  /** Sections that hold entries of the platform's catalog. */
  readonly catalog?: {
    readonly [section: string]: (item: Json, context: ImportContext) => CatalogEntry[];
  };
  readonly orders: {
    readonly [section: string]: (item: Json, context: ImportContext) => ImportedOrder;
  };
  /**
   * Why a row is another order than the one of its id that is there, whatever state that is in now:
   * its owner, an amount, a key of its own, or an absolute time differs. Null where it is the same.
   * Absent: the owners are compared.
   */
  differs?(existing: Order, row: ImportedOrder): Difference | null;
  /** What brings an order that is there to the row's state. Absent: its own states are compared. */
  moves?(existing: Order, row: ImportedOrder): readonly ImportMove[];
  /** Where an order may come in several rows, one a line. */
  readonly rows?: {
    /** Two rows of one id, next to each other, as one order. @throws {ImportError} where they are not */
    combine(first: ImportedOrder, next: ImportedOrder): ImportedOrder;
    /** Why a row of an id that is there already must not be passed over as imported; null where it may. */
    missingIn(existing: Order, row: ImportedOrder): string | null;
  };
}

/** An order as a row of a file gives it. */
export interface ImportedOrder extends NewOrder {
  /** Which of its times the row gives relative to now: `createdAt`, or the id of a line. */
  readonly relative?: readonly string[];
}

export interface Difference {
  /** As the file calls it. */
  readonly field: string;
  /** The value of the order that is there, and that of the row, as a person reads them. */
  readonly there: string;
  readonly given: string;
}

/** A move along the operator's transitions; see {@link OrderModel.operatorTransitions}. */
export interface ImportMove {
  readonly line: string | null;
  readonly to: string;
  readonly note: string | null;
  /** The state's field, as the file calls it. */
  readonly field: string;
}

export interface ImportContext {
  readonly now: Instant;
  /** Parties of the platform: those of the ledger and those read from the file before. */
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
  /** The party that load data belongs to; its key is `secret`. */
  party(partyId: string, secret: string, now: Instant): Party;
  /** The `index`th (from 0) order of the party, the same at each run. */
  order(party: Party, index: number, now: Instant): NewOrder;
}

/** A platform whose own types are closed in: what the pipeline and everything around it sees. */
export type Platform = PlatformDefinition<Start, unknown>;

/** Checks a definition against its own types and closes them in. */
export function definePlatform<Call extends Start, Success>(
  definition: PlatformDefinition<Call, Success>,
): Platform {
  const { name, checks, verifiedBy } = definition;
  if (!checks.names.includes(verifiedBy)) throw new Error(`${name} has no check ${verifiedBy}`);
  return definition as unknown as Platform;
}

/** For the parts of platforms that hold no more than JSON. */
export type { GatewayRequest, Json, JsonObject };
