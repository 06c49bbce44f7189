// /orders/{platform}/{orderId}/notes and /assignee: what operators tell each other about an order.
import { z } from 'zod';
import type { DeskStore, OrderName, OrderNote } from '../core/desk.ts';
import { type Ledger, type OrderQuery, orderId } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import { accountName } from '../people/people.ts';
import {
  type Endpoint,
  type EndpointCall,
  endpoint,
  findPlatform,
  inBothZones,
  ManageError,
  type ManageServices,
  shanghaiField,
} from './endpoint.ts';
import { unknownOrder } from './unknown-order.ts';

/** Notes that an order is shown with; nobody reads through more. */
const MAX_NOTES = 200;
/** Orders that one person looks after; of more the newest are listed. */
const MAX_ASSIGNED = 1000;
const LOAD = 100;

export const noteSchema = z
  .object({
    noteId: z.int(),
    at: z.iso.datetime(),
    atShanghai: shanghaiField,
    actor: z.string().describe('the account or the token that wrote it'),
    note: z.string(),
  })
  .meta({ id: 'OrderNote' });

export const assigneeSchema = z
  .object({
    name: z.string().describe('of the account that looks after the order'),
    at: z.iso.datetime(),
    atShanghai: shanghaiField,
    actor: z.string().describe('who assigned it'),
  })
  .meta({ id: 'OrderAssignee' });

const UNKNOWN = { 404: 'no such platform or order' };

export const orderDeskEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/orders/{platform}/{orderId}/notes',
    operationId: 'addOrderNote',
    summary: 'Write a note for other operators beside an order',
    body: z.strictObject({ note: z.string().trim().min(1).max(2000) }),
    status: 201,
    response: noteSchema,
    errors: UNKNOWN,
    async handle({ params, body, by }, services) {
      const order = await requireOrder(params, services);
      const note = { ...order, at: services.clock.now(), actor: by.name, note: body.note };
      return viewNote({ ...note, noteId: await services.desk.addNote(note) });
    },
  }),
  endpoint({
    method: 'PUT',
    path: '/orders/{platform}/{orderId}/assignee',
    operationId: 'assignOrder',
    summary: 'Say who looks after an order',
    body: z.strictObject({
      name: z.string().min(1).max(64).describe('of an account that is enabled, no viewer’s'),
    }),
    status: 200,
    response: assigneeSchema,
    errors: { 404: 'no such platform, order or account' },
    async handle({ params, body, by }, services) {
      const { desk, people, clock } = services;
      const order = await requireOrder(params, services);
      const account = await people.store.findAccount({ name: accountName(body.name) });
      if (!account?.enabled || account.role === 'viewer') {
        const message = `name: no enabled account "${body.name}" of an operator or an admin`;
        throw new ManageError(404, 'unknown-account', message, 'name');
      }
      const at = clock.now();
      await desk.assign({ ...order, assignee: account.name, at, actor: by.name });
      return { name: account.name, ...inBothZones('at', at), actor: by.name };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/orders/{platform}/{orderId}/assignee',
    operationId: 'unassignOrder',
    summary: 'Say that nobody looks after an order any more',
    status: 200,
    response: z.object({ unassigned: z.boolean().describe('false where nobody did') }),
    errors: UNKNOWN,
    async handle({ params }, services) {
      const order = await requireOrder(params, services);
      return { unassigned: await services.desk.unassign(order) };
    },
  }),
];

/** What operators keep beside an order, for whoever reads it. */
export async function deskOf(desk: DeskStore, order: OrderName) {
  const [notes, assignment] = await Promise.all([
    desk.listNotes(order, MAX_NOTES),
    desk.findAssignment(order),
  ]);
  const assignee = assignment && {
    ...{ name: assignment.assignee, actor: assignment.actor },
    ...inBothZones('at', assignment.at),
  };
  return { notes: notes.map(viewNote), assignee };
}

/** The orders that somebody looks after and that fit the other filters, newest first. */
export async function assignedOrders(
  { desk, ledger }: { readonly desk: DeskStore; readonly ledger: Pick<Ledger, 'loadMany'> },
  assignee: string,
  { platform, state, owner, q, from, to }: OrderQuery,
): Promise<Order[]> {
  const assigned = await desk.listAssigned(accountName(assignee), MAX_ASSIGNED);
  const orders: Order[] = [];
  for (const name of new Set(assigned.map((one) => one.platform))) {
    const ids = assigned.filter((one) => one.platform === name).map((one) => orderId(one.orderId));
    for (let i = 0; i < ids.length; i += LOAD) {
      const loaded = await ledger.loadMany(name, ids.slice(i, i + LOAD));
      orders.push(...loaded.filter((order) => order !== null));
    }
  }
  return orders
    .filter(
      (order) =>
        order.platform === (platform ?? order.platform) &&
        order.state === (state ?? order.state) &&
        order.owner === (owner ?? order.owner) &&
        order.orderId.startsWith(q ?? '') &&
        order.createdAt >= (from ?? order.createdAt) &&
        order.createdAt < (to ?? Number.POSITIVE_INFINITY),
    )
    .sort((a, b) => b.createdAt - a.createdAt);
}

function viewNote({ noteId, at, actor, note }: OrderNote): z.input<typeof noteSchema> {
  return { noteId, ...inBothZones('at', at), actor, note };
}

/** @throws {ManageError} where there is none */
async function requireOrder(
  params: EndpointCall['params'],
  { platforms, ledger }: ManageServices,
): Promise<OrderName> {
  const platform = findPlatform(platforms, params.platform!);
  const id = orderId(params.orderId!);
  const [order] = await ledger.loadMany(platform.name, [id]);
  if (!order) throw unknownOrder(platform, id);
  return { platform: platform.name, orderId: id };
}
