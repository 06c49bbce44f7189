// Jintong's clauses about states: each action on an order in each of the 22 states.
import { clause, settled } from './clauses-given.ts';
import { STATES, type State } from './states.ts';

export const HASTENED = '催单成功';
export const CANCELLED = '操作成功';
export const refusedIn = (state: State) => `订单状态为${STATES[state]}，不允许此操作`;

const HASTEN_IN: readonly string[] = 'A B D K L M Q R S U V W Z'.split(' ');
const CANCEL_IN: readonly string[] = 'A B C D I J K L W'.split(' ');

/** Each action in each of the 22 states. */
export const STATE_CLAUSES = (Object.keys(STATES) as State[]).flatMap((state) => {
  const name = state === '-' ? 'empty' : state;
  return [
    HASTEN_IN.includes(state)
      ? clause(`hasten-in-state-${name}`, 'CallSuccess', settled('J20'), {
          state,
          expects: { words: HASTENED },
        })
      : clause(`hasten-refused-in-state-${name}`, 'CallFail', settled('J20'), {
          state,
          expects: { words: refusedIn(state) },
        }),
    clause(
      CANCEL_IN.includes(state) ? `cancel-in-state-${name}` : `cancel-refused-in-state-${name}`,
      CANCEL_IN.includes(state) ? 'CallSuccess' : 'CallFail',
      settled('J22'),
      {
        state,
        method: 'OperateCancelOrder',
        expects: { words: CANCEL_IN.includes(state) ? CANCELLED : refusedIn(state) },
      },
    ),
  ];
});
