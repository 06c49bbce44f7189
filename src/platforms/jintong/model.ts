// Core's description of Jintong orders: their states, operator moves, and look-up keys.
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
