// What core knows of a Jintong order: its states, what an operator may do, and how it is found.
import type { OrderModel } from '../../core/order.ts';
import { OPERATOR_TRANSITIONS, STATES } from './states.ts';

export const model: OrderModel = {
  states: STATES,
  operatorTransitions: OPERATOR_TRANSITIONS,
  lookUpKeys: ({ attributes }) => [
    ['userName', String(attributes.userName)],
    ['pnr', String(attributes.pnr)],
  ],
};
