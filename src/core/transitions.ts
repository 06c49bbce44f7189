// State transitions as data: for each state, the states that may follow.

export type Transitions = { readonly [state: string]: readonly string[] };

/** For each state, the next state of each action. A state refuses an action that its row lacks. */
export type ActionTable<State extends string> = { readonly [S in State]?: State };

/** The state that `action` leads to from `state`; undefined if the table refuses the action. */
export function follow<State extends string>(
  action: ActionTable<State>,
  state: string,
): State | undefined {
  return Object.hasOwn(action, state) ? action[state as State] : undefined;
}

export function allows(transitions: Transitions, from: string, to: string): boolean {
  return Object.hasOwn(transitions, from) && transitions[from]!.includes(to);
}
