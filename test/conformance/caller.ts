// A caller with a fault on demand, for the judge's own test: a supplier of Suning or an account of ytx, written without the project's client.
import { createHmac, hash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const env = (name: string): string => process.env[`CONFORMANCE_${name}`] ?? '';
/** What is wrong with this caller. */
const FAULT = process.env.FAULT ?? '';
const has = (fault: string): boolean => FAULT === fault;

const md5 = (text: string | Buffer): string => hash('md5', text);
const now = (): Date => new Date(Date.now() + 8 * 3_600_000);

interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function suningCall(): Call {
  const method = 'suning.selfmarket.leaguerstatus.add';
  const time = now().toISOString().slice(0, 19).replace('T', ' ');
  const card = `<cardList><cardCode>${env('CARD_CODE')}</cardCode><cardSec>${env('CARD_SECRET')}</cardSec></cardList>`;
  const text = `<sn_request><sn_body><addLeaguerstatus><iqStatus>180</iqStatus><orderId>${env('ORDER_ID')}</orderId><orderItemId>${env('ORDER_ITEM_ID')}</orderItemId>${card}</addLeaguerstatus></sn_body></sn_request>`;
  const bytes = Buffer.from(text);
  const body = has('gbk') ? Buffer.concat([bytes, Buffer.from([0xd6, 0xd0])]) : bytes;
  const secret = env('SECRET');
  const version = has('version') ? 'v1.0' : 'v1.2';
  const sign = md5(
    secret +
      method +
      time +
      env('PARTY') +
      version +
      (has('signature') ? text : body.toString('base64')),
  );
  const headers = {
    AppMethod: method,
    AppRequestTime: time,
    AppKey: env('PARTY'),
    VersionNo: version,
    Format: has('format') ? 'json' : 'xml',
    ...(!has('header') && { signInfo: sign }),
  };
  return { path: '/api/http/sopRequest', headers, body };
}

let attempts = 0;
function ytxCall(): Call {
  const key = has('new-key') ? `${env('KEY')}-${++attempts}` : env('KEY');
  const fields = {
    appid: env('APP_ID'),
    rechargeAccount: env('MOBILE'),
    productCode: env('PRODUCT'),
    customParm: key,
  };
  return ytxBody({ action: 'productOrder', ...fields });
}

function ytxBody(fields: object): Call {
  const time = now().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const sign = md5(env('PARTY') + env('SECRET') + time);
  const query = has('sign-twice') ? `Sign=${sign}&Sign=${sign}` : `Sign=${sign}`;
  return {
    path: `/201612/sid/${env('PARTY')}/Unicom/Order.wx?${query}`,
    headers: { Authorization: Buffer.from(`${env('PARTY')}|${time}`).toString('base64') },
    body: Buffer.from(JSON.stringify(fields)),
  };
}

const isSuning = env('ORDER_ITEM_ID') !== '';
const makeCall = isSuning ? suningCall : ytxCall;

async function send({ path, headers, body }: Call): Promise<string> {
  const init = { method: 'POST', headers, body: new Uint8Array(body) };
  return (await fetch(env('URL') + path, init)).text();
}

/** Whether the job is done. */
async function work(): Promise<boolean> {
  let call = makeCall();
  for (let attempt = 1; attempt <= 3; attempt++) {
    let reply: string;
    try {
      reply = await send(call);
    } catch {
      if (has('no-repeat')) return false;
      if (has('takes-silence')) return true;
      if (has('signs-anew')) await sleep(1100);
      if (has('signs-anew') || has('new-key')) call = makeCall();
      continue;
    }
    if (/<sn_body>|"statusCode":"0"/.test(reply)) return true;
    if (/api-frequency:limit/.test(reply)) {
      if (!has('hurries')) await sleep(1100);
      continue;
    }
    const isRefusal = /sn_error|statusCode/.test(reply);
    if (isRefusal && has('takes-errors')) return true;
    if (isRefusal && has('repeats-errors')) continue;
    return !isRefusal && has('takes-garbage');
  }
  return false;
}

const seen = new Set<string>();
let version = 0;

async function takeSigned(headers: IncomingHttpHeaders, body: string): Promise<number> {
  const [id, time, signature] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`]),
  );
  const key = Buffer.from(env('CALLBACK_SECRET').slice('whsec_'.length), 'base64');
  const right = `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`;
  if (signature !== right && !has('trusts-all')) return 401;
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300 && !has('trusts-all') && !has('no-clock'))
    return 401;
  if (has('down')) return 500;
  if (seen.has(id!) && !has('takes-twice')) return 204;
  seen.add(id!);
  const { data } = JSON.parse(body);
  const isNewer = data.version > version || has('any-order') || has('trusts-all');
  if (isNewer || has('takes-twice')) console.log(`taken ${data.orderId} ${data.to}`);
  version = Math.max(version, data.version);
  return 204;
}

async function takeUnsigned(body: string): Promise<number> {
  const { requestId, orderSts } = JSON.parse(body);
  if (seen.has(requestId)) return 200;
  if (!has('trusts-all')) {
    const asked = { action: 'getOrderResult', appid: env('APP_ID'), requestId };
    if (JSON.parse(await send(ytxBody(asked))).orderSts !== orderSts) return 409;
  }
  seen.add(requestId);
  console.log(`taken ${requestId} ${orderSts}`);
  return 200;
}

if (env('CALLBACK_PORT') !== '') {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const status = isSuning ? await takeSigned(request.headers, body) : await takeUnsigned(body);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) =>
    server.listen(Number(env('CALLBACK_PORT')), '127.0.0.1', resolve),
  );
}
if (env('JOB') === 'query') {
  const asked = { action: 'getOrderResult', appid: env('APP_ID'), requestId: env('REQUEST_ID') };
  await send(ytxBody(asked));
  if (has('hurries')) await send(ytxBody(asked));
  process.exitCode = 1;
} else process.exitCode = (await work()) ? 0 : 1;
