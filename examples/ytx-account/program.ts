// An account of ytx: submits a top-up under a key of its own, asks for results, and believes a pushed result only when it has asked.
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type CallError, createClient, RefusedError } from 'ordergate/client';
import { CallbackError } from 'ordergate/webhooks';
import { readCallback, ytx } from 'ordergate/ytx';

function setting(name: string): string {
  const value = process.env[`CONFORMANCE_${name}`];
  if (value) return value;
  throw new Error(`the variable CONFORMANCE_${name} is not set`);
}

const client = createClient(ytx, {
  baseUrl: setting('URL'),
  credentials: { accountSID: setting('PARTY'), authToken: setting('SECRET') },
});
const appid = setting('APP_ID');
const key = setting('KEY');

/** The key makes two submissions one. It is made before the first attempt, and kept. */
async function submit(repeatOf?: CallError): Promise<boolean> {
  const params = {
    appid,
    rechargeAccount: setting('MOBILE'),
    productCode: setting('PRODUCT'),
    customParm: key,
  };
  const result = await client.try('productOrder', params, repeatOf && { repeatOf });
  if (result.ok) {
    console.log(`submitted ${result.value.requestId}`);
    return true;
  }
  const { error } = result;
  if (error instanceof RefusedError) return refused(error);
  // Nobody knows whether the top-up was taken: the same key gets the first answer.
  if (!repeatOf && 'outcome' in error && error.outcome === 'unknown') return submit(error);
  throw error;
}

/** The state of an order; null where ytx gives none. An order may be asked for once in a minute. */
async function stateOf(requestId: string): Promise<string | null> {
  const result = await client.try('getOrderResult', { appid, requestId: [requestId] });
  if (!result.ok) {
    if (result.error instanceof RefusedError) {
      refused(result.error);
      return null;
    }
    throw result.error;
  }
  const [item] = result.value.items;
  return item && 'orderSts' in item ? item.orderSts : null;
}

function refused({ refused: { code, words, remedy } }: RefusedError): false {
  console.error(`refused: ${code} ${words}. ${remedy?.zh ?? ''}`);
  return false;
}

/** In your program the results stand in its database. */
const results = new Map<string, string>();

/** Results are pushed without a signature: anybody who knows the address can send one. */
async function take(request: IncomingMessage): Promise<number> {
  const raw = await buffer(request);
  try {
    const { requestId, orderSts } = readCallback(raw);
    if (results.get(requestId) === orderSts) return 200;
    const state = await stateOf(requestId);
    // Not acknowledged, so that it comes again, when the order may be asked for.
    if (state === null) return 503;
    if (state !== orderSts) return 409;
    results.set(requestId, state);
    console.log(`taken ${requestId} ${state}`);
    return 200;
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error;
    console.error(`callback refused: ${error.message}`);
    return 400;
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
const isDone =
  setting('JOB') === 'query' ? (await stateOf(setting('REQUEST_ID'))) !== null : await submit();
console.log(isDone ? `done ${key}` : `not done ${key}`);
process.exitCode = isDone ? 0 : 1;
