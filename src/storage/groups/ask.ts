// Asks many groups at once, with a time limit.

/** What groups that do not answer cost a list at most. */
const ANSWER_MS = 2000;
/**
 * Work in the background asks so many groups of a server at once: the other connections of its pool
 * are left to calls.
 */
export const IN_BACKGROUND = 2;

export interface Answers<G, T> {
  readonly answers: ReadonlyMap<G, T>;
  /** The names of the groups that did not answer in time, or that failed. */
  readonly silent: readonly string[];
}

export interface Asked {
  readonly name: string;
  /** The name of its server. */
  readonly server: string;
  /** Why the group cannot be asked now; undefined if it can. */
  readonly problem: string | undefined;
}

export async function askGroups<G extends Asked, T>(
  groups: readonly G[],
  question: (group: G) => Promise<T>,
  /** How many groups of one server are asked at once. */
  atOnce = Number.POSITIVE_INFINITY,
): Promise<Answers<G, T>> {
  const answers = new Map<G, T>();
  const silent: string[] = [];
  let isOver = false;
  const ask = async (group: G): Promise<void> => {
    // A group that is known to be down costs no time, and after the time limit nobody reads on.
    if (group.problem !== undefined || isOver) return;
    try {
      const answer = await question(group);
      if (!isOver) answers.set(group, answer);
    } catch {
      // Named below.
    }
  };
  const all = [...Map.groupBy(groups, ({ server }) => server).values()].flatMap((left) =>
    Array.from({ length: Math.min(atOnce, left.length) }, async () => {
      for (let group = left.shift(); group; group = left.shift()) await ask(group);
    }),
  );
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
