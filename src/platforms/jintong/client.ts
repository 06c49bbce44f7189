// A typed client of Jintong's gateway; also how integrators sign and read without a server.
import { percentDecode } from '../../protocol/codecs/form.ts';
import { parseXml, type XmlElement, XmlError } from '../../protocol/codecs/xml.ts';
import { equalSecrets } from '../../protocol/digest.ts';
import { signatureOf } from '../../protocol/signature-scheme.ts';
import type { Action, Param } from './contracts.ts';
import { signature } from './signature.ts';
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
  /**
   * What the reply said, where it could be read and only its `Sign` does not fit. Nothing proves that
   * the server said it: use it to find a mistake, never to act upon.
   */
  readonly reply: JintongReply | undefined;

  constructor(message: string, reply?: JintongReply) {
    super(message);
    this.reply = reply;
  }
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
  return writeRequest({ ...signed, Sign: signatureOf(signature, signed, key) });
}

/**
 * Reads a reply, URL-encoded or plain, and checks its signature where it has one.
 *
 * @throws {JintongReplyError}
 */
export function readReply(text: string, key: string): JintongReply {
  const document = readDocument(text);
  const { MessageModel, Sign, ...body } = document;
  if (typeof MessageModel !== 'object') throw unreadable('it has no MessageModel', text);
  const { MessageCode, Description } = MessageModel;
  const reply = { code: String(MessageCode), description: String(Description), body };
  if (
    Sign !== undefined &&
    !equalSecrets(String(Sign).toLowerCase(), signatureOf(signature, document, key))
  ) {
    const why = reply.code === 'SignFail' ? ' The client most likely has a wrong key.' : '';
    throw new JintongReplyError(
      `the Sign of the reply does not fit the key; the reply says ${reply.code} ${reply.description}.${why}`,
      reply,
    );
  }
  return reply;
}

/** Enough of what came to tell a proxy's page from a reply. */
const QUOTED = 200;

const unreadable = (why: string, text: string): JintongReplyError =>
  new JintongReplyError(`the reply is not Jintong's: ${why}. It begins: ${text.slice(0, QUOTED)}`);

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
    const text = await response.text();
    // Jintong answers everything with 200: any other status is of something before its protocol.
    if (response.status !== 200)
      throw unreadable(`it has the status HTTP ${response.status}`, text);
    return readReply(text, key);
  }
}
