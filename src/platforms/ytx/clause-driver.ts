// Writes the requests of ytx's clauses and reads the replies, without the code of the server.
import { hash } from 'node:crypto';
import { bytesOf, changedDigits, withoutNull } from '../../protocol/clause-bytes.ts';
import type { ClauseDriver } from '../../protocol/conformance.ts';

/** `yyyyMMddHHmmss` in Shanghai, which is UTC+8 all year. */
const stamp = (instant: number): string =>
  new Date(instant + 8 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);

export const ytxDriver = (): ClauseDriver => ({
  write({ party, now, secretOf }, request) {
    const { mutate = {} } = request;
    const at = now + (mutate.time ?? 0);
    const accountSID = mutate.signed?.accountSID ?? party;
    const signedTime = stamp(mutate.signsAnotherSecond ? at - 1000 : at);
    // "MD5加密(账户Id + 账户授权令牌 +时间戳)"
    const made = hash('md5', accountSID + secretOf(mutate.secretOf ?? party) + signedTime);
    const sent = withoutNull({
      version: '201612',
      accountSID,
      func: 'Unicom',
      funcURL: 'Order.wx',
      Sign: changedDigits(made, mutate),
      Authorization: Buffer.from(`${accountSID}|${stamp(at)}`).toString('base64'),
      ...mutate.sent,
    });
    const { version, func, funcURL, Sign, Authorization } = sent;
    const once = Sign === undefined ? '' : `Sign=${Sign}`;
    const query = mutate.twice?.includes('Sign') ? `${once}&${once}` : once;
    const path = `/${version}/sid/${sent.accountSID}/${func}/${funcURL}`;
    return {
      path: `${path}?${query}`,
      headers: {
        'Content-Type': 'application/json;charset=utf-8;',
        ...mutate.headers,
        ...(Authorization !== undefined && { Authorization }),
      },
      body:
        'raw' in request
          ? bytesOf(request.raw)
          : JSON.stringify({ action: request.method, ...request.params }),
    };
  },
  read(text) {
    const reply = JSON.parse(text) as Record<string, string>;
    if (typeof reply !== 'object' || reply === null) throw new Error('the reply is no JSON object');
    // 003, 响应示例: a result has no statusCode.
    return { code: reply.statusCode ?? '0', words: reply.statusMsg ?? null, reply };
  },
});
