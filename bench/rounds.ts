// Rounds of load: every server gets every phase in every round, and the first round only warms up.
import type { Shot } from './load.ts';
import { type Measurement, measure } from './phase.ts';
import { print } from './report.ts';
import type { RunningServer } from './servers.ts';

export type Figures<Phase extends string, Subject extends string> = Record<
  Phase,
  Record<Subject, Measurement[]>
>;

export interface Rounds<Phase extends string, Subject extends string> {
  /** Rounds that count; one more warms up. */
  readonly rounds: number;
  readonly connections: number;
  readonly phases: readonly Phase[];
  readonly servers: Readonly<Record<Subject, RunningServer>>;
  /** The requests of one phase in one round, for each server that has the phase. */
  shots(
    phase: Phase,
    isWarmUp: boolean,
  ): Readonly<Partial<Record<Subject, readonly Shot[] | undefined>>>;
}

/**
 * Measures the rounds. The servers change places from round to round, because what one of them leaves
 * behind (a warm cache, a busy disk) must reach all of them alike.
 */
export async function measureRounds<Phase extends string, Subject extends string>(
  options: Rounds<Phase, Subject>,
): Promise<Figures<Phase, Subject>> {
  const { rounds, connections, phases, servers } = options;
  const subjects = Object.keys(servers) as Subject[];
  const none = () =>
    Object.fromEntries(
      subjects.map((subject): [Subject, Measurement[]] => [subject, []]),
    ) as Record<Subject, Measurement[]>;
  const figures = Object.fromEntries(phases.map((phase) => [phase, none()])) as Figures<
    Phase,
    Subject
  >;
  for (let round = 0; round <= rounds; round++) {
    print(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const phase of phases) {
      const shots = options.shots(phase, round === 0);
      for (let turn = 0; turn < subjects.length; turn++) {
        const subject = subjects[(round + turn) % subjects.length]!;
        const own = shots[subject];
        if (own === undefined) continue;
        const measured = await measure(servers[subject], connections, own);
        if (round > 0) figures[phase][subject].push(measured);
      }
    }
  }
  return figures;
}
