// The tables and columns of a transfer, equal for both engines.

/**
 * A table. The listed columns contain whole numbers, all others text. A column may be null if the
 * engine's column may.
 */
export interface TransferTable {
  readonly name: string;
  readonly columns: readonly string[];
}

const ORDER = ['platform', 'owner', 'order_id', 'created_at'];
const LIST = ['platform', 'owner', 'name'];

/**
 * In the sequence of the transfer: referenced tables come first. A row names its order by platform,
 * owner, id and time, because engines number orders differently.
 *
 * Not transferred: the request log, which no order depends on; leases, which belong to a process;
 * and PostgreSQL's data about its nodes.
 */
export const TABLES: readonly TransferTable[] = [
  table('settings', ['name', 'value']),
  table('parties', ['platform', 'party_id', 'document']),
  table('catalog', ['platform', 'kind', 'key', 'document']),
  table('tokens', [
    ...['platform', 'digest', 'kind', 'party_id', 'grant_id', 'expires_at', 'attributes'],
  ]),
  table('accounts', ['account_id', 'name', 'version', 'document']),
  table('credentials', [
    ...['digest', 'kind', 'credential_id', 'account_id', 'expires_at', 'attributes'],
  ]),
  table('audit', [...['number', 'at', 'actor', 'action', 'target', 'outcome', 'details', 'hash']]),
  table('alarm_documents', ['kind', 'id', 'version', 'at', 'document']),
  table('limit_counts', ['key', 'ends_at', 'count']),
  table('kept_replies', ['key', 'reply', 'fingerprint', 'expires_at']),
  table('orders', [
    ...['id', ...ORDER, 'state', 'version', 'updated_at', 'attributes', 'lines', 'head'],
  ]),
  // Ids of orders whose month was dropped; they are not reused. SQLite has none.
  table('gone_orders', ORDER),
  table('order_keys', [...ORDER, 'name', 'value']),
  table('unique_keys', [...ORDER, 'name', 'value']),
  // A change with its event, sorted by seq.
  table('history', [
    'seq',
    ...ORDER,
    ...['version', 'at', 'action', 'line', 'from_state', 'to_state', 'actor', 'note', 'request_id'],
    ...['event_type', 'event_payload', 'document', 'hash'],
  ]),
  table('sealed_texts', [...ORDER, 'name', 'sealed', 'mask']),
  table('deadlines', ['id', 'platform', 'owner', 'order_id', 'kind', 'due_at']),
  table('lists', LIST),
  table('list_entries', [...LIST, 'created_at', 'order_id']),
  table('list_counts', [...LIST, 'level', 'first_at', 'first_id', 'children', 'entries']),
  table('endpoints', [
    ...['id', 'endpoint_id', 'platform', 'party', 'origin', 'url', 'preset', 'expects'],
    ...['event_types', 'enabled', 'off_reason', 'off_at', 'created_at', 'secrets', 'since_seq'],
    ...['failures', 'failing_since', 'open_until'],
  ]),
  // is_head: marks the oldest pending delivery of an order and endpoint, which alone may be sent.
  table('deliveries', [
    ...['id', 'endpoint', 'seq', 'platform', 'order_id', 'version', 'event_type', 'message_id'],
    ...['content_type', 'body', 'state', 'created_at', 'due_at', 'is_head', 'attempts', 'step'],
    'ended_at',
  ]),
  table('delivery_attempts', [
    ...['delivery', 'number', 'at', 'status', 'error', 'micros', 'answer'],
  ]),
  // Without the session, which belongs to a process.
  table('listeners', [
    ...['name', 'platform', 'party', 'endpoint_id', 'cursor', 'created_at', 'seen_at'],
  ]),
  table('listener_resends', ['name', 'seq', 'times']),
  table('callback_alerts', ['id', 'at', 'kind', 'endpoint', 'delivery', 'detail']),
  table('order_notes', ['id', 'platform', 'order_id', 'at', 'actor', 'note']),
  table('order_assignees', ['platform', 'order_id', 'assignee', 'at', 'actor']),
  table('chain_groups', ['number', 'last_seq', 'changes', 'hash', 'parts']),
  // Of parties that have moved to another group and from there; SQLite has none.
  table('departed_changes', ['seq', 'created_at', 'hash']),
  table('arrivals', [
    ...['move_id', 'platform', 'owners', 'first_seq', 'last_seq', 'arrived_at', 'changes', 'hash'],
    ...['parts', 'group_number'],
  ]),
  table('fan_out', ['cursor']),
];

const NUMBERS = new Set([
  ...['id', 'seq', 'version', 'level', 'number', 'state:deliveries', 'endpoint', 'delivery'],
  ...['at', 'created_at', 'updated_at', 'due_at', 'ended_at', 'expires_at', 'ends_at', 'off_at'],
  ...[
    'first_at',
    'failing_since',
    'open_until',
    'since_seq',
    'cursor',
    'last_seq',
    'changes',
    'request_id',
  ],
  ...['count', 'children', 'entries', 'failures', 'attempts', 'step', 'status', 'micros'],
  ...['enabled', 'is_head', 'seen_at', 'times'],
  ...['first_seq', 'arrived_at', 'group_number'],
]);

/** Columns of text whose name is one of numbers elsewhere. */
const TEXTS = new Set(['id:alarm_documents']);

/** Whether a column holds whole numbers. */
export const isNumber = (name: string, column: string): boolean =>
  !TEXTS.has(`${column}:${name}`) && (NUMBERS.has(column) || NUMBERS.has(`${column}:${name}`));

function table(name: string, columns: readonly string[]): TransferTable {
  return { name, columns };
}
