// A typed client of Jintong's gateway, which integrators can also use to sign and read without a
// server.
import { UnreadableReplyError } from '../../client/errors.ts';
import type { WireProtocol } from '../../client/wire-protocol.ts';
import { percentDecode } from '../../protocol/codecs/form.ts';
import { parseXml, type XmlElement, XmlError } from '../../protocol/codecs/xml.ts';
import type { MethodOf, Params, Success } from '../../protocol/contract.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import { signatureOf } from '../../protocol/signature-scheme.ts';
import { contract, type JintongContract } from './contract.ts';
import { signature } from './signature.ts';
import { type Document, writeRequest } from './wire-write.ts';

export { sign, stringToSign } from './signature.ts';

export type Action = MethodOf<JintongContract>;
export type Param<A extends Action> = Params<JintongContract, A>;

export interface JintongReply {
  /** 标识代码; `CallSuccess` means success. */
  readonly code: string;
  readonly description: string;
  /** The other elements of the reply, `Order` for GetOrderDetail. */
  readonly body: Document;
  /** Whether the reply carries a valid Sign. */
  readonly isSigned: boolean;
}

export interface Credentials {
  readonly partner: string;
  readonly key: string;
  /**
   * Whether to accept a success without `Sign`, which anybody between client and server can remove.
   * Default: false.
   */
  readonly acceptUnsigned?: boolean;
}

/** A request ready to send: a form with the document in a field named `request`. */
export function buildRequest<A extends Action>(
  partner: string,
  key: string,
  action: A,
  param: Param<A>,
): string {
  const signed = {
    Partner: partner,
    Action: action,
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    SignType: 'MD5',
    Version: '1.0.0.0',
    Param: param as unknown as Document,
  };
  return writeRequest({ ...signed, Sign: signatureOf(signature, signed, key) });
}

/**
 * Reads a reply, URL-encoded or plain, and checks its signature if it has one.
 *
 * @throws {UnreadableReplyError}
 */
export function readReply(text: string, key: string): JintongReply {
  const document = readDocument(text);
  const { MessageModel, Sign, ...body } = document;
  if (typeof MessageModel !== 'object') throw unreadable('it has no MessageModel', text);
  const { MessageCode, Description } = MessageModel;
  const [code, words] = [String(MessageCode), String(Description)];
  const isSigned = Sign !== undefined;
  if (
    isSigned &&
    !equalSecrets(String(Sign).toLowerCase(), signatureOf(signature, document, key))
  ) {
    const why = code === 'SignFail' ? ' The client most likely has a wrong key.' : '';
    throw new UnreadableReplyError(
      `the Sign of the reply does not fit the key; the reply says ${code} ${words}.${why}`,
      { unproven: { code, words } },
    );
  }
  return { code, description: words, body, isSigned };
}

/** Maximum length of a quotation in an error: enough to recognise a proxy's page. */
const QUOTED = 200;

const unreadable = (why: string, text: string): UnreadableReplyError =>
  new UnreadableReplyError(
    `the reply is not Jintong's: ${why}. It begins: ${text.slice(0, QUOTED)}`,
  );

function readDocument(text: string): Document {
  const xml = text.trimStart().startsWith('<') ? text : percentDecode(text);
  if (xml === null) throw unreadable('it does not URL-decode', text);
  const toDocument = (element: XmlElement): Document =>
    Object.fromEntries(
      element.children.map((c) => [c.name, c.children.length > 0 ? toDocument(c) : c.text]),
    );
  try {
    return toDocument(parseXml(xml, { maxBytes: 1024 * 1024 }));
  } catch (error) {
    if (error instanceof XmlError) throw unreadable(error.message, text);
    throw error;
  }
}

/** For `createClient`. A Jintong call contains no time, so two equal calls have the same bytes. */
export const jintong: WireProtocol<JintongContract, Credentials> = {
  contract,
  signature,
  secrets: ['key'],
  toCredentials: (partner, key) => ({ partner, key }),
  write({ partner, key }, method, params) {
    const body = buildRequest(partner, key, method, params);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { http: 'POST', path: contract.envelope.path, headers, body };
  },
  read({ key, acceptUnsigned = false }, method, { body: text }) {
    const { code, description: words, body, isSigned } = readReply(text, key);
    if (code !== contract.success) return { ok: false, code, words };
    if (!isSigned && !acceptUnsigned) {
      throw new UnreadableReplyError(
        'the reply is a success without Sign, which anybody between client and server can make. Take it with acceptUnsigned: true, if the server signs no replies.',
        { unproven: { code, words } },
      );
    }
    return { ok: true, value: body as Success<JintongContract, typeof method> };
  },
};
