// The answers of the management API that the console reads, as /manage/v1/openapi.json describes them.

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Me {
  readonly kind: 'account' | 'api-token' | 'admin-token';
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin' | 'partner';
  /** The one party whose data a partner sees. */
  readonly scope: { readonly platform: string; readonly partyId: string } | null;
  /** The operations that this role may call. */
  readonly may: readonly string[];
  readonly totp: boolean | null;
  readonly passwordSet: boolean | null;
  readonly environment: string;
  readonly version: string;
}

interface Counted {
  readonly count: number;
  readonly isMore: boolean;
}

export interface Overview {
  readonly now: string;
  readonly refusedLastHour: Counted;
  readonly dueSoon: Counted;
  readonly deadCallbacks: number;
  readonly pendingCallbacks: number;
  readonly oldestPendingAt: string | null;
  readonly endpoints: number;
  readonly endpointsOff: number;
  readonly endpointsFailing: readonly {
    readonly endpointId: string;
    readonly platform: string;
    readonly party: string;
    readonly url: string;
    readonly failures: number;
    readonly failingSince: string | null;
    readonly pausedUntil: string | null;
  }[];
  readonly parties: number;
  readonly platforms: readonly {
    readonly name: string;
    readonly parties: number;
    readonly states: Readonly<Record<string, string>>;
  }[];
}

export interface CallSeries {
  readonly since: string;
  readonly stepMinutes: number;
  readonly items: readonly {
    readonly at: string;
    readonly answered: number;
    readonly refused: number;
  }[];
}

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [k: string]: Json };

export interface OrderLine {
  readonly lineId: string;
  readonly state: string;
  readonly stateName: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface Order {
  readonly platform: string;
  readonly orderId: string;
  readonly party: string;
  readonly state: string;
  readonly stateName: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly lines: readonly OrderLine[];
}

export interface HistoryEntry {
  readonly version: number;
  readonly at: string;
  readonly action: string;
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly fromName: string | null;
  readonly toName: string;
  readonly actor: string;
  readonly note: string | null;
  readonly requestId: number | null;
}

export interface Attempt {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMicros: number;
  readonly answer: string;
}

export interface Delivery {
  readonly deliveryId: number;
  readonly messageId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly platform: string;
  readonly party: string;
  readonly orderId: string;
  readonly version: number;
  readonly eventType: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly createdAt: string;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
  readonly body: string;
  readonly attempts: readonly Attempt[];
}

export interface WholeOrder extends Order {
  readonly history: readonly HistoryEntry[];
  readonly sealed: readonly { readonly name: string; readonly mask: Json }[];
  readonly callbacks: readonly Delivery[];
  /** Of operators, oldest first. */
  readonly notes: readonly OrderNote[];
  readonly assignee: { readonly name: string; readonly at: string; readonly actor: string } | null;
}

export interface OrderNote {
  readonly noteId: number;
  readonly at: string;
  readonly actor: string;
  readonly note: string;
}

export interface Outlook {
  readonly version: number;
  readonly deadlines: readonly {
    readonly kind: string;
    readonly line: string | null;
    readonly dueAt: string;
  }[];
  readonly moves: readonly {
    readonly line: string | null;
    readonly from: string;
    readonly fromName: string;
    readonly to: string;
    readonly toName: string;
  }[];
  readonly told: readonly {
    readonly endpointId: string;
    readonly url: string;
    readonly origin: 'registered' | 'declared';
    readonly enabled: boolean;
    readonly pausedUntil: string | null;
    readonly eventTypes: readonly string[] | null;
  }[];
  readonly wire: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly body: string;
  }[];
}

export interface Attention {
  readonly order: Order;
  readonly reasons: readonly {
    readonly kind: 'dead-callback' | 'deadline' | 'refused-call';
    readonly at: string;
    readonly detail: string;
    readonly id: string;
  }[];
}

export interface SearchHit {
  readonly term: string;
  readonly kind: 'order' | 'request' | 'callback' | 'party';
  readonly why: 'id' | 'key' | 'end';
  readonly platform: string;
  readonly id: string;
  readonly title: string;
  readonly at: string | null;
  readonly order: Order | null;
}

export interface GatewayCall {
  readonly id: number;
  readonly at: string;
  readonly platform: string;
  readonly party: string | null;
  readonly method: string | null;
  readonly outcome: string;
  readonly words: string | null;
  readonly refused: boolean;
  readonly refusedBy: string | null;
  readonly detail: string | null;
  readonly orderId: string | null;
  readonly address: string;
  readonly durationMicros: number;
  readonly stringToSign: string | null;
  readonly body: string;
  readonly readableBody: string;
}

/** A page of the log of gateway calls. */
export interface CallsPage extends Page<GatewayCall> {
  /** How far the search came, where its time ended before the page was full. */
  readonly searchedTo: { readonly at: string } | null;
}

export interface CallbackEndpoint {
  readonly endpointId: string;
  readonly platform: string;
  readonly party: string;
  readonly origin: 'registered' | 'declared';
  readonly url: string;
  readonly preset: string;
  readonly expects: 'ok' | 'success' | null;
  readonly eventTypes: readonly string[] | null;
  readonly enabled: boolean;
  readonly off: { readonly reason: string; readonly at: string } | null;
  readonly createdAt: string;
  readonly failures: number;
  readonly failingSince: string | null;
  readonly pausedUntil: string | null;
  readonly secrets: readonly { readonly createdAt: string; readonly expiresAt: string | null }[];
}

export interface Party {
  readonly platform: string;
  readonly partyId: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly users: readonly string[];
  readonly grants: readonly string[];
  readonly addresses: readonly string[];
  readonly keys: readonly {
    readonly keyId: string;
    readonly createdAt: string;
    readonly expiresAt: string | null;
    readonly lastUsedAt: string | null;
  }[];
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface EndpointHealth {
  readonly endpointId: string;
  readonly isWhole: boolean;
  readonly hours: readonly {
    readonly at: string;
    readonly succeeded: number;
    readonly failed: number;
  }[];
  readonly delivered: number;
  readonly pending: number;
  readonly dead: number;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly scheduleSeconds: readonly number[];
}

export interface ReplayJob {
  readonly jobId: string;
  readonly state: 'counted' | 'running' | 'done' | 'stopped' | 'failed';
  readonly total: number;
  readonly isMore: boolean;
  readonly replayed: number;
  readonly skipped: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly problem: string | null;
}

export interface Admission {
  readonly platform: string;
  readonly partyId: string;
  readonly app: string | null;
  readonly admitted: boolean;
  readonly why: 'listed' | 'no-list' | 'not-listed' | 'switched-off';
  readonly addresses: readonly string[];
}
