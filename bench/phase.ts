// One phase of load on one server, measured; and the medians over its rounds.
import { fire, openConnections, type Shot } from './load.ts';
import type { RunningServer } from './servers.ts';

export interface Measurement {
  readonly requestsPerSecond: number;
  /** CPU time of the server, user and system, all its threads, per request. */
  readonly cpuMicros: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

/** @param besidesMicros the CPU so far of what works for the server in other processes: its database */
export async function measure(
  server: RunningServer,
  connections: number,
  shots: readonly Shot[],
  besidesMicros: () => number = () => 0,
): Promise<Measurement> {
  const spent = async () => (await server.cpuMicrosWhenIdle()) + besidesMicros();
  const sockets = await openConnections(server.port, connections);
  try {
    const before = await spent();
    const { seconds, millis } = await fire(sockets, shots);
    const after = await spent();
    millis.sort();
    return {
      requestsPerSecond: shots.length / seconds,
      cpuMicros: (after - before) / shots.length,
      p50Millis: millis[Math.floor(millis.length * 0.5)]!,
      p99Millis: millis[Math.floor(millis.length * 0.99)]!,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Field by field: the median round of one figure is not that of another. */
export function medians(rounds: readonly Measurement[]): Measurement {
  const of = (field: keyof Measurement): number => median(rounds.map((round) => round[field]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    cpuMicros: of('cpuMicros'),
    p50Millis: of('p50Millis'),
    p99Millis: of('p99Millis'),
  };
}

export interface Ratio {
  /** Of the medians. */
  readonly value: number;
  /** Of single rounds, the lowest and the highest: how far the machine's noise reaches. */
  readonly lowest: number;
  readonly highest: number;
}

/** CPU per request of `of`, in that of `to`. */
export function cpuRatio(of: readonly Measurement[], to: readonly Measurement[]): Ratio {
  const single = of.map((round, i) => round.cpuMicros / to[i]!.cpuMicros);
  return {
    value: medians(of).cpuMicros / medians(to).cpuMicros,
    lowest: Math.min(...single),
    highest: Math.max(...single),
  };
}
