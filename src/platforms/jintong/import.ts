// Reads partners and orders of an import file, and creates load data for benchmarks.
import { z } from 'zod';
import { type Instant, MINUTE } from '../../core/clock.ts';
import { type NewOrder, orderId, ownerId } from '../../core/ledger.ts';
import { formatYuan } from '../../core/money.ts';
import type { Json, JsonObject, Order } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { splitAddresses } from '../../directory/addresses.ts';
import { checkAddressesOf, newParty } from '../../directory/new-party.ts';
import { checkLimitsOf, limitsSchema } from '../../directory/party-limits.ts';
import { checkAsFile, difference, readItem, stateField } from '../../protocol/import.ts';
import {
  addressesField,
  noteField,
  secretField,
  shanghaiField,
  yuanField,
} from '../../protocol/import-fields.ts';
import {
  type Difference,
  type ImportContext,
  ImportError,
  type ImportFormat,
  type SeedGenerator,
} from '../../protocol/platform.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import { ACTIONS, isAction, isOrderId, isUserName } from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import type { State } from './states.ts';

const name = z
  .string()
  .refine(isUserName, 'has to be 1 to 64 characters, without & = or control characters');
const plain = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^&=\p{Cc}\p{Cs}]*$/u, 'may hold no & = or control characters');

const partnerSchema = z.strictObject({
  note: noteField,
  partner: name,
  key: secretField,
  users: z.array(z.string()),
  allowedIps: addressesField,
  actions: z.array(z.string()),
  limits: limitsSchema.optional(),
});

export const orderSchema = z.strictObject({
  note: noteField,
  orderId: z.string().refine(isOrderId, 'has to be 1 to 32 letters, digits or -'),
  partner: name.optional(),
  userName: name,
  state: stateField<State>(model),
  pnr: plain(16).default(''),
  flightNo: plain(16).default(''),
  amount: yuanField('1280.00'),
  createdAt: shanghaiField('2015-11-03 09:12:33'),
});

/** A party's field names in the import file. */
const FILE_NAMES: Readonly<Record<string, string>> = {
  partyId: 'partner',
  grants: 'actions',
  addresses: 'allowedIps',
};

function readPartner(item: Json, { now }: ImportContext): Party[] {
  const { partner, key, users, allowedIps, actions, limits } = readItem(partnerSchema, item);
  const addresses = splitAddresses(allowedIps);
  const attributes = limits ? { limits: limits as JsonObject } : {};
  const its = { platform: PLATFORM, partyId: partner, secret: key, attributes };
  const party = newParty({ ...its, users, addresses, grants: actions }, now);
  checkAsFile(FILE_NAMES, () => checkParty(party));
  return [party];
}

/** Signed names must not contain a separator, and granted actions must exist. */
export function checkParty(party: Party): void {
  const NAME = 'has to be 1 to 64 characters, without & = or control characters';
  if (!isUserName(party.partyId)) throw new ImportError('partyId', NAME);
  const user = party.users.find((u) => !isUserName(u));
  if (user !== undefined) throw new ImportError('users', `"${user}" ${NAME}`);
  const grant = party.grants.find((g) => !isAction(g));
  if (grant !== undefined) {
    throw new ImportError('grants', `"${grant}" is not one of ${ACTIONS.join(', ')}`);
  }
  checkAddressesOf(party);
  checkLimitsOf(party);
}

function readOrder(item: Json, { now, parties }: ImportContext): NewOrder {
  const row = readItem(orderSchema, item);
  const owners = parties.filter((p) => p.users.includes(row.userName));
  const owner = row.partner ? parties.find((p) => p.partyId === row.partner) : owners[0];
  if (row.partner && !owner) throw new ImportError('partner', `no partner ${row.partner}`);
  if (!owner?.users.includes(row.userName)) {
    throw new ImportError('userName', `no partner has a user ${row.userName}; add it to its users`);
  }
  if (!row.partner && owners.length > 1) {
    throw new ImportError('partner', `several partners have a user ${row.userName}; say which one`);
  }
  return newOrder(owner.partyId, row, now);
}

interface OrderRow {
  readonly orderId: string;
  readonly userName: string;
  readonly state: string;
  readonly pnr: string;
  readonly flightNo: string;
  readonly amount: number;
  readonly createdAt: Instant;
}

function newOrder(partner: string, row: OrderRow, now: Instant): NewOrder {
  const order: Order = {
    platform: PLATFORM,
    orderId: orderId(row.orderId),
    owner: ownerId(partner),
    state: row.state,
    version: 1,
    createdAt: row.createdAt,
    updatedAt: now,
    attributes: {
      userName: row.userName,
      amountFen: row.amount,
      pnr: row.pnr,
      flightNo: row.flightNo,
    },
    lines: [],
  };
  return { order, keys: model.lookUpKeys(order), actor: 'import', note: null };
}

/** An order belongs to (partner, user name). Its state may have changed since the import. */
function differs({ owner, attributes, createdAt }: Order, { order }: NewOrder): Difference | null {
  const amount = (given: Order['attributes']) => formatYuan(Number(given.amountFen));
  return (
    difference('partner', owner, order.owner) ??
    difference('userName', attributes.userName, order.attributes.userName) ??
    difference('amount', amount(attributes), amount(order.attributes)) ??
    difference('createdAt', formatShanghai(createdAt), formatShanghai(order.createdAt))
  );
}

export const importFormat: ImportFormat = {
  parties: { partners: readPartner },
  orders: { orders: readOrder },
  differs,
};

/** The states in which both hasten and cancel are allowed, so that load data allows both. */
const SEED_STATES: readonly State[] = ['A', 'B', 'D', 'K', 'L', 'W'];

export const seed: SeedGenerator = {
  party: (partyId, secret, now) =>
    newParty({ platform: PLATFORM, partyId, secret, users: [partyId], grants: ACTIONS }, now),
  order: (party, index, now) =>
    newOrder(
      party.partyId,
      {
        orderId: `9${String(index).padStart(11, '0')}`,
        userName: party.users[0] ?? party.partyId,
        state: SEED_STATES[index % SEED_STATES.length]!,
        pnr: index.toString(36).toUpperCase().padStart(6, 'A'),
        flightNo: `MU${1000 + (index % 9000)}`,
        amount: 50_000 + (index % 500) * 100,
        createdAt: now - ((index % 100_000) * MINUTE) / 10,
      },
      now,
    ),
};
