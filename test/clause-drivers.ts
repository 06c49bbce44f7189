// Turns the requests of clauses into bytes and reads the answers, a driver a platform; nothing here is the project's code.
import { hash } from 'node:crypto';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { XMLParser } from 'fast-xml-parser';
import type { ClauseRequest, EnvelopeValues, Mutation, RawBody } from '../src/protocol/clause.ts';
import { elements, form, stringToSign, GATEWAY as TO_JINTONG } from './jintong.ts';
import { shanghai, GATEWAY as TO_SUNING, xml } from './suning.ts';
import { authorizationOf, signOf, stamp } from './ytx.ts';

/** Whom a request goes to, and who sends it. */
export interface Target {
  readonly url: string;
  readonly now: number;
  readonly party: string;
  secretOf(party: string): string;
}

export interface WireCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What a caller hears. */
export interface Heard {
  readonly code: string;
  readonly words: string | null;
  /** The whole reply as a tree. */
  readonly reply: unknown;
  /** Absent where the platform does not sign its replies. */
  readonly isSigned?: boolean;
}

export interface ClauseDriver {
  write(target: Target, request: ClauseRequest): WireCall;
  read(text: string, target: Target): Heard;
}

export async function send(
  driver: ClauseDriver,
  target: Target,
  request: ClauseRequest,
): Promise<Heard> {
  const { path, ...call } = driver.write(target, request);
  const response = await fetch(target.url + path, { method: 'POST', ...call });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text}`);
  return driver.read(text, target);
}

/** Sends two calls in one packet on one connection, so that the first has no answer when the second comes. */
export async function sendAtOnce(
  driver: ClauseDriver,
  target: Target,
  requests: readonly ClauseRequest[],
): Promise<readonly Heard[]> {
  const { hostname, port } = new URL(target.url);
  const packet = requests.map((request, i) => {
    const { path, headers, body } = driver.write(target, request);
    const lines = Object.entries({
      Host: 'test',
      ...headers,
      'Content-Length': String(Buffer.byteLength(body)),
      ...(i === requests.length - 1 && { Connection: 'close' }),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
  });
  const socket = connect(Number(port), hostname);
  socket.write(packet.join(''));
  const replies = (await readText(socket)).split(/HTTP\/1\.1 200 OK\r\n/).slice(1);
  return replies.map((reply) => driver.read(reply.slice(reply.indexOf('\r\n\r\n') + 4), target));
}

const md5 = (text: string): string => hash('md5', text);

const bytesOf = (raw: RawBody): string | Uint8Array<ArrayBuffer> =>
  typeof raw === 'string' ? raw : new Uint8Array(Buffer.from(raw.base64, 'base64'));

function digits(made: string, { digits: how }: Mutation): string {
  if (how === 'upper-case') return made.toUpperCase();
  return how ? (made.startsWith('0') ? '1' : '0') + made.slice(1) : made;
}

const withoutNull = (values: EnvelopeValues): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null),
  );

const replaced = (text: string, { replace }: Mutation): string => {
  if (!replace) return text;
  if (!text.includes(replace[0])) throw new Error(`the body does not hold ${replace[0]}`);
  return text.replace(replace[0], replace[1]);
};

const xmlParser = new XMLParser({ parseTagValue: false, ignoreDeclaration: true });

type Tree = { readonly [name: string]: string | Tree };

/** 001: "若存在复杂对象引用那么对象字段也按照相同的方式进行签名". */
const signedOf = (tree: Tree): string =>
  Object.keys(tree)
    .filter((name) => tree[name] !== '' && name !== 'Sign' && name !== 'SignType')
    .sort()
    .map((name) => {
      const value = tree[name]!;
      return `${name}=${typeof value === 'string' ? value : signedOf(value)}`;
    })
    .join('&');

const jintong: ClauseDriver = {
  write({ party, secretOf }, request) {
    const { mutate = {} } = request;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...mutate.headers };
    if ('raw' in request) return { path: TO_JINTONG, headers, body: bytesOf(request.raw) };
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
    const made = md5(stringToSign(signed, param) + secretOf(mutate.secretOf ?? party));
    const sent = withoutNull({ ...signed, Sign: digits(made, mutate), ...mutate.sent });
    const document = `<Request>${elements(sent)}<Param>${elements(param)}</Param></Request>`;
    return { path: TO_JINTONG, headers, body: form(replaced(document, mutate)) };
  },
  read(text, { party, secretOf }) {
    const decoded = decodeURIComponent(text.replaceAll('+', '%20'));
    const { Response: reply } = xmlParser.parse(decoded) as { Response: Tree };
    const { MessageCode, Description } = reply.MessageModel as Record<string, string>;
    const isSigned = reply.Sign !== undefined;
    if (isSigned && reply.Sign !== md5(signedOf(reply) + secretOf(party))) {
      throw new Error(`the reply's Sign does not fit the key: ${decoded}`);
    }
    return { code: MessageCode!, words: Description!, reply, isSigned };
  },
};

const NODES: Readonly<Record<string, string>> = {
  'suning.selfmarket.leaguerstatus.add': 'addLeaguerstatus',
};

function suningBody(request: ClauseRequest, format: string): string | Uint8Array<ArrayBuffer> {
  if ('raw' in request) return bytesOf(request.raw);
  const node = NODES[request.method!] ?? 'queryHistoryOrder';
  if (format === 'json') {
    return JSON.stringify({ sn_request: { sn_body: { [node]: request.params } } });
  }
  const given = Object.entries(request.params).filter(([, value]) => value !== undefined);
  return xml(node, Object.fromEntries(given) as never);
}

/** The first `name` of the tree at any depth. */
export function findIn(tree: unknown, name: string): unknown {
  if (typeof tree !== 'object' || tree === null) return undefined;
  if (Object.hasOwn(tree, name)) return (tree as Record<string, unknown>)[name];
  for (const below of Object.values(tree)) {
    const found = findIn(below, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const suning: ClauseDriver = {
  write({ party, now, secretOf }, request) {
    const { mutate = {} } = request;
    const at = now + (mutate.time ?? 0);
    const signed = withoutNull({
      AppMethod: request.method!,
      AppRequestTime: shanghai(at),
      Format: 'xml',
      AppKey: party,
      VersionNo: 'v1.2',
      ...mutate.signed,
    });
    const body = suningBody(request, signed.Format!);
    const base64 = Buffer.from(body as string).toString('base64');
    const time = mutate.signsAnotherSecond ? shanghai(at - 1000) : signed.AppRequestTime;
    const secret = secretOf(mutate.secretOf ?? party);
    const made = md5(secret + signed.AppMethod + time + signed.AppKey + signed.VersionNo + base64);
    return {
      path: mutate.path ?? TO_SUNING,
      headers: withoutNull({
        ...signed,
        signInfo: digits(made, mutate),
        ...mutate.headers,
        ...mutate.sent,
      }),
      body: typeof body === 'string' ? replaced(body, mutate) : body,
    };
  },
  read(text) {
    const reply = (text.startsWith('<') ? xmlParser.parse(text) : JSON.parse(text)) as Tree;
    const error = findIn(reply, 'sn_error') as Record<string, string> | undefined;
    if (error) return { code: error.error_code!, words: error.error_msg!, reply };
    if (findIn(reply, 'sn_body') === undefined) throw new Error(`no reply of Suning: ${text}`);
    return { code: 'success', words: null, reply };
  },
};

const ytx: ClauseDriver = {
  write({ party, now, secretOf }, request) {
    const { mutate = {} } = request;
    const at = now + (mutate.time ?? 0);
    const accountSID = mutate.signed?.accountSID ?? party;
    const signedTime = stamp(mutate.signsAnotherSecond ? at - 1000 : at);
    const made = signOf(accountSID, secretOf(mutate.secretOf ?? party), signedTime);
    const sent = withoutNull({
      version: '201612',
      accountSID,
      func: 'Unicom',
      funcURL: 'Order.wx',
      Sign: digits(made, mutate),
      Authorization: authorizationOf(accountSID, stamp(at)),
      ...mutate.sent,
    });
    const { version, func, funcURL, Sign, Authorization } = sent;
    const once = Sign === undefined ? '' : `Sign=${Sign}`;
    const query = mutate.twice?.includes('Sign') ? `${once}&${once}` : once;
    const path = `/${version}/sid/${sent.accountSID}/${func}/${funcURL}`;
    return {
      path: `${path}?${query}`,
      headers: {
        'content-type': 'application/json;charset=utf-8;',
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
    // 003, 响应示例: a result has no statusCode.
    return { code: reply.statusCode ?? '0', words: reply.statusMsg ?? null, reply };
  },
};

/** By the name of the platform. */
export const DRIVERS: Readonly<Record<string, ClauseDriver>> = { jintong, suning, ytx };
