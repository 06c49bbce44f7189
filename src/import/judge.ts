// Decides about a row whose order exists: it is the same order, another order, or the same order in
// another state.
import type { CoreRefusal } from '../core/errors.ts';
import { leadsTo } from '../core/move-order.ts';
import type { Order } from '../core/order.ts';
import type { ImportedOrder, ImportMove, Platform } from '../protocol/platform.ts';
import type { ImportStore } from './store.ts';

/**
 * Why the row must not be skipped as imported, with its field and the existing order; null if the
 * existing order is the row's own.
 *
 * @param there the order of the row's id; null if another order holds one of the row's unique keys
 */
export async function findProblem(
  store: ImportStore,
  platform: Platform,
  there: Order | null,
  row: ImportedOrder,
): Promise<string | null> {
  if (!there) return findHolder(store, platform, row);
  const { rows, differs = ownerDiffers } = platform.import;
  const missing = rows?.missingIn(there, row);
  if (missing) return `orderId: ${missing}`;
  const found = differs(there, row);
  if (!found) return null;
  return `${found.field}: order ${there.orderId} is there already with ${shown(found.there)}, and this row says ${shown(found.given)}; give it another id, or mend the row`;
}

const shown = (text: string): string => (text === '' ? 'nothing' : `"${text}"`);

function ownerDiffers(there: Order, { order }: ImportedOrder) {
  if (there.owner === order.owner) return null;
  return { field: '(owner)', there: there.owner, given: order.owner };
}

async function findHolder(
  store: ImportStore,
  platform: Platform,
  { order, uniqueKeys = [] }: ImportedOrder,
): Promise<string> {
  for (const [name, value] of uniqueKeys) {
    const holder = await store.findByKey(platform.name, order.owner, [name, value]);
    if (!holder) continue;
    return `${name}: "${value}" is that of order ${holder.orderId} already; give this order its own`;
  }
  return `orderId: ${order.orderId} could not be created; run the import again`;
}

/** The moves that bring an order to its row's state; empty if the order already has that state. */
export function movesOf(
  platform: Platform,
  there: Order,
  row: ImportedOrder,
): readonly ImportMove[] {
  if (platform.import.moves) return platform.import.moves(there, row);
  const note = row.note;
  if (row.order.lines.length === 0) {
    const to = row.order.state;
    return to === there.state ? [] : [{ line: null, to, note, field: 'state' }];
  }
  return row.order.lines.flatMap(({ lineId, state }) => {
    const line = there.lines.find((one) => one.lineId === lineId);
    return line?.state === state ? [] : [{ line: lineId, to: state, note, field: 'state' }];
  });
}

/** Why a move was refused, and the states that the order or its line can move to. */
export function refusedMove(platform: Platform, there: Order, refused: CoreRefusal): string {
  const { states } = platform.model;
  if (refused.code !== 'state-refuses') {
    return `order ${there.orderId} was not moved: ${refused.code}`;
  }
  const from = refused.state ?? there.state;
  return `order ${there.orderId} is in ${from} (${states[from]}), and from there it can go to: ${leadsTo(platform.model, from)}`;
}
