// Writes the requests of Jintong's clauses and reads the replies, without the code of the server.
import { hash } from 'node:crypto';
import type { EnvelopeValues } from '../../protocol/clause.ts';
import { bytesOf, changedDigits, replaced, withoutNull } from '../../protocol/clause-bytes.ts';
import type { ClauseDriver, ReadXml } from '../../protocol/conformance.ts';

const GATEWAY = '/Api/OrderOpenApi.ashx';

type Tree = { readonly [name: string]: string | Tree };

const md5 = (text: string): string => hash('md5', text);

/**
 * 001: "若存在复杂对象引用那么对象字段也按照相同的方式进行签名". Names are sorted by code unit (settled.md, J7).
 */
const signedText = (tree: Tree): string =>
  Object.keys(tree)
    .filter((name) => tree[name] !== '' && name !== 'Sign' && name !== 'SignType')
    .sort()
    .map((name) => {
      const value = tree[name]!;
      return `${name}=${typeof value === 'string' ? value : signedText(value)}`;
    })
    .join('&');

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const elements = (fields: EnvelopeValues): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${escapeText(value!)}</${name}>`)
    .join('');

export const jintongDriver = (readXml: ReadXml): ClauseDriver => ({
  write({ party, secretOf }, request) {
    const { mutate = {} } = request;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...mutate.headers };
    if ('raw' in request) return { path: GATEWAY, headers, body: bytesOf(request.raw) };
    const signed = withoutNull({
      Partner: party,
      Action: request.method!,
      RequestFmt: 'XML',
      ResponseFmt: 'XML',
      SignType: 'MD5',
      Version: '1.0.0.0',
      ...mutate.signed,
    });
    const param = request.params as Record<string, string>;
    const made = md5(signedText({ ...signed, Param: param }) + secretOf(mutate.secretOf ?? party));
    const sent = withoutNull({ ...signed, Sign: changedDigits(made, mutate), ...mutate.sent });
    const document = `<Request>${elements(sent)}<Param>${elements(param)}</Param></Request>`;
    const body = `request=${encodeURIComponent(replaced(document, mutate))}`;
    return { path: GATEWAY, headers, body };
  },
  read(text, { party, secretOf }) {
    const decoded = text.startsWith('<') ? text : decodeURIComponent(text.replaceAll('+', '%20'));
    const { Response: reply } = readXml(decoded) as { Response?: Tree };
    const { MessageCode, Description } = (reply?.MessageModel ?? {}) as Record<string, string>;
    if (!reply || MessageCode === undefined || Description === undefined) {
      throw new Error('the reply has no Response with MessageModel, MessageCode and Description');
    }
    const isSigned = reply.Sign !== undefined;
    if (isSigned && reply.Sign !== md5(signedText(reply) + secretOf(party))) {
      throw new Error("the reply's Sign does not fit the partner's key");
    }
    return { code: MessageCode, words: Description, reply, isSigned };
  },
});
