// Prometheus metrics of callbacks: attempts by outcome, alerts, and waiting deliveries.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AlertKind, CallbackStats, CallbackStore } from '../core/callbacks.ts';
import type { Clock } from '../core/clock.ts';

export class CallbackMetrics {
  readonly #attempts: Counter<'outcome'>;
  readonly #alerts: Counter<'kind'>;

  constructor(registry: Registry, store: CallbackStore, clock: Clock) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'ordergate_callback_attempts_total',
      help: 'Attempts to deliver a callback: delivered, failed (tried again), dead (the last)',
      labelNames: ['outcome'],
      registers,
    });
    this.#alerts = new Counter({
      name: 'ordergate_callback_alerts_total',
      help: 'Dead letters, and endpoints that were switched off since they failed for days',
      labelNames: ['kind'],
      registers,
    });
    // One query serves all gauges of a scrape, because they are collected in the same turn.
    let asked: Promise<CallbackStats> | undefined;
    const ask = (): Promise<CallbackStats> => {
      asked ??= store.stats().finally(() => {
        asked = undefined;
      });
      return asked;
    };
    const gauge = (name: string, help: string, read: (stats: CallbackStats) => number): void => {
      new Gauge({
        name: `ordergate_callback_${name}`,
        help,
        registers,
        async collect() {
          this.set(read(await ask()));
        },
      });
    };
    gauge('pending', 'Deliveries that have not ended, of endpoints that are on', (s) => s.pending);
    gauge('oldest_pending_age_seconds', 'Since the oldest of them was made', (s) =>
      s.oldestPendingAt === null ? 0 : (clock.now() - s.oldestPendingAt) / 1000,
    );
    gauge('dead_letters', 'Deliveries that were given up and not replayed', (s) => s.dead);
    gauge('endpoints_off', 'Endpoints that are switched off', (s) => s.endpointsOff);
  }

  count(outcome: 'delivered' | 'failed' | 'dead'): void {
    this.#attempts.inc({ outcome });
  }

  alert(kind: AlertKind): void {
    this.#alerts.inc({ kind });
  }
}
