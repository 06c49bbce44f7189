// signInfo (both documents): MD5 over the secret, the system parameters and the body, without separators.
import { type SignatureScheme, signatureOf } from '../../protocol/signature-scheme.ts';

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
export const signature: SignatureScheme<Signed> = {
  algorithm: 'md5',
  carriedIn: { place: 'header', name: 'signInfo' },
  secret: 'appSecret',
  parts: ({ appMethod, appRequestTime, appKey, versionNo, body }) => [
    { is: 'secret', name: 'appSecret' },
    { is: 'field', name: 'AppMethod', value: appMethod },
    { is: 'field', name: 'AppRequestTime', value: appRequestTime },
    { is: 'field', name: 'AppKey', value: appKey },
    { is: 'field', name: 'VersionNo', value: versionNo },
    { is: 'body-base64', bytes: body },
  ],
};

export const signInfo = (appSecret: string, signed: Signed): string =>
  signatureOf(signature, signed, appSecret);
