// The lists of the console: what each may be filtered by, and its columns. The property test walks all of them.
import type { ListDefinition } from './list-state.ts';

const limits = [50, 20, 100, 200] as const;

export const ORDERS: ListDefinition = {
  filters: ['preset', 'platform', 'state', 'party', 'assignee', 'q', 'from', 'to', 'ids'],
  columns: [
    'order',
    'state',
    'platform',
    'party',
    'subject',
    'amount',
    'created',
    'updated',
    'why',
  ],
  shown: ['order', 'state', 'platform', 'party', 'subject', 'amount', 'created', 'why'],
  limits,
};

export const REQUESTS: ListDefinition = {
  filters: [
    ...['platform', 'party', 'method', 'outcome', 'orderId', 'refused', 'address', 'text'],
    ...['from', 'to', 'live'],
  ],
  columns: ['time', 'outcome', 'method', 'order', 'platform', 'party', 'detail', 'address', 'took'],
  shown: ['time', 'outcome', 'method', 'order', 'platform', 'party', 'detail', 'took'],
  limits,
};

export const DELIVERIES: ListDefinition = {
  filters: ['platform', 'party', 'endpointId', 'orderId', 'state', 'from', 'to'],
  columns: [
    'id',
    'state',
    'event',
    'order',
    'party',
    'attempts',
    'answer',
    'due',
    'created',
    'url',
  ],
  shown: ['id', 'state', 'event', 'order', 'party', 'attempts', 'answer', 'due', 'created'],
  limits,
};

export const PARTIES: ListDefinition = {
  filters: ['platform', 'q', 'enabled'],
  columns: ['party', 'platform', 'enabled', 'grants', 'addresses', 'keys', 'used'],
  shown: ['party', 'platform', 'enabled', 'grants', 'addresses', 'keys', 'used'],
  limits,
  sorts: ['party', 'platform', 'enabled', 'keys', 'used'],
};

/** Cards in place of rows, so that it has one column. */
export const ENDPOINTS: ListDefinition = {
  filters: ['platform', 'party'],
  columns: ['endpoint'],
  shown: ['endpoint'],
  limits,
};

export const AUDIT: ListDefinition = {
  filters: ['actor', 'action', 'target', 'outcome', 'from', 'to'],
  columns: ['time', 'actor', 'action', 'target', 'outcome', 'address', 'note'],
  shown: ['time', 'actor', 'action', 'target', 'outcome', 'address', 'note'],
  limits,
};

/** The overview's figures by platform and party. */
export const FIGURES: ListDefinition = {
  filters: ['platform', 'party', 'minutes'],
  columns: [
    ...['party', 'platform', 'calls', 'rate', 'success', 'p95'],
    ...['pending', 'failing', 'dead', 'near', 'money'],
  ],
  shown: ['party', 'platform', 'calls', 'rate', 'success', 'p95', 'pending', 'near', 'money'],
  limits,
};

export const LISTS = { ORDERS, REQUESTS, DELIVERIES, PARTIES, ENDPOINTS, AUDIT, FIGURES };
