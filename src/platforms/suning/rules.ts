// The business rules of addLeaguerstatus and of the 100 minutes: pure functions of a line and the
// time.
import type { Instant } from '../../core/clock.ts';
import type { BizNumber } from './codes.ts';
import { isOverdue, type VirtualLine } from './lines.ts';
import type { IqStatus, LeaguerStatus } from './values.ts';

/** The new state of the line. `keepsCards`: the call's cards are stored with it. */
export interface Accepted {
  readonly refused: null;
  readonly action: string;
  readonly line: VirtualLine;
  readonly keepsCards: boolean;
}
export type Judged = Accepted | { readonly refused: BizNumber; readonly detail: string };

/** "卡密数量大于1000" (115) */
export const MAX_CARDS = 1000;

const refuse = (refused: BizNumber, detail: string): Judged => ({ refused, detail });

/** A parcel is 102, a failure of the order system 100, a return 104; then by iqStatus (settled.md, S26). */
export function judge(line: VirtualLine, status: LeaguerStatus, now: Instant): Judged {
  if (line.fulfilment === 'parcel') return refuse('102', 'the line is a parcel');
  if (line.state === 'oms-failure') return refuse('100', 'the order system fails on this line');
  if (line.state === 'returned') return refuse('104', 'the line was returned');
  return RULES[status.iqStatus](line, status, now);
}

type Rule = (line: VirtualLine, status: LeaguerStatus, now: Instant) => Judged;

/** 180-短信已发送(虚拟商品订单行已发货) */
const ship: Rule = (line, { cards }, now) => {
  if (line.state === 'received') return refuse('106', 'the line was received');
  const begun = line.refund !== 'none';
  if (begun && line.refundCause === 'overdue') {
    return refuse('107', `its automatic refund is ${line.refund}`);
  }
  if (isOverdue(line, now)) return refuse('107', 'it is 100 minutes or more since payment');
  if (line.state !== 'unshipped' || begun) {
    return refuse('105', `the line is ${line.state}, its refund ${line.refund}`);
  }
  const isCard = line.fulfilment === 'card';
  if (isCard) {
    if (cards.length === 0) return refuse('113', 'no cards');
    if (cards.length > MAX_CARDS) return refuse('115', `${cards.length} cards`);
    const { firstBlank } = cards;
    if (firstBlank >= 0) {
      return refuse('116', `card ${firstBlank + 1} lacks its cardCode or cardSec`);
    }
    if (cards.length !== line.quantity) {
      return refuse('114', `${cards.length} cards for a quantity of ${line.quantity}`);
    }
  }
  return accept('shipped', { ...line, state: 'shipped' }, isCard);
};

/** 190-卡密已激活(虚拟商品订单行顾客已确认收货) */
const receive: Rule = (line) => {
  if (line.state === 'received') return refuse('106', 'the line was received');
  if (line.state !== 'shipped') return refuse('103', `the line is ${line.state}`);
  return accept('received', { ...line, state: 'received' });
};

/** 200-赠品发放成功(虚拟赠品订单行顾客已确认收货) */
const grantGift: Rule = (line) => {
  if (line.fulfilment !== 'gift') return refuse('108', `the line is ${line.fulfilment}, no gift`);
  if (line.state === 'received') return refuse('106', 'the line was received');
  if (line.refund !== 'none') return refuse('105', `its refund is ${line.refund}`);
  return accept('received', { ...line, state: 'received' });
};

/** 210-(充值失败) */
const failRecharge: Rule = (line, { failReason }) => {
  if (line.fulfilment !== 'recharge') {
    return refuse('109', `the line is ${line.fulfilment}, no recharge`);
  }
  if (line.state !== 'unshipped') return refuse('110', `the line is ${line.state}`);
  if (line.refund === 'done') return refuse('110', 'the line was refunded');
  if (line.refund === 'started') return refuse('111', 'its refund was started');
  if (line.refund === 'refused') return refuse('112', 'its refund was refused');
  const failed = {
    ...line,
    refund: 'started',
    refundCause: 'recharge-failed',
    failReason,
  } as const;
  return accept('refund-started', failed);
};

const RULES: Record<IqStatus, Rule> = {
  180: ship,
  190: receive,
  200: grantGift,
  210: failRecharge,
};

function accept(action: string, line: VirtualLine, keepsCards = false): Accepted {
  return { refused: null, action, line, keepsCards };
}

/**
 * The line after the start of its automatic refund (settled.md, S31); null if there is nothing to
 * do.
 */
export function refundOverdue(line: VirtualLine, now: Instant): VirtualLine | null {
  return isOverdue(line, now) ? { ...line, refund: 'started', refundCause: 'overdue' } : null;
}
