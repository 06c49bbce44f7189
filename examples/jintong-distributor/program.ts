// A distributor of Jintong: cancels or hastens an order, sends a lost call again safely, and takes callbacks.
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type CallError, createClient, RefusedError } from 'ordergate/client';
import { jintong } from 'ordergate/jintong';
import { CallbackError, verifyCallback } from 'ordergate/webhooks';

function setting(name: string): string {
  const value = process.env[`CONFORMANCE_${name}`];
  if (value) return value;
  throw new Error(`the variable CONFORMANCE_${name} is not set`);
}

const client = createClient(jintong, {
  baseUrl: setting('URL'),
  credentials: { partner: setting('PARTY'), key: setting('SECRET') },
});
const orderId = setting('ORDER_ID');
const user = setting('USER');

/** The client itself sends a cancel without a reply again; a reply that cannot be read is left to us. */
async function cancel(repeatOf?: CallError): Promise<boolean> {
  const params = { OrderID: orderId, Consumer: user, Remark: '客人要求取消' };
  const result = await client.try('OperateCancelOrder', params, repeatOf && { repeatOf });
  if (result.ok) return true;
  if (result.error instanceof RefusedError) return refused(result.error);
  // Nobody knows whether the order was cancelled. The very same call counts once, for 24 hours.
  if (!repeatOf && isUnknown(result.error)) return cancel(result.error);
  throw result.error;
}

/** A hasten is never repeated: the platform refuses a second one within ten minutes. */
async function hasten(): Promise<boolean> {
  const result = await client.try('HastenOrder', { OrderID: orderId, UserName: user });
  if (result.ok) return true;
  if (result.error instanceof RefusedError) return refused(result.error);
  throw result.error;
}

const isUnknown = (error: CallError): boolean => 'outcome' in error && error.outcome === 'unknown';

function refused({ refused: { code, words, remedy } }: RefusedError): false {
  console.error(`refused: ${code} ${words}. ${remedy?.zh ?? ''}`);
  return false;
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
const isDone = await (setting('JOB') === 'hasten' ? hasten() : cancel());
console.log(isDone ? `done ${orderId}` : `not done ${orderId}`);
process.exitCode = isDone ? 0 : 1;
