// Core's description of ytx orders: their states, operators' moves, and look-up keys.
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
    ...mobileEnd(String(mobile)),
    ...(customParm === '' ? [] : ([['customParm', String(customParm)]] as const)),
  ],
  uniqueKeys: ({ attributes: { customParm } }) =>
    customParm === '' ? [] : [['customParm', String(customParm)]],
  deadlines(order) {
    const step = nextStep(order);
    return step ? [{ kind: RESOLVE, dueAt: dueAt(step, order.createdAt) }] : [];
  },
  keyOfEnd,
  newKeys: ['mobileEnd'],
  moved,
};

/**
 * A mobile number in reverse, so that its last digits begin a key: a caller may say `the number
 * that ends in 0804`. Other accounts, such as QQ numbers, are stated completely.
 */
function mobileEnd(account: string): (readonly [string, string])[] {
  return /^1\d{10}$/.test(account) ? [['mobileEnd', keyOfEnd(account)]] : [];
}

/** The key has a marker, so that no order id and no other key begins with it. */
function keyOfEnd(digits: string): string {
  return `…${[...digits].reverse().join('')}`;
}
