// Writes the requests of Suning's clauses and reads the replies, without the code of the server.
import { hash } from 'node:crypto';
import type { ClauseRequest } from '../../protocol/clause.ts';
import { bytesOf, changedDigits, replaced, withoutNull } from '../../protocol/clause-bytes.ts';
import { type ClauseDriver, findIn, type ReadXml } from '../../protocol/conformance.ts';

const GATEWAY = '/api/http/sopRequest';
const NODES: Readonly<Record<string, string>> = {
  'suning.selfmarket.leaguerstatus.add': 'addLeaguerstatus',
};

const SHANGHAI = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

const md5 = (text: string): string => hash('md5', text);

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

type Value = string | readonly Readonly<Record<string, string>>[];

const element = (name: string, inner: string): string => `<${name}>${inner}</${name}>`;

function xmlOf(node: string, fields: readonly (readonly [string, Value])[]): string {
  const inner = fields.map(([name, value]) =>
    typeof value === 'string'
      ? element(name, escapeText(value))
      : value
          .map((one) => {
            const pairs = Object.entries(one).map(([n, v]) => element(n, escapeText(v)));
            return element(name, pairs.join(''));
          })
          .join(''),
  );
  return `<sn_request><sn_body>${element(node, inner.join(''))}</sn_body></sn_request>`;
}

function bodyOf(request: ClauseRequest, format: string): string | Uint8Array<ArrayBuffer> {
  if ('raw' in request) return bytesOf(request.raw);
  const node = NODES[request.method!] ?? 'queryHistoryOrder';
  if (format === 'json') {
    return JSON.stringify({ sn_request: { sn_body: { [node]: request.params } } });
  }
  const given = Object.entries(request.params).filter(([, value]) => value !== undefined);
  return xmlOf(node, given as [string, Value][]);
}

export const suningDriver = (readXml: ReadXml): ClauseDriver => ({
  write({ party, now, secretOf }, request) {
    const { mutate = {} } = request;
    const at = now + (mutate.time ?? 0);
    const signed = withoutNull({
      AppMethod: request.method!,
      AppRequestTime: SHANGHAI.format(at),
      Format: 'xml',
      AppKey: party,
      VersionNo: 'v1.2',
      ...mutate.signed,
    });
    const body = bodyOf(request, signed.Format!);
    const base64 = Buffer.from(body as string).toString('base64');
    const time = mutate.signsAnotherSecond ? SHANGHAI.format(at - 1000) : signed.AppRequestTime;
    const secret = secretOf(mutate.secretOf ?? party);
    const made = md5(secret + signed.AppMethod + time + signed.AppKey + signed.VersionNo + base64);
    return {
      path: mutate.path ?? GATEWAY,
      headers: withoutNull({
        ...signed,
        signInfo: changedDigits(made, mutate),
        ...mutate.headers,
        ...mutate.sent,
      }),
      body: typeof body === 'string' ? replaced(body, mutate) : body,
    };
  },
  read(text) {
    const reply: unknown = text.startsWith('<') ? readXml(text) : JSON.parse(text);
    const error = findIn(reply, 'sn_error') as Record<string, string> | undefined;
    if (error) return { code: error.error_code!, words: error.error_msg!, reply };
    if (findIn(reply, 'sn_body') === undefined) {
      throw new Error('the reply has neither sn_error nor sn_body');
    }
    return { code: 'success', words: null, reply };
  },
});
