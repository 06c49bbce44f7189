// Carries out each action on the ledger after the call is accepted.
import { type CoreRefusal, refuse } from '../../core/errors.ts';
import { type NewOrder, orderId, ownerId } from '../../core/ledger.ts';
import type { JsonObject, LookUpKey, Order } from '../../core/order.ts';
import type { Refusal } from '../../protocol/checks.ts';
import type { Params, Reply } from '../../protocol/contract.ts';
import type { Services, Verdict } from '../../protocol/platform.ts';
import type { YtxCall } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code } from './codes.ts';
import type { YtxContract } from './contract.ts';
import { type Action, isCustomParm, isRequestId } from './methods.ts';
import { PLATFORM } from './name.ts';
import { newYtxOrder } from './new-order.ts';
import { findProduct } from './products.ts';
import { normalizeAccount, readAccountKind } from './recharge-account.ts';
import { quotable } from './redact.ts';
import { newRequestId } from './request-id.ts';
import { orderResult } from './result.ts';
import { QUERY_INTERVAL_MS } from './rules.ts';
import { refusalBody } from './wire.ts';

/** A reply: an object, or an array if a list was requested. */
export type Success = JsonObject | readonly JsonObject[];

/** An accepted call with the values of its action. */
type CallOf<A extends Action> = Omit<YtxCall, 'values'> & {
  readonly values: Params<YtxContract, A>;
};

type Operation<A extends Action> = (
  call: CallOf<A>,
  services: Services,
) => Promise<Verdict<Success> | CoreRefusal>;

const succeed = (success: Success): Verdict<Success> => ({ ok: true, success });

function decline(refused: Code, detail: string) {
  const refusal: Refusal<Code> = { refused, detail: quotable(detail) };
  return { ok: false, refusal } as const;
}

const getOrderResult: Operation<'getOrderResult'> = async (call, services) => {
  const { ids, list } = call.asked;
  // "没收到requestId才选择customParm": a requestId that is given goes first.
  if (ids.length === 0) {
    const order = await findByCustomParm(call, services);
    const [answered] = await answerQueries([order], call, services);
    return answered!.ok ? succeed(answered!.value) : answered!;
  }
  call.touched.orderId = quotable(ids[0]!);
  const asked = ids.length === 1 ? ids : [...new Set(ids)];
  const orders = await loadOwn(asked, call, services);
  const answers = await answerQueries(orders, call, services);
  if (!list) return answers[0]!.ok ? succeed(answers[0]!.value) : answers[0]!;
  // A repeated id is looked up once and answered in both places. [ours]
  const byId = new Map(asked.map((id, i) => [id, answers[i]!]));
  return succeed(
    ids.map((id) => {
      const answer = byId.get(id)!;
      return answer.ok ? answer.value : refusalBody({ refused: CORE_TO_CODE[answer.code] }, id);
    }),
  );
};

/**
 * The app's own order; null if there is none, or if it is another app's, so that nobody learns of
 * it.
 */
async function loadOwn(
  ids: readonly string[],
  { values }: CallOf<'getOrderResult'>,
  { ledger }: Services,
): Promise<(Order | null)[]> {
  const wellFormed = ids.filter(isRequestId).map(orderId);
  const found =
    wellFormed.length === 0 ? [] : await ledger.loadMany(PLATFORM, wellFormed, [values.appid]);
  let next = 0; // The ledger answers in the sequence of the well-formed ids.
  return ids.map((id) => {
    const order = isRequestId(id) ? found[next++] : null;
    return order && order.owner === values.appid ? order : null;
  });
}

async function findByCustomParm(
  { values, touched }: CallOf<Action>,
  { ledger }: Services,
): Promise<Order | null> {
  const { appid, customParm } = values;
  if (customParm === undefined || !isCustomParm(customParm)) return null;
  const order = await ledger.findByKey(PLATFORM, ownerId(appid), customParmKey(customParm));
  touched.orderId = order?.orderId;
  return order;
}

const customParmKey = (value: string): LookUpKey => ['customParm', value];

type Answer = { readonly ok: true; readonly value: JsonObject } | CoreRefusal;

/** Missing orders do not count for the query limit, and neither does a refused query. */
async function answerQueries(
  orders: readonly (Order | null)[],
  { values }: CallOf<'getOrderResult'>,
  { limits, clock }: Services,
): Promise<Answer[]> {
  const found = orders.filter((order) => order !== null);
  const keys = found.map((order) => `${PLATFORM} query ${order.orderId}`);
  const of = { platform: PLATFORM, owner: values.appid };
  const started = await limits.pause(keys, QUERY_INTERVAL_MS, clock.now(), of);
  let next = 0;
  return orders.map((order): Answer => {
    if (!order) return refuse('unknown-order');
    return started[next++] ? { ok: true, value: orderResult(order) } : refuse('too-soon');
  });
}

/** Attempts to find a free id. At a million orders a day about 1 % of the drawn ids are taken. */
const MAX_DRAWS = 16;

const productOrder: Operation<'productOrder'> = async (call, services) => {
  const { rechargeAccount, productCode, customParm } = call.values;
  const product = findProduct(productCode, services);
  if (!product) {
    // The submission is repeated after its product was removed: the first submission stays valid.
    const existing = await findByCustomParm(call, services);
    return existing ? answerAgain(existing, call) : decline('-301', `no product ${productCode}`);
  }
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const now = services.clock.now();
    const order: NewOrder = {
      ...newYtxOrder(
        {
          requestId: newRequestId(now),
          accountSID: call.accountSID,
          appid: call.app.appid,
          orderSts: '0',
          account: product.account,
          mobile: normalizeAccount(product.account, rechargeAccount),
          productCode: productCode,
          amount: product.amountFen,
          customParm: customParm,
          createdAt: now,
        },
        now,
      ),
      actor: `party:${call.accountSID}`,
      requestId: call.request.id,
    };
    const id = order.order.orderId;
    const created = await services.ledger.createOrders({
      orders: [order],
      existing: 'refuse',
      now,
    });
    if (created.result === 'created') {
      call.touched.orderId = id;
      return submitted(id);
    }
    // Either the customParm exists, or the drawn id is taken, and another id is drawn.
    const existing = await findByCustomParm(call, services);
    if (existing) return answerAgain(existing, call);
  }
  return refuse('unavailable');
};

/**
 * A repeated customParm gets the same requestId. Different content is an error. Accounts are
 * compared in normalised form, by the kind that the order stores, because its product may have
 * changed or been removed. [ours]
 */
function answerAgain({ orderId, attributes }: Order, { values }: CallOf<'productOrder'>) {
  const account = normalizeAccount(readAccountKind(attributes.account), values.rechargeAccount);
  if (attributes.mobile === account && attributes.productCode === values.productCode) {
    return submitted(orderId);
  }
  return decline('-101', `customParm is order ${orderId}'s, of another product or account`);
}

function submitted(requestId: string): Verdict<Success> {
  const reply: Reply<YtxContract, 'productOrder'> = {
    statusCode: '0',
    statusMsg: CODES['0'],
    requestId,
  };
  return succeed(reply);
}

const OPERATIONS: { readonly [A in Action]: Operation<A> } = { getOrderResult, productOrder };

/** The field check has read the values by the action's contract, so that this cast is safe. */
export function execute(call: YtxCall, services: Services) {
  const operation = OPERATIONS[call.action] as Operation<Action>;
  return operation(call as unknown as CallOf<Action>, services);
}
