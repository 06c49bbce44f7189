// Asks many groups at once, with a time limit for each.

/** What a group that does not answer costs a list at most. */
const ANSWER_MS = 2000;

export interface Answers<G, T> {
  readonly answers: ReadonlyMap<G, T>;
  /** The names of the groups that did not answer in time, or that failed. */
  readonly silent: readonly string[];
}

export interface Asked {
  readonly name: string;
  /** Why the group cannot be asked now; undefined if it can. */
  readonly problem: string | undefined;
}

/** @param late receives an answer that came after the time limit */
export async function askGroups<G extends Asked, T>(
  groups: readonly G[],
  question: (group: G) => Promise<T>,
  late: (group: G, answer: T) => void = () => {},
): Promise<Answers<G, T>> {
  const answers = new Map<G, T>();
  const silent: string[] = [];
  let isOver = false;
  const all = groups.map(async (group) => {
    // A group that is known to be down costs no time.
    if (group.problem !== undefined) return;
    try {
      const answer = await question(group);
      if (isOver) late(group, answer);
      else answers.set(group, answer);
    } catch {
      // Named below.
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS);
  });
  await Promise.race([Promise.all(all), limit]);
  clearTimeout(timer);
  isOver = true;
  for (const group of groups) if (!answers.has(group)) silent.push(group.name);
  return { answers, silent };
}
