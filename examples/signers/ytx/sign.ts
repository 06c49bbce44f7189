// Signs and sends a call of ytx. Node 22 or later, no package.
import { createHash } from 'node:crypto';

/** The query's Sign: MD5 over the account, its token and the time, with nothing between them. */
function sign(accountSID: string, authToken: string, time: string): string {
  return createHash('md5').update(`${accountSID}${authToken}${time}`, 'utf8').digest('hex');
}

/** The header Authorization: Base64 of the account, a bar and the same time. */
function authorization(accountSID: string, time: string): string {
  return Buffer.from(`${accountSID}|${time}`, 'utf8').toString('base64');
}

/** The time in China as yyyyMMddHHmmss, wherever this machine stands. */
const timeInChina = (): string =>
  new Date(Date.now() + 8 * 60 * 60 * 1000).toISOString().slice(0, 19).replaceAll(/\D/g, '');

async function send(server: string, accountSID: string, authToken: string, body: string) {
  const time = timeInChina();
  const path = `/201612/sid/${accountSID}/Unicom/Order.wx`;
  const reply = await fetch(`${server}${path}?Sign=${sign(accountSID, authToken, time)}`, {
    method: 'POST',
    headers: {
      Authorization: authorization(accountSID, time),
      'Content-Type': 'application/json; charset=utf-8',
    },
    body,
  });
  return reply.text();
}

// The values of the call.
const server = 'http://127.0.0.1:8787';
const accountSID = 'abcdefghijklmnopqrstuvwxyz012345';
const authToken = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';
const body =
  '{"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}';

console.log(await send(server, accountSID, authToken, body));
