// signInfo (both documents): MD5 over the secret, the system parameters and the body, without separators.
import { md5Hex } from '../../protocol/digest.ts';

export interface Signed {
  readonly appMethod: string;
  readonly appRequestTime: string;
  readonly appKey: string;
  readonly versionNo: string;
  /** The exact bytes of the body. */
  readonly body: Uint8Array;
}

/**
 * "appSecret,appMethod,appRequestTime,appKey,versionNo,请求报文base64加密后的数据顺序MD5(32位小写)".
 * Nothing stands between the parts: what keeps one from sliding into the next is that their shapes
 * are checked, see checks.ts.
 */
export function signInfo(appSecret: string, signed: Signed): string {
  const body = Buffer.from(signed.body.buffer, signed.body.byteOffset, signed.body.byteLength);
  return md5Hex(appSecret + parameters(signed) + body.toString('base64'));
}

/**
 * For the request log: what was signed, with the secret and the body only named. A digest of the
 * body would do to try card codes against.
 */
export function describeSigned(signed: Signed): string {
  return `{appSecret}${parameters(signed)}{base64 of the ${signed.body.byteLength} bytes of the body}`;
}

function parameters({ appMethod, appRequestTime, appKey, versionNo }: Signed): string {
  return appMethod + appRequestTime + appKey + versionNo;
}
