// Load data for benchmarks: an app that may call both methods, and orders for each of them.
import { DAY, SECOND } from '../../core/clock.ts';
import { newParty } from '../../directory/new-party.ts';
import type { SeedGenerator } from '../../protocol/platform.ts';
import { readApp } from './app.ts';
import { newSubscription, newVirtualOrder } from './import-orders.ts';
import { METHODS } from './methods.ts';
import { PLATFORM } from './name.ts';

/** One order in eight is of virtual goods, and one in eight of those of a thousand cards. */
export const VIRTUAL_EVERY = 8;
export const THOUSAND_CARDS_EVERY = 64;

/** The service-market orders are evenly spread over less than three months before now. */
const BACK_MS = 80 * DAY;
const APART_MS = 3 * SECOND;
const IN_A_ROW = BACK_MS / APART_MS;

const CATEGORIES = ['1', '2', '3'] as const;

export const seed: SeedGenerator = {
  party: (partyId, secret, now) =>
    newParty(
      {
        platform: PLATFORM,
        partyId,
        secret,
        grants: METHODS,
        attributes: { supplierCodes: [partyId.slice(0, 32)], provider: partyId.slice(0, 32) },
      },
      now,
    ),
  order(party, index, now) {
    const { supplierCodes, provider = party.partyId } = readApp(party);
    if (index % VIRTUAL_EVERY === VIRTUAL_EVERY - 1) {
      const line = {
        lineId: `8${String(index).padStart(13, '0')}`,
        state: 'unshipped',
        supplierCode: supplierCodes[0] ?? party.partyId.slice(0, 32),
        fulfilment: 'card',
        quantity: index % THOUSAND_CARDS_EVERY === THOUSAND_CARDS_EVERY - 1 ? 1000 : 1,
        paidAt: now,
        refund: 'none',
        refundCause: null,
        failReason: null,
      } as const;
      return newVirtualOrder(`8${String(index).padStart(11, '0')}`, [line], now);
    }
    const createdAt = now - BACK_MS + (index % IN_A_ROW) * APART_MS;
    const detail = {
      serverId: `S${index % 100}`,
      serviceName: '饮料类检测',
      chargeId: `C${index % 100}`,
      chargeName: '水质检测',
      orderDetailId: `D${index}`,
      orderQuantity: 1 + (index % 20),
      basePriceFen: 1000,
      effectiveAt: createdAt,
      failureAt: createdAt + 90 * DAY,
      originalCostTotalFen: 1000 * (1 + (index % 20)),
      realPaymentTotalFen: 1000 * (1 + (index % 20)),
      preferentialPriceTotalFen: 0,
    };
    const subscription = {
      orderCategory: CATEGORIES[index % 3]!,
      shopName: `店铺${index % 1000}`,
      businessAccounts: `shop${index % 1000}@example.cn`,
      details: [detail],
    };
    const id = `S${String(index).padStart(11, '0')}`;
    return newSubscription(provider, id, createdAt, subscription, now);
  },
};
