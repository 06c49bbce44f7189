// Lantern's sentences as cases: what is there, what is sent, and what has to come back. `ordergate conformance --platforms index.ts --platform lantern` runs them.
import type { Clause, ClauseRequest, ClauseSet, Conformance, Mutation } from 'ordergate/platform';
import { driver } from './clause-driver.ts';
import type { Code } from './codes.ts';

const MINUTE = 60_000;
const SECOND = 1000;

const ORDER = { film: '城南旧事', seats: 2, amount: '79.80', mobile: '18800000804' };
const create = (outTradeNo: string, more: object = {}, mutate: Mutation = {}): ClauseRequest => ({
  method: 'order.create',
  params: { outTradeNo, ...ORDER, ...more },
  mutate,
});
const read = (orderId: string, mutate: Mutation = {}): ClauseRequest => ({
  method: 'order.read',
  params: { orderId, fields: 'all' },
  mutate,
});
/** No order has this id. */
const NONE = 'L0000000000000000';

const clause = (
  id: string,
  settled: string,
  code: Code,
  request: ClauseRequest,
  more: Partial<Clause<Code>['given']> = {},
  reply?: Readonly<Record<string, unknown>>,
): Clause<Code> => ({
  id,
  source: { settled },
  given: { party: 'cinema01', ...more },
  request,
  expects: { code, ...(reply && { reply }) },
});

const clauses: ClauseSet<Code> = {
  platform: 'lantern',
  parties: {
    section: 'partners',
    secret: 'secret',
    rows: {
      cinema01: { partner: 'cinema01' },
      cinema02: { partner: 'cinema02', limits: { perSecond: 1 } },
    },
  },
  catalog: {},
  orders: 'orders',
  clauses: [
    clause(
      'partner-absent',
      'L1',
      'UNKNOWN_PARTNER',
      read(NONE, { sent: { 'X-Lantern-Partner': null } }),
    ),
    clause(
      'partner-unknown',
      'L1',
      'UNKNOWN_PARTNER',
      read(NONE, { sent: { 'X-Lantern-Partner': 'nobody' } }),
    ),
    clause(
      'sign-with-a-digit-changed',
      'L2',
      'BAD_SIGNATURE',
      read(NONE, { digits: 'one-changed' }),
    ),
    clause('sign-with-another-secret', 'L2', 'BAD_SIGNATURE', read(NONE, { secretOf: 'cinema02' })),
    clause(
      'sign-of-another-body',
      'L2',
      'BAD_SIGNATURE',
      create('C-1', {}, { replace: ['"seats":2', '"seats":3'] }),
    ),
    clause(
      'sign-of-another-second',
      'L2',
      'BAD_SIGNATURE',
      read(NONE, { signsAnotherSecond: true }),
    ),
    clause('sign-in-upper-case', 'L2', 'UNKNOWN_ORDER', read(NONE, { digits: 'upper-case' })),
    clause(
      'time-over-five-minutes-behind',
      'L3',
      'STALE_TIME',
      read(NONE, { time: -5 * MINUTE - 2 * SECOND }),
    ),
    clause(
      'time-over-five-minutes-ahead',
      'L3',
      'STALE_TIME',
      read(NONE, { time: 5 * MINUTE + 2 * SECOND }),
    ),
    clause(
      'time-almost-five-minutes-behind',
      'L3',
      'UNKNOWN_ORDER',
      read(NONE, { time: -5 * MINUTE + 5 * SECOND }),
    ),
    clause('limit-of-a-second', 'L4', 'TOO_MANY', create('C-2'), {
      party: 'cinema02',
      before: [create('C-2')],
    }),
    clause('body-is-no-object', 'L4', 'BAD_REQUEST', { method: 'order.create', raw: '[]' }),
    clause('create', 'L5', 'OK', create('C-3'), {}, { state: 'paid', outTradeNo: 'C-3' }),
    clause('create-again', 'L5', 'OK', create('C-4'), { before: [create('C-4')] }),
    clause('create-again-with-other-content', 'L5', 'CONFLICT', create('C-5', { seats: 3 }), {
      before: [create('C-5')],
    }),
    clause(
      'read',
      'L6',
      'OK',
      read('L570CDB0E765E8769'),
      {
        orders: [{ partner: 'cinema01', outTradeNo: 'FIXTURE-1', ...ORDER, state: 'paid' }],
      },
      { film: '城南旧事', seats: 2 },
    ),
    clause('read-an-order-that-is-none', 'L6', 'UNKNOWN_ORDER', read(NONE)),
  ],
  unreached: {
    UNAVAILABLE: 'Only an operator can take the store away.',
    FAULT: 'No call of a partner makes the server fail.',
  },
};

export const conformance: Conformance = {
  clauses,
  driver: () => driver,
  // The same number again is the same order (L5), so that a second run finds what it needs.
  ids: [],
  settled: new URL('./documents/settled.md', import.meta.url),
};
