// Signs and sends a call of Suning. Node 22 or later, no package.
import { createHash } from 'node:crypto';

/**
 * MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.
 * The bytes of the body that are signed are the bytes that are sent.
 */
function sign(appSecret: string, appMethod: string, time: string, appKey: string, body: string) {
  const base64 = Buffer.from(body, 'utf8').toString('base64');
  return createHash('md5')
    .update(`${appSecret}${appMethod}${time}${appKey}v1.2${base64}`, 'utf8')
    .digest('hex');
}

/** The time in China as yyyy-MM-dd HH:mm:ss, wherever this machine stands. */
const timeInChina = (): string =>
  new Date(Date.now() + 8 * 60 * 60 * 1000).toISOString().slice(0, 19).replace('T', ' ');

async function send(
  server: string,
  appKey: string,
  appSecret: string,
  appMethod: string,
  body: string,
) {
  const time = timeInChina();
  const reply = await fetch(`${server}/api/http/sopRequest`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      AppMethod: appMethod,
      AppRequestTime: time,
      Format: 'json',
      AppKey: appKey,
      VersionNo: 'v1.2',
      signInfo: sign(appSecret, appMethod, time, appKey, body),
    },
    body,
  });
  return reply.text();
}

// The values of the call.
const server = 'http://127.0.0.1:8787';
const appKey = 'b0c332a133c102765f39de0a1b2c3d4e';
const appSecret = '460d7ff15b073e463125b40f1e2d3c4b';
const appMethod = 'suning.selfmarket.leaguerstatus.add';
const body =
  '{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}';

console.log(await send(server, appKey, appSecret, appMethod, body));
