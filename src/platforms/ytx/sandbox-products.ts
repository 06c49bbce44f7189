// Product codes of the sandbox whose orders get their result automatically.
import { type Instant, MINUTE, SECOND } from '../../core/clock.ts';
import type { Order } from '../../core/order.ts';
import type { State } from './states.ts';

/** A step: the state before, the state after, and the time since the submission. */
export interface Step {
  readonly from: State;
  readonly to: State;
  readonly afterMs: number;
}

export interface SandboxProduct {
  readonly amountFen: number;
  readonly steps: readonly Step[];
}

/**
 * All of them [ours]. Times are those of the sandbox's clock. Production has no such codes. In the
 * sandbox they hide products of the catalog with the same code.
 */
export const SANDBOX_PRODUCTS: Readonly<Record<string, SandboxProduct>> = {
  'SANDBOX-SUCCESS': {
    amountFen: 294,
    steps: [{ from: '0', to: '1', afterMs: 10 * SECOND }],
  },
  'SANDBOX-FAILURE': {
    amountFen: 294,
    steps: [{ from: '0', to: '-1', afterMs: 10 * SECOND }],
  },
  'SANDBOX-NEVER': { amountFen: 294, steps: [] },
  'SANDBOX-REFUND': {
    amountFen: 294,
    steps: [
      { from: '0', to: '1', afterMs: 10 * SECOND },
      { from: '1', to: '-2', afterMs: 5 * MINUTE },
    ],
  },
};

export function findSandboxProduct(code: string): SandboxProduct | undefined {
  return Object.hasOwn(SANDBOX_PRODUCTS, code) ? SANDBOX_PRODUCTS[code] : undefined;
}

/** The step that the current order waits for; undefined if none. */
export function nextStep(order: Pick<Order, 'state' | 'attributes'>): Step | undefined {
  const product = findSandboxProduct(String(order.attributes.productCode));
  return product?.steps.find((step) => step.from === order.state);
}

/** The kind of the deadline that carries out an order's next step. */
export const RESOLVE = 'resolve';

export function dueAt(step: Step, createdAt: Instant): Instant {
  return createdAt + step.afterMs;
}
