// Authorization and Sign (003, 公共请求参数): identify the caller and the time of the call.
import type { Instant } from '../../core/clock.ts';
import { DAY, MINUTE } from '../../core/clock.ts';
import { formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';
import { type SignatureScheme, signatureOf } from '../../protocol/signature-scheme.ts';

/** "时间戳有效时间为24小时": still good when it is exactly that old. */
export const VALID_MS = DAY;
/** How far a caller's clock may be ahead. [ours] */
export const AHEAD_MS = 10 * MINUTE;

/** `yyyyMMddHHmmss`, Asia/Shanghai. */
export function formatTimestamp(instant: Instant): string {
  return formatShanghai(instant).replaceAll(/\D/g, '');
}

const TIMESTAMP = /^\d{14}$/;

/** Returns null if there is no such time. */
export function parseTimestamp(text: string): Instant | null {
  if (!TIMESTAMP.test(text)) return null;
  const at = (from: number, to: number): string => text.slice(from, to);
  return parseShanghai(
    `${at(0, 4)}-${at(4, 6)}-${at(6, 8)} ${at(8, 10)}:${at(10, 12)}:${at(12, 14)}`,
  );
}

export interface Signed {
  readonly accountSID: string;
  readonly timestamp: string;
}

/** "MD5加密(账户Id + 账户授权令牌 +时间戳)": lower-case hex; "无论大小写" when it is compared. */
export const signature: SignatureScheme<Signed> = {
  algorithm: 'md5',
  carriedIn: { place: 'query', name: 'Sign' },
  secret: 'authToken',
  parts: ({ accountSID, timestamp }) => [
    { is: 'field', name: 'accountSID', value: accountSID },
    { is: 'secret', name: 'authToken' },
    { is: 'field', name: 'timestamp', value: timestamp },
  ],
};

export const sign = (accountSID: string, authToken: string, timestamp: string): string =>
  signatureOf(signature, { accountSID, timestamp }, authToken);

/** The account id and the time, between which the token stands. */
export function aroundToken(text: string): readonly [before: string, after: string] {
  const found = /^(.*?)[|:]?(\d{14})$/.exec(text);
  return found ? [found[1]!, found[2]!] : [text, ''];
}

/** "base64加密(账户Id + "|" + 时间戳)" */
export function authorization(accountSID: string, timestamp: string): string {
  return Buffer.from(`${accountSID}|${timestamp}`).toString('base64');
}

export interface Authorization {
  readonly accountSID: string;
  /** As received, because the Sign covers these digits. */
  readonly timestamp: string;
  readonly at: Instant;
}

const BASE64 = /^[0-9A-Za-z+/]+={0,2}$/;
/** The document prescribes `|`, but its own sample has `:`. */
const CONTENT = /^([0-9A-Za-z]{1,64})[|:](\d{14})$/;

/** The last header and its content: the calls of an account within one second have the same. */
let lastHeader = '';
let lastAuthorization: Authorization | null = null;

/** Returns null if the header cannot be read. */
export function readAuthorization(header: string): Authorization | null {
  if (header === lastHeader) return lastAuthorization;
  const authorization = decodeAuthorization(header);
  [lastHeader, lastAuthorization] = [header, authorization];
  return authorization;
}

function decodeAuthorization(header: string): Authorization | null {
  const text = header.trim();
  if (!BASE64.test(text)) return null;
  const found = CONTENT.exec(Buffer.from(text, 'base64').toString('latin1'));
  const at = found && parseTimestamp(found[2]!);
  return at === null ? null : { accountSID: found![1]!, timestamp: found![2]!, at };
}
