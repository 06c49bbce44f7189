// A typed client of Jintong's gateway; also how integrators sign and read without a server.
import { percentDecode } from '../../protocol/codecs/form.ts';
import { parseXml } from '../../protocol/codecs/xml.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import type { Action, Param } from './contracts.ts';
import { sign, stringToSign } from './signature.ts';
import { type Document, writeRequest } from './wire.ts';

export type { Action, Param } from './contracts.ts';
export { sign, stringToSign } from './signature.ts';

export interface JintongReply {
  /** 标识代码, `CallSuccess` when all went well. */
  readonly code: string;
  readonly description: string;
  /** The other elements of the reply, `Order` for GetOrderDetail. */
  readonly body: Document;
}

/** The reply could not be understood, or its `Sign` is not the partner key's. */
export class JintongReplyError extends Error {
  readonly code = 'ERR_JINTONG_REPLY';
  override readonly name = 'JintongReplyError';
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
    Param: param as Document,
  };
  return writeRequest({ ...signed, Sign: sign(stringToSign(signed), key) });
}

/**
 * Reads a reply, URL-encoded or plain, and checks its signature where it has one.
 *
 * @throws {JintongReplyError}
 */
export function readReply(text: string, key: string): JintongReply {
  const document = readDocument(text);
  const { MessageModel, Sign, ...body } = document;
  if (typeof MessageModel !== 'object')
    throw new JintongReplyError('the reply has no MessageModel');
  if (
    Sign !== undefined &&
    !equalSecrets(String(Sign).toLowerCase(), sign(stringToSign(document), key))
  ) {
    throw new JintongReplyError('the Sign of the reply does not fit the key');
  }
  const { MessageCode, Description } = MessageModel;
  return { code: String(MessageCode), description: String(Description), body };
}

function readDocument(text: string): Document {
  const xml = text.trimStart().startsWith('<') ? text : percentDecode(text);
  if (xml === null) throw new JintongReplyError('the reply does not URL-decode');
  const root = parseXml(xml, { maxBytes: 1024 * 1024 });
  const toDocument = (element: typeof root): Document =>
    Object.fromEntries(
      element.children.map((c) => [c.name, c.children.length > 0 ? toDocument(c) : c.text]),
    );
  return toDocument(root);
}

export interface JintongClientOptions {
  /** ServerHostUrl: the document's address without `/Api/OrderOpenApi.ashx`. */
  readonly serverHostUrl: string;
  readonly partner: string;
  readonly key: string;
  readonly fetch?: typeof fetch;
}

export class JintongClient {
  readonly #options: JintongClientOptions;

  constructor(options: JintongClientOptions) {
    this.#options = options;
  }

  /** @throws {JintongReplyError} and whatever `fetch` throws; a refusal is a reply, not an error. */
  async call<A extends Action>(action: A, param: Param<A>): Promise<JintongReply> {
    const { serverHostUrl, partner, key, fetch: send = fetch } = this.#options;
    const response = await send(`${serverHostUrl}/Api/OrderOpenApi.ashx`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: buildRequest(partner, key, action, param),
    });
    return readReply(await response.text(), key);
  }
}
