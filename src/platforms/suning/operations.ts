// Carries out each method on the ledger after the call is accepted, and starts automatic refunds.
import { hash } from 'node:crypto';
import { changeOrder, type Decide } from '../../core/change-order.ts';
import { DAY } from '../../core/clock.ts';
import { type CoreRefusal, refuse } from '../../core/errors.ts';
import { orderId, ownerId } from '../../core/ledger.ts';
import type { DeadlineHandler } from '../../core/run-deadlines.ts';
import type { Refusal } from '../../protocol/checks.ts';
import type { Services, Verdict } from '../../protocol/platform.ts';
import { readApp } from './app.ts';
import { sealCards } from './cards.ts';
import type { SuningCall } from './checks.ts';
import { type Code, invalidBiz } from './codes.ts';
import { listName } from './history-lists.ts';
import { eventOf, findLine, REFUND_DEADLINE, refundDeadline, type VirtualLine } from './lines.ts';
import { isId, type Method } from './methods.ts';
import { changeOfLine } from './model.ts';
import { PLATFORM } from './name.ts';
import { judge, refundOverdue } from './rules.ts';
import { describeOrder } from './subscription.ts';
import type { HistoryQuery, LeaguerStatus } from './values.ts';
import type { Document } from './wire.ts';

/** The content of `sn_responseContent`. */
export type Success = Document;
type Outcome = Promise<Verdict<Success> | CoreRefusal>;

/**
 * How long the same signed write gets its first success again (settled.md, S32); its signature's
 * time is valid for 20 minutes.
 */
const REPLAY_MS = DAY;

const refused = (code: Code, detail: string): Verdict<Success> => ({
  ok: false,
  refusal: { refused: code, detail },
});

async function addLeaguerstatus(call: SuningCall, { ledger, clock }: Services): Outcome {
  const status = call.values as LeaguerStatus;
  const { orderItemId, supplierCode } = status;
  const { supplierCodes } = readApp(call.party);
  if (supplierCode !== null && !supplierCodes.includes(supplierCode)) {
    return refused('sys.auth.vendor-request:errory', 'the app does not hold supplierCode');
  }
  if (!isId(status.orderId) || !isId(orderItemId)) {
    return refused(invalidBiz('101'), 'orderId or orderItemId has not the shape of one');
  }
  const request = {
    platform: PLATFORM,
    orderId: orderId(status.orderId),
    actor: `party:${call.appKey}`,
    requestId: call.request.id,
    once: { key: onceKey(call), ttlMs: REPLAY_MS },
    owners: supplierCodes,
  } as const;
  const isMine = (line: VirtualLine): boolean =>
    supplierCodes.includes(line.supplierCode) &&
    (supplierCode ?? line.supplierCode) === line.supplierCode;

  let refusal: Refusal<Code> | undefined;
  const decide: Decide<null> = (order, now) => {
    refusal = undefined;
    const line = findLine(order, orderItemId);
    // "nobody learns of others' orders": the same answer as for one that does not exist.
    if (!line || !isMine(line)) return refuse('unknown-line');
    const judged = judge(line, status, now);
    if (judged.refused !== null) {
      refusal = { refused: invalidBiz(judged.refused), detail: judged.detail };
      return refuse('state-refuses', line.state);
    }
    const { action, line: after, keepsCards } = judged;
    return {
      ok: true,
      action,
      ...changeOfLine(order, after),
      line: { lineId: after.lineId, from: line.state, to: after.state },
      note: after.failReason,
      eventPayload: { iqStatus: status.iqStatus, ...eventOf(after) },
      deadlines: [refundDeadline(after)],
      ...(keepsCards && { sealed: [sealCards(after.lineId, status.cards)] }),
      reply: null,
    };
  };
  const outcome = await changeOrder(ledger, clock, request, decide);
  if (outcome.ok) return { ok: true, success: leaguerReply(status) };
  return refusal ? { ok: false, refusal } : outcome;
}

/** The key covers everything that was signed: the app, and signInfo with the signed bytes. */
function onceKey({ appKey, sign, request }: SuningCall): string {
  const body = hash('sha256', request.body, 'base64url');
  const whole = JSON.stringify([appKey, sign.toLowerCase(), body]);
  return `${PLATFORM}:${hash('sha256', whole, 'base64url')}`;
}

/** `result` is always Y: refusals come as sn_error (settled.md, S19). */
function leaguerReply({ orderId, orderItemId }: LeaguerStatus): Success {
  return { sn_body: { addLeaguerstatus: { result: 'Y', orderId, orderItemId } } };
}

async function queryHistoryOrder(call: SuningCall, { ledger }: Services): Outcome {
  const query = call.values as HistoryQuery;
  const { range, pageNo, pageSize } = query;
  const { provider } = readApp(call.party);
  const { total, orders } =
    provider === undefined
      ? { total: 0, orders: [] }
      : await ledger.readPage({
          platform: PLATFORM,
          owner: ownerId(provider),
          list: listName(query),
          ...range,
          offset: (pageNo - 1) * pageSize,
          limit: pageSize,
        });
  if (orders.length === 0) {
    const detail = provider === undefined ? 'the app has no provider' : `${total} orders in all`;
    return refused('biz.handler.data-get:no-result', detail);
  }
  const head = {
    pageTotal: String(Math.ceil(total / pageSize)),
    pageNo: String(pageNo),
    pageSize: String(pageSize),
    returnMessage: 'biz.handler.data-get:success' satisfies Code,
  };
  const success = { sn_head: head, sn_body: { queryHistoryOrder: orders.map(describeOrder) } };
  return { ok: true, success };
}

export const OPERATIONS: Record<Method, (call: SuningCall, services: Services) => Outcome> = {
  'suning.selfmarket.leaguerstatus.add': addLeaguerstatus,
  'suning.fws.historyorder.query': queryHistoryOrder,
};

/**
 * Carries out a deadline `refund:LINE`: after 100 minutes without shipment the refund begins, once
 * (settled.md, S31).
 */
export function startOverdueRefund({ ledger, clock }: Services): DeadlineHandler {
  return async (due, completes) => {
    const lineId = due.kind.slice(REFUND_DEADLINE.length + 1);
    const { platform, orderId } = due;
    const request = {
      platform,
      orderId,
      actor: `deadline:${REFUND_DEADLINE}`,
      requestId: null,
      completes,
    } as const;
    let isEarly = false;
    const outcome = await changeOrder(ledger, clock, request, (order, now) => {
      isEarly = now < due.dueAt;
      const line = findLine(order, lineId);
      const after = line && refundOverdue(line, now);
      if (!line || !after) return refuse('state-refuses', order.state);
      return {
        ok: true,
        action: 'refund-started',
        ...changeOfLine(order, after),
        line: { lineId, from: line.state, to: after.state },
        note: '订单超100分钟未发货,系统进行自动退款处理',
        eventPayload: eventOf(after),
        reply: null,
      };
    });
    if (!outcome.ok && outcome.code === 'unavailable') throw new Error('too many changes at once');
    return outcome.ok || isEarly;
  };
}
