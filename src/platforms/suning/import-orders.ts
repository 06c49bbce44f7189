// Reads orders of both kinds from an import file: virtual goods line by line, and service-market
// orders.
import { z } from 'zod';
import { type Instant, MINUTE } from '../../core/clock.ts';
import { type NewOrder, orderId, ownerId } from '../../core/ledger.ts';
import type { Json, Order } from '../../core/order.ts';
import { declaredEntries } from '../../core/order-entries.ts';
import { readItem, stateField } from '../../protocol/import.ts';
import {
  noteField,
  shanghaiField,
  wholeNumberField,
  yuanField,
} from '../../protocol/import-fields.ts';
import {
  type ImportContext,
  ImportError,
  type ImportedOrder,
  type ImportFormat,
} from '../../protocol/platform.ts';
import { findLine, sumUp, toOrderLine, type VirtualLine } from './lines.ts';
import { isId } from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import {
  CATEGORIES,
  FULFILMENTS,
  LINE_STATES,
  type LineState,
  REFUND_CAUSES,
  REFUNDS,
} from './states.ts';
import { type Subscription, toAttributes } from './subscription.ts';

const note = noteField;
const id = z.string().refine(isId, 'has to be 1 to 32 letters, digits, _ or -');
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'may hold no control characters');
const keyOf = <T extends object>(table: T) =>
  z.enum(
    Object.keys(table) as [string, ...string[]],
    `has to be one of ${Object.keys(table).join(' ')}`,
  ) as unknown as z.ZodType<Extract<keyof T, string>>;
const oneOf = <T extends string>(values: readonly T[]) =>
  z.enum(values as readonly [T, ...T[]], `has to be one of ${values.join(' ')}`);
const time = shanghaiField('2015-01-10 00:00:00');
const yuan = yuanField('10.00');
const count = wholeNumberField.refine((n) => n >= 1 && n <= 999_999_999, 'has to be 1 or more');

const paid = {
  paidMinutesAgo: z.number().min(0).max(10_000_000).optional(),
  paidAt: time.optional(),
};
const lineFields = {
  orderItemId: id,
  fulfilment: keyOf(FULFILMENTS),
  quantity: count,
  state: stateField<LineState>({ states: LINE_STATES }),
  refund: oneOf(REFUNDS).default('none'),
  refundCause: oneOf(REFUND_CAUSES).optional(),
  failReason: text(1000).optional(),
};
const rowSchema = z.strictObject({ note, orderId: id, supplierCode: id, ...lineFields, ...paid });
const manySchema = z.strictObject({
  note,
  orderId: id,
  supplierCode: id.optional(),
  ...paid,
  lines: z
    .array(z.strictObject({ supplierCode: id.optional(), ...lineFields, ...paid }))
    .min(1, 'has to hold a line')
    .max(1000),
});

type Row = z.output<typeof rowSchema>;

/** One line as its own row, or an order with its `lines`, which may omit shared values. */
function readVirtualOrder(item: Json, { now }: ImportContext): ImportedOrder {
  const isWhole = typeof item === 'object' && item !== null && 'lines' in item;
  if (!isWhole) {
    const row = readItem(rowSchema, item);
    const order = newVirtualOrder(row.orderId, [readLineRow(row, now, '')], now);
    return { ...order, relative: row.paidAt === undefined ? [row.orderItemId] : [] };
  }
  const {
    orderId: whole,
    lines,
    supplierCode,
    paidAt,
    paidMinutesAgo,
  } = readItem(manySchema, item);
  const read = lines.map((line, i) => {
    const supplier = line.supplierCode ?? supplierCode;
    if (supplier === undefined) throw new ImportError(`lines.${i}.supplierCode`, 'is missing');
    const isPaid = line.paidAt !== undefined || line.paidMinutesAgo !== undefined;
    const payment = isPaid ? {} : { paidAt, paidMinutesAgo };
    return readLineRow(
      { ...line, ...payment, orderId: whole, supplierCode: supplier } as Row,
      now,
      `lines.${i}.`,
    );
  });
  const ids = new Set(read.map((line) => line.lineId));
  if (ids.size < read.length) throw new ImportError('lines', 'two have the same orderItemId');
  const relative = lines
    .filter((line) => (line.paidAt ?? (line.paidMinutesAgo === undefined && paidAt)) === undefined)
    .map((line) => line.orderItemId);
  return { ...newVirtualOrder(whole, read, now), relative };
}

function readLineRow(row: Row, now: Instant, place: string): VirtualLine {
  const { paidAt, paidMinutesAgo, refund } = row;
  if ((paidAt === undefined) === (paidMinutesAgo === undefined)) {
    throw new ImportError(`${place}paidAt`, 'give paidAt or paidMinutesAgo, one of them');
  }
  return {
    lineId: row.orderItemId,
    state: row.state,
    supplierCode: row.supplierCode,
    fulfilment: row.fulfilment,
    quantity: row.quantity,
    paidAt: paidAt ?? Math.round(now - paidMinutesAgo! * MINUTE),
    refund,
    refundCause: refund === 'none' ? null : (row.refundCause ?? 'other'),
    failReason: row.failReason ?? null,
  };
}

/** The order belongs to its first line's supplier; each line states who may change it. */
export function newVirtualOrder(
  whole: string,
  lines: readonly VirtualLine[],
  now: Instant,
): NewOrder {
  const order: Order = {
    platform: PLATFORM,
    orderId: orderId(whole),
    owner: ownerId(lines[0]!.supplierCode),
    state: sumUp(lines),
    version: 1,
    createdAt: Math.min(...lines.map((line) => line.paidAt)),
    updatedAt: now,
    attributes: {},
    lines: lines.map(toOrderLine),
  };
  return { order, ...declaredEntries(model, order), actor: 'import', note: null };
}

const detailSchema = z.strictObject({
  serverId: id,
  serviceName: text(200),
  chargeId: id,
  chargeName: text(200),
  orderDetailId: id,
  orderQuantity: count,
  basePrice: yuan,
  effectiveTime: time,
  failureTime: time,
  originalCostTotal: yuan,
  realPaymentTotal: yuan,
  preferentialPriceTotal: yuan,
});
const subscriptionSchema = z.strictObject({
  note,
  provider: id,
  orderId: id,
  orderCategory: keyOf(CATEGORIES) as unknown as z.ZodType<Subscription['orderCategory']>,
  shopName: text(200),
  businessAccounts: text(200),
  createTime: time,
  orderDetail: z.array(detailSchema).min(1, 'has to hold a line').max(100),
});

function readSubscription(item: Json, { now }: ImportContext): NewOrder {
  const {
    note: _,
    provider,
    orderId: whole,
    createTime,
    orderDetail,
    ...head
  } = readItem(subscriptionSchema, item);
  const details = orderDetail.map((row) => ({
    serverId: row.serverId,
    serviceName: row.serviceName,
    chargeId: row.chargeId,
    chargeName: row.chargeName,
    orderDetailId: row.orderDetailId,
    orderQuantity: row.orderQuantity,
    basePriceFen: row.basePrice,
    effectiveAt: row.effectiveTime,
    failureAt: row.failureTime,
    originalCostTotalFen: row.originalCostTotal,
    realPaymentTotalFen: row.realPaymentTotal,
    preferentialPriceTotalFen: row.preferentialPriceTotal,
  }));
  return newSubscription(provider, whole, createTime, { ...head, details }, now);
}

export function newSubscription(
  provider: string,
  whole: string,
  createdAt: Instant,
  subscription: Subscription,
  now: Instant,
): NewOrder {
  const order: Order = {
    platform: PLATFORM,
    orderId: orderId(whole),
    owner: ownerId(provider),
    state: 'subscribed',
    version: 1,
    createdAt,
    updatedAt: now,
    attributes: toAttributes(subscription),
    lines: [],
  };
  return { order, ...declaredEntries(model, order), actor: 'import', note: null };
}

const ONE_ROW = 'give the order in one row, with all its `lines`';

/** Adjacent rows of one order form one order. */
function combine(first: ImportedOrder, next: ImportedOrder): ImportedOrder {
  const [a, b] = [first.order, next.order];
  const twice = b.lines.find((line) => a.lines.some((one) => one.lineId === line.lineId));
  if (twice || a.lines.length === 0 || b.lines.length === 0) {
    throw new ImportError(
      'orderId',
      `${b.orderId} is given twice${twice ? ` with line ${twice.lineId}` : ''}`,
    );
  }
  const lines = [...a.lines, ...b.lines];
  const order = { ...a, lines, state: sumUp(lines), createdAt: Math.min(a.createdAt, b.createdAt) };
  const relative = [...(first.relative ?? []), ...(next.relative ?? [])];
  return { ...first, order, ...declaredEntries(model, order), relative };
}

/** The part of the row that the existing order lacks. Such a row must not count as imported. */
function missingIn(existing: Order, { order }: NewOrder): string | null {
  const isOtherKind = (order.lines.length === 0) !== (existing.lines.length === 0);
  if (isOtherKind || (order.lines.length === 0 && order.owner !== existing.owner)) {
    return `${order.orderId} is there already, as another order (of ${existing.owner}); give this one another id`;
  }
  const line = order.lines.find(({ lineId }) => !findLine(existing, lineId));
  return line ? `${order.orderId} is there already, without line ${line.lineId}; ${ONE_ROW}` : null;
}

export const rowSchemas = {
  virtualOrders: [rowSchema, manySchema],
  subscriptionOrders: [subscriptionSchema],
};

export const orderSections: ImportFormat['orders'] = {
  virtualOrders: readVirtualOrder,
  subscriptionOrders: readSubscription,
};
export const rows: NonNullable<ImportFormat['rows']> = { combine, missingIn };
