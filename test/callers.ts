// Calls a sample of a contract on a running server, with the platform's own client; a line a platform.
import type { Ordergate } from '../src/main.ts';
import { JintongClient } from '../src/platforms/jintong/client.ts';
import { SuningClient } from '../src/platforms/suning/client.ts';
import { YtxClient, YtxRefusedError } from '../src/platforms/ytx/client.ts';
import type { Sample } from '../src/protocol/contract.ts';

/** Answers the code of the reply, or the contract's word for a success. */
type Caller = (server: Ordergate, method: string, sample: Sample) => Promise<string>;

const keyOf = (server: Ordergate, platform: string, party: string): string =>
  server.parties.find(platform, party)!.keys[0]!.secret;

/** By the name of the platform. */
export const CALLERS: Readonly<Record<string, Caller>> = {
  jintong: async (server, method, { as, params }) => {
    const key = keyOf(server, 'jintong', as);
    const client = new JintongClient({ serverHostUrl: server.url, partner: as, key });
    return (await client.call(method as never, params as never)).code;
  },
  suning: async (server, method, { as, params }) => {
    const appSecret = keyOf(server, 'suning', as);
    const client = new SuningClient({ serverUrl: server.url, appKey: as, appSecret });
    const texts = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        typeof value === 'number' ? String(value) : value,
      ]),
    );
    const reply = await client.call(method as never, texts as never);
    return reply.ok ? 'success' : reply.code;
  },
  ytx: async (server, method, { as, params }) => {
    const authToken = keyOf(server, 'ytx', as);
    const client = new YtxClient({ baseUrl: server.url, accountSID: as, authToken });
    try {
      const { appid, requestId = [] } = params as { appid: string; requestId?: string[] };
      const [id] = requestId;
      if (method === 'productOrder') await client.productOrder(params as never);
      else if (requestId.length > 1) await client.getOrderResults(appid, requestId);
      else await client.getOrderResult(appid, { requestId: id! });
      return '0';
    } catch (error) {
      if (error instanceof YtxRefusedError) return error.statusCode;
      throw error;
    }
  },
};
