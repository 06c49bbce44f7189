// A supplier of Suning: ships the card of a virtual order, sends a lost call again safely, waits at limits, and takes callbacks.
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallError, createClient, RefusedError } from 'ordergate/client';
import { suning } from 'ordergate/suning';
import { CallbackError, verifyCallback } from 'ordergate/webhooks';

function setting(name: string): string {
  const value = process.env[`CONFORMANCE_${name}`];
  if (value) return value;
  throw new Error(`the variable CONFORMANCE_${name} is not set`);
}

const client = createClient(suning, {
  baseUrl: setting('URL'),
  credentials: { appKey: setting('PARTY'), appSecret: setting('SECRET') },
});
const orderId = setting('ORDER_ID');
const line = {
  iqStatus: '180',
  orderId,
  orderItemId: setting('ORDER_ITEM_ID'),
  cardList: [{ cardCode: setting('CARD_CODE'), cardSec: setting('CARD_SECRET') }],
} as const;

/** A limit of calls a second is over after a second; the others are not waited for. */
const LIMIT_MS = 1100;
const ATTEMPTS = 3;

async function ship(): Promise<boolean> {
  let repeatOf: CallError | undefined;
  for (let attempt = 1; ; attempt++) {
    const result = await client.try(
      'suning.selfmarket.leaguerstatus.add',
      line,
      repeatOf && { repeatOf },
    );
    if (result.ok) return true;
    const { error } = result;
    const isLast = attempt === ATTEMPTS;
    if (error instanceof RefusedError) {
      const { code, words, remedy } = error.refused;
      if (code !== 'sys.controller.api-frequency:limit' || isLast) {
        // HTTP 200 with sn_error: nothing was shipped.
        console.error(`refused: ${code} ${words}. ${remedy?.zh ?? ''}`);
        return false;
      }
      await sleep(LIMIT_MS);
    } else if ('outcome' in error && error.outcome === 'unknown' && !isLast) {
      // Nobody knows whether the card was shipped. The same signed bytes count once.
      repeatOf = error;
    } else throw error;
  }
}

/** In your program both stand in its database, and change in the transaction that takes the callback. */
const seen = new Set<string>();
const versions = new Map<string, number>();

async function take(request: IncomingMessage): Promise<number> {
  const raw = await buffer(request);
  try {
    const { id, isRepeat, event } = verifyCallback(
      raw,
      request.headers as never,
      setting('CALLBACK_SECRET'),
      { seen },
    );
    if (isRepeat) return 204;
    const { orderId, version, to } = event.data as { orderId: string; version: number; to: string };
    // A callback of an older change may arrive after that of a newer one.
    if (version > (versions.get(orderId) ?? 0)) {
      versions.set(orderId, version);
      console.log(`taken ${orderId} ${to}`);
    }
    seen.add(id);
    return 204;
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error;
    console.error(`callback refused: ${error.message}`);
    return 401;
  }
}

const port = process.env.CONFORMANCE_CALLBACK_PORT;
if (port !== undefined) {
  // It listens before it calls, so that no callback comes too early.
  const server = createServer(async (request, response) => {
    response.writeHead(await take(request).catch(() => 500)).end();
  });
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
}
const isDone = await ship();
console.log(isDone ? `done ${orderId}` : `not done ${orderId}`);
process.exitCode = isDone ? 0 : 1;
