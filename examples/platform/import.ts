// Partners and orders as an import file gives them, what a partner has to be, and load data.
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
  wholeNumberField,
  yuanField,
  z,
} from 'ordergate/platform';
import { contract } from './contract.ts';
import { PLATFORM } from './name.ts';
import { model, newOrder, type State } from './orders.ts';

const ID = /^[0-9A-Za-z]{1,32}$/;
const callbackUrl = z.url({ protocol: /^https?$/, error: 'has to be an http or https URL' });
const attributes = z.strictObject({
  callbackUrl: callbackUrl.optional(),
  limits: limitsSchema.optional(),
});

const partnerRow = z.strictObject({
  note: noteField,
  partner: z.string(),
  secret: secretField,
  allowedIps: addressesField,
  ...attributes.shape,
});

const orderRow = z.strictObject({
  note: noteField,
  partner: z.string(),
  outTradeNo: z.string().regex(contract.methods['order.create'].params.outTradeNo.pattern),
  film: z.string().min(1).max(64),
  seats: wholeNumberField.refine((n) => n >= 1 && n <= 10, 'has to be 1 to 10'),
  amount: yuanField('79.80'),
  mobile: z.string().regex(/^1[3-9]\d{9}$/, 'has to be a mobile number of 11 digits'),
  state: stateField<State>(model),
});

/** @throws {ImportError} that names the field in which a party is no partner of Lantern */
export function checkParty(party: Party): void {
  if (!ID.test(party.partyId))
    throw new ImportError('partyId', 'has to be 1 to 32 letters or digits');
  for (const field of ['users', 'grants'] as const) {
    if (party[field].length > 0) throw new ImportError(field, 'a partner of lantern has none');
  }
  checkAddressesOf(party);
  checkLimitsOf(party);
  const names = { callbackUrl: 'attributes.callbackUrl' };
  checkAsFile(names, () => void readItem(attributes, party.attributes));
}

function readPartner(item: Json, { now }: { readonly now: number }): Party[] {
  const { note: _, partner, secret, allowedIps, ...kept } = readItem(partnerRow, item);
  const addresses = splitAddresses(allowedIps);
  const its = { platform: PLATFORM, partyId: partner, secret, addresses };
  const party = newParty({ ...its, attributes: kept as Party['attributes'] }, now);
  checkAsFile({ partyId: 'partner', addresses: 'allowedIps' }, () => checkParty(party));
  return [party];
}

export const importFormat: ImportFormat = {
  parties: { partners: readPartner },
  orders: {
    orders(item, { now, parties }) {
      const { note: _, partner, amount: amountFen, ...row } = readItem(orderRow, item);
      if (!parties.some(({ partyId }) => partyId === partner)) {
        throw new ImportError('partner', `there is no partner ${partner}; import it first`);
      }
      return newOrder(partner, { ...row, amountFen, createdAt: now }, now);
    },
  },
  differs: (there, { order }) =>
    difference('amount', there.attributes.amountFen, order.attributes.amountFen),
};

export const orderFields: OrderFields = {
  attributes: z.object({
    outTradeNo: z.string().describe("the partner's own number"),
    film: z.string().describe('the film'),
    seats: z.int().describe('how many seats'),
    amountFen: z.int().describe('the amount in fen'),
    mobile: z.string().describe('the number that collects the tickets'),
  }),
  rows: { orders: [orderRow] },
};

export const seed: SeedGenerator = {
  party: (partyId, secret, now) => newParty({ platform: PLATFORM, partyId, secret }, now),
  order: ({ partyId }, index, now) =>
    newOrder(
      partyId,
      {
        outTradeNo: `LOAD-${index}`,
        film: '城南旧事',
        seats: 1 + (index % 10),
        amountFen: 3990 * (1 + (index % 10)),
        mobile: '18800000804',
        state: 'paid',
        createdAt: now - (index % 1000) * MINUTE,
      },
      now,
    ),
};
