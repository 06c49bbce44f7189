// What core knows of a ytx order: its states, what an operator may do, and how it is found.
import type { OrderModel } from '../../core/order.ts';
import { moved } from './rules.ts';
import { dueAt, nextStep, RESOLVE } from './sandbox-products.ts';
import { OPERATOR_TRANSITIONS, STATE_WORDS, STATES } from './states.ts';

export const model: OrderModel = {
  states: STATES,
  operatorTransitions: OPERATOR_TRANSITIONS,
  stateWords: STATE_WORDS,
  lookUpKeys: ({ attributes: { mobile, customParm } }) => [
    ['mobile', String(mobile)],
    ...(customParm === '' ? [] : ([['customParm', String(customParm)]] as const)),
  ],
  uniqueKeys: ({ attributes: { customParm } }) =>
    customParm === '' ? [] : [['customParm', String(customParm)]],
  deadlines(order) {
    const step = nextStep(order);
    return step ? [{ kind: RESOLVE, dueAt: dueAt(step, order.createdAt) }] : [];
  },
  moved,
};
