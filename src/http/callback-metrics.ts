// Prometheus metrics of callbacks: attempts by outcome, alerts, and waiting deliveries.
import type { AlertKind, CallbackStats, CallbackStore } from '../core/callbacks.ts';
import type { Clock } from '../core/clock.ts';
import { gauge, type MetricSource } from './metric-source.ts';

export class CallbackMetrics {
  readonly sources: readonly MetricSource[];
  readonly #attempts = new Map<string, number>();
  readonly #alerts = new Map<string, number>();

  constructor(store: CallbackStore, clock: Clock) {
    // One query serves all gauges of a scrape, because they are collected in the same turn.
    let asked: Promise<CallbackStats> | undefined;
    const ask = (): Promise<CallbackStats> => {
      asked ??= store.stats().finally(() => {
        asked = undefined;
      });
      return asked;
    };
    const waiting = (name: string, help: string, read: (stats: CallbackStats) => number) =>
      gauge(`ordergate_callback_${name}`, help, async () => read(await ask()));
    this.sources = [
      {
        name: 'ordergate_callback_attempts_total',
        help: 'Attempts to deliver a callback: delivered, failed (tried again), dead (the last)',
        type: 'counter',
        values: () => byLabel(this.#attempts, 'outcome'),
      },
      {
        name: 'ordergate_callback_alerts_total',
        help: 'Dead letters, and endpoints that were switched off since they failed for days',
        type: 'counter',
        values: () => byLabel(this.#alerts, 'kind'),
      },
      waiting(
        'pending',
        'Deliveries that have not ended, of endpoints that are on',
        (s) => s.pending,
      ),
      waiting('oldest_pending_age_seconds', 'Since the oldest of them was made', (s) =>
        s.oldestPendingAt === null ? 0 : (clock.now() - s.oldestPendingAt) / 1000,
      ),
      waiting('dead_letters', 'Deliveries that were given up and not replayed', (s) => s.dead),
      waiting('endpoints_off', 'Endpoints that are switched off', (s) => s.endpointsOff),
    ];
  }

  count(outcome: 'delivered' | 'failed' | 'dead'): void {
    this.#attempts.set(outcome, (this.#attempts.get(outcome) ?? 0) + 1);
  }

  alert(kind: AlertKind): void {
    this.#alerts.set(kind, (this.#alerts.get(kind) ?? 0) + 1);
  }
}

const byLabel = (counts: ReadonlyMap<string, number>, label: string) =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
