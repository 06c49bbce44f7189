// Parties and orders as an import file gives them, what a party has to be, and load data.
import {
  addressesField,
  checkAddressesOf,
  checkAsFile,
  checkLimitsOf,
  difference,
  ImportError,
  type ImportFormat,
  type Json,
  limitsSchema,
  MINUTE,
  newParty,
  noteField,
  type OrderFields,
  type Party,
  readItem,
  type SeedGenerator,
  secretField,
  splitAddresses,
  stateField,
  yuanField,
  z,
} from 'ordergate/platform';
import { contract } from './contract.ts';
import { PLATFORM } from './name.ts';
import { model, newOrder, type State } from './orders.ts';

// LEFT: give the rows the columns that your operator's files have

const ID = /^[0-9A-Za-z]{1,32}$/;
const attributes = z.strictObject({ limits: limitsSchema.optional() });

const partyRow = z.strictObject({
  note: noteField,
  party: z.string(),
  secret: secretField,
  allowedIps: addressesField,
  ...attributes.shape,
});

const orderRow = z.strictObject({
  note: noteField,
  party: z.string(),
  number: z.string().regex(contract.methods['order.create'].params.number.pattern),
  amount: yuanField('79.80'),
  state: stateField<State>(model),
});

/** @throws {ImportError} that names the field in which a party does not fit the platform */
export function checkParty(party: Party): void {
  if (!ID.test(party.partyId)) {
    throw new ImportError('partyId', 'has to be 1 to 32 letters or digits');
  }
  for (const field of ['users', 'grants'] as const) {
    if (party[field].length > 0) throw new ImportError(field, `a party of ${PLATFORM} has none`);
  }
  checkAddressesOf(party);
  checkLimitsOf(party);
  checkAsFile({}, () => void readItem(attributes, party.attributes));
}

function readParty(item: Json, { now }: { readonly now: number }): Party[] {
  const { note: _, party: partyId, secret, allowedIps, ...kept } = readItem(partyRow, item);
  const addresses = splitAddresses(allowedIps);
  const its = { platform: PLATFORM, partyId, secret, addresses };
  const party = newParty({ ...its, attributes: kept as Party['attributes'] }, now);
  checkAsFile({ partyId: 'party', addresses: 'allowedIps' }, () => checkParty(party));
  return [party];
}

export const importFormat: ImportFormat = {
  parties: { parties: readParty },
  orders: {
    orders(item, { now, parties }) {
      const { note: _, party, number, amount: amountFen, state } = readItem(orderRow, item);
      if (!parties.some(({ partyId }) => partyId === party)) {
        throw new ImportError('party', `there is no party ${party}; import it first`);
      }
      return newOrder(party, { number, amountFen, state, createdAt: now }, now);
    },
  },
  differs: (there, { order }) =>
    difference('amount', there.attributes.amountFen, order.attributes.amountFen),
};

export const orderFields: OrderFields = {
  attributes: z.object({
    number: z.string().describe("the party's own number"),
    amountFen: z.int().describe('the amount in fen'),
  }),
  rows: { orders: [orderRow] },
};

export const seed: SeedGenerator = {
  party: (partyId, secret, now) => newParty({ platform: PLATFORM, partyId, secret }, now),
  order: ({ partyId }, index, now) =>
    newOrder(
      partyId,
      {
        number: `LOAD-${index}`,
        amountFen: 100 * (1 + (index % 100)),
        state: 'open',
        createdAt: now - (index % 1000) * MINUTE,
      },
      now,
    ),
};
