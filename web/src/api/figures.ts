// The figures of the overview, as /manage/v1/overview/figures answers and the event stream pushes them.

interface FiguresParts {
  readonly calls: {
    readonly count: number;
    readonly perSecond: number;
    readonly refused: number;
    /** Of the calls, 0 to 1; null without calls. */
    readonly successShare: number | null;
    readonly refusals: readonly {
      readonly platform: string;
      readonly outcome: string;
      readonly count: number;
    }[];
    readonly p50Micros: number | null;
    readonly p95Micros: number | null;
    readonly p99Micros: number | null;
  };
  readonly callbacks: {
    readonly pending: number;
    readonly failing: number;
    readonly dead: number;
    readonly oldestPendingAt: string | null;
  };
  readonly deadlines: {
    readonly count: number;
    readonly overdue: number;
    readonly orders: number;
    readonly nextAt: string | null;
    readonly amountFen: number;
    readonly withoutAmount: number;
  };
}

export interface FiguresRow extends FiguresParts {
  readonly platform: string;
  /** Null: calls that name no party that there is. */
  readonly party: string | null;
}

export interface Figures extends FiguresParts {
  readonly now: string;
  readonly since: string;
  readonly minutes: number;
  readonly nearMinutes: number;
  readonly items: readonly FiguresRow[];
  readonly isMore: boolean;
}
