// The integrator's own code, which the test beside it tests: a shop that sells top-ups through ytx.
import { type CallError, createClient, RefusedError } from 'ordergate/client';
import { CallbackError, verifyCallback } from 'ordergate/webhooks';
import { ytx } from 'ordergate/ytx';

export interface ShopSettings {
  readonly baseUrl: string;
  readonly accountSID: string;
  readonly authToken: string;
  readonly appid: string;
  /** The secret of the endpoint for callbacks (`whsec_…`). */
  readonly callbackSecret: string;
}

export interface Sale {
  readonly requestId: string;
  state: 'charging' | 'charged' | 'failed';
}

/** A sale that ytx refuses; `message` is for the customer. */
export class NotSold extends Error {
  override readonly name = 'NotSold';
}

export class Shop {
  /** By the shop's own number of the sale. In your program they stand in its database. */
  readonly sales = new Map<string, Sale>();
  readonly #settings: ShopSettings;
  readonly #client;

  constructor(settings: ShopSettings) {
    this.#settings = settings;
    const { baseUrl, accountSID, authToken } = settings;
    this.#client = createClient(ytx, { baseUrl, credentials: { accountSID, authToken } });
  }

  /** Sells once for each number, whatever happens to the reply. @throws {NotSold} */
  async sell(number: string, mobile: string, product: string): Promise<Sale> {
    const known = this.sales.get(number);
    if (known) return known;
    const { appid } = this.#settings;
    const order = { appid, rechargeAccount: mobile, productCode: product, customParm: number };
    let result = await this.#client.try('productOrder', order);
    if (!result.ok && isUnknown(result.error)) {
      result = await this.#client.try('productOrder', order, { repeatOf: result.error });
    }
    if (result.ok) {
      const sale: Sale = { requestId: result.value.requestId, state: 'charging' };
      this.sales.set(number, sale);
      return sale;
    }
    if (result.error instanceof RefusedError) throw new NotSold(result.error.refused.words);
    throw result.error;
  }

  /** Takes a callback as it arrived. @returns the HTTP status to answer */
  take(body: Uint8Array, headers: Readonly<Record<string, string | string[] | undefined>>): number {
    try {
      const { event } = verifyCallback(body, headers, this.#settings.callbackSecret);
      const { orderId, to } = event.data as { readonly orderId?: string; readonly to?: string };
      const sale = [...this.sales.values()].find(({ requestId }) => requestId === orderId);
      if (sale && to === '1') sale.state = 'charged';
      if (sale && to === '-1') sale.state = 'failed';
      return 204;
    } catch (error) {
      if (error instanceof CallbackError) return 400;
      throw error;
    }
  }
}

const isUnknown = (error: CallError): boolean => 'outcome' in error && error.outcome === 'unknown';
