// What is fuzzed: the codecs, and the entrance of each platform, with bodies that the signature covers and without.

import type { Ordergate } from '../../src/main.ts';
import { JsonTextError } from '../../src/platforms/suning/json-literals.ts';
import { readJsonMembers } from '../../src/platforms/suning/wire-json.ts';
import { parseForm, percentBytes } from '../../src/protocol/codecs/form.ts';
import { JsonError, parseJson } from '../../src/protocol/codecs/json.ts';
import { decodeUtf8 } from '../../src/protocol/codecs/utf8.ts';
import { parseXml, XmlError } from '../../src/protocol/codecs/xml.ts';
import type { GatewayRequest } from '../../src/protocol/platform.ts';
import { pipelineOf, type Sent } from '../cpu-bound.ts';
import * as jintong from '../jintong.ts';
import * as suning from '../suning.ts';
import * as ytx from '../ytx.ts';

export interface Target {
  readonly name: string;
  /** Bodies that mean something, to begin from. */
  readonly seeds: readonly string[];
  /** Pieces that mean something to what reads the body. */
  readonly tokens: readonly string[];
  /** A body of about so many bytes that is what callers send; without it, a text of `x`. */
  plain?(length: number): Buffer;
  /** Throws, or answers with a fault, only where something is wrong with the code. */
  run(body: Buffer): unknown;
}

const JSON_TOKENS = [
  '{', '}', '[', ']', '[[', '{"":', ',', ':', '""', '"', "'", 'null', 'None', 'True', "u'", "b'",
  '1L', '-', '0', '1e999', '9007199254740993', '\\', '\\u0000', '\\ud800', '\\x41', '\\N{DIGIT ONE}',
  '"0":', '"1":', '\u00e9', '订', '😀', '\ufeff', '\u0000', ' ', '\n',
]; // biome-ignore format: a list of pieces
const XML_TOKENS = [
  '<', '>', '</', '/>', '<a>', '</a>', '<a/>', '<!--', '-->', '<![CDATA[', ']]>', '<?xml version="1.0"?>',
  '<!DOCTYPE a [<!ENTITY b "c">]>', '&', '&amp;', '&#0;', '&#x10FFFF;', '&#65;', '&b;', ' xmlns="u"',
  ' xsi:nil="true"', ' a="b"', '"', '\r\n', '\ufeff', '\u0000', '订', '😀', '\u2028',
]; // biome-ignore format: a list of pieces
const FORM_TOKENS = [
  '&', '=', '%', '%4', '%41', '%FF', '%e5%8f%96', '%c8%a1', '%0d%0a', '%00', '+', '<', '>', 'Partner=',
  'request=', '\r\n', '--', '取',
]; // biome-ignore format: a list of pieces

/** Runs a reader of text as the gateways do; what it refuses by its own error is no fault. */
const reads =
  (read: (text: string) => unknown, refuses: (error: unknown) => boolean) => (body: Buffer) => {
    const text = decodeUtf8(body);
    if (text === null) return;
    try {
      read(text);
    } catch (error) {
      if (!refuses(error)) throw error;
    }
  };
const isJsonError = (error: unknown): boolean => error instanceof JsonError;
const never = (): boolean => false;
const LIMITS = { maxBytes: 1024 * 1024 };

const JSON_SEEDS = [
  '{"sn_request":{"sn_body":{"addLeaguerstatus":{"cardList":[{"cardSec":"I001XB999","cardCode":"1234567899"}],"iqStatus":"180"}}}}',
  '{"action":"getOrderResult","requestId":"[2016010000000219,2016010000000220]","n":[1,-2.5e3,null,true,{}]}',
];
const XML_SEEDS = [
  '<?xml version="1.0"?><Request xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Partner>jane88</Partner><Param><OrderID>1</OrderID><Remark xsi:nil="true"/></Param></Request>',
  '<sn_request> <sn_body> <queryHistoryOrder> <pageNo>1</pageNo> </queryHistoryOrder> </sn_body> </sn_request>',
];

export const CODECS: readonly Target[] = [
  {
    name: 'JSON, strict',
    seeds: JSON_SEEDS,
    tokens: JSON_TOKENS,
    run: reads((text) => parseJson(text, LIMITS), isJsonError),
  },
  {
    name: 'JSON, relaxed',
    seeds: [...JSON_SEEDS, `{u'action': u'x', 'n': 1L, 'ok': True, 'none': None, 'b': b'\\xe5'}`],
    tokens: JSON_TOKENS,
    run: reads(
      (text) => readJsonMembers(text, { ...LIMITS, maxDepth: 16 }),
      (error) => error instanceof JsonTextError,
    ),
  },
  {
    name: 'XML',
    seeds: XML_SEEDS,
    tokens: XML_TOKENS,
    run: reads(
      (text) => parseXml(text, LIMITS),
      (error) => error instanceof XmlError,
    ),
  },
  {
    name: 'forms',
    seeds: [
      'Partner=jane88&Action=HastenOrder&Param=%3COrderID%3E1%3C%2FOrderID%3E&Sign=00',
      'a=%41+b',
    ],
    tokens: FORM_TOKENS,
    plain: (length) =>
      Buffer.from('Remark=%e5%8f%96&'.repeat(Math.ceil(length / 17)).slice(0, length)),
    run: reads((text) => {
      parseForm(text);
      percentBytes(text);
    }, never),
  },
];

/** A body with so much plain text in it that it has about `length` bytes. */
function plainBody(length: number, write: (text: string) => string): Buffer {
  const around = Buffer.byteLength(write(''));
  return Buffer.from(write('x'.repeat(Math.max(1, length - around))));
}

/** The fields that a caller of Jintong may fill as it likes; the rest of the document is well-formed. */
const REMARKS = ['取消', '%e5%8f%96%e6%b6%88', '%c8%a1%cf%fb', 'a\r\nb', '100%'];

/** The entrances of a sandbox that runs in this process; replies and log entries are made as for any call. */
export function entrances(server: Ordergate): readonly Target[] {
  const toJintong = pipelineOf(server, 'jintong');
  const toSuning = pipelineOf(server, 'suning');
  const toYtx = pipelineOf(server, 'ytx');
  const suningHeaders = (its: suning.Call): GatewayRequest['headers'] =>
    Object.fromEntries(
      Object.entries(suning.signedHeaders(its, server.clock.now())).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    );
  const ytxSent = (body: Buffer, token: string): Sent => {
    const timestamp = ytx.stamp(server.clock.now());
    const version = '201612';
    return {
      body,
      path: `/${version}/sid/${ytx.ACCOUNT}/Unicom/Order.wx`,
      params: { version, accountSID: ytx.ACCOUNT, func: 'Unicom', funcURL: 'Order.wx' },
      query: `Sign=${ytx.signOf(ytx.ACCOUNT, token, timestamp)}`,
      headers: { authorization: ytx.authorizationOf(ytx.ACCOUNT, timestamp) },
    };
  };
  const ytxSeeds = [
    JSON.stringify(ytx.query('2016010000000219,2016010000000220')),
    JSON.stringify(ytx.query(['2016010000000219'])),
    JSON.stringify(ytx.submit('fuzz', 'SANDBOX-NEVER')),
    JSON.stringify({ action: 'getOrderResult', appid: ytx.APP, customParm: '123456' }),
  ];
  const suningSeeds = {
    json: [
      JSON_SEEDS[0]!,
      '{"sn_request":{"sn_body":{"queryHistoryOrder":{"startTime":"2015-01-01 00:00:00","endTime":"2015-02-01 00:00:00","pageNo":"1"}}}}',
    ],
    xml: [
      '<sn_request><sn_body><addLeaguerstatus><cardList><cardCode>1</cardCode><cardSec>2</cardSec></cardList><iqStatus>180</iqStatus><orderId>1000531505</orderId><orderItemId>00000208117601</orderItemId></addLeaguerstatus></sn_body></sn_request>',
    ],
  } as const;
  const suningPlain = {
    json: (text: string) => suningSeeds.json[0]!.replace('1234567899', text),
    xml: (text: string) => suningSeeds.xml[0]!.replace('1</cardCode>', `${text}</cardCode>`),
  };
  const ytxPlain = (length: number): Buffer =>
    plainBody(length, (text) => JSON.stringify({ ...ytx.query('2016010000000219'), note: text }));
  return [
    {
      name: 'Jintong, unsigned',
      seeds: [
        jintong.form(jintong.hasten('15112480268')),
        jintong.cancel('151103654827'),
        `Partner=jane88&Action=HastenOrder&Param=${encodeURIComponent('<OrderID>1</OrderID>')}`,
      ],
      tokens: [...FORM_TOKENS, ...XML_TOKENS],
      plain: (length) => plainBody(length, (text) => jintong.form(jintong.cancel('404', text))),
      run: (body) => toJintong({ body }),
    },
    {
      name: 'Jintong, signed Remarks',
      seeds: REMARKS,
      tokens: FORM_TOKENS,
      run: (body) => {
        const text = decodeUtf8(body);
        if (text !== null) return toJintong({ body: Buffer.from(jintong.cancel('404', text)) });
      },
    },
    ...(['json', 'xml'] as const).flatMap((format): Target[] =>
      (['signed', 'unsigned'] as const).map((how) => ({
        name: `Suning, ${how} ${format}`,
        seeds: suningSeeds[format],
        tokens: format === 'json' ? JSON_TOKENS : XML_TOKENS,
        plain: (length) => plainBody(length, suningPlain[format]),
        run: (body) => {
          const copy = new Uint8Array(body);
          const of = how === 'signed' ? copy : '';
          const method = body.includes('queryHistory') ? suning.HISTORY : suning.LEAGUER;
          return toSuning({ body, headers: suningHeaders({ method, format, body: of }) });
        },
      })),
    ),
    {
      name: 'ytx, signed',
      seeds: ytxSeeds,
      tokens: [...JSON_TOKENS, ',', '，', '?', '\ufffd', '+86', '0086'],
      plain: ytxPlain,
      run: (body) => toYtx(ytxSent(body, ytx.TOKENS[ytx.ACCOUNT])),
    },
    {
      name: 'ytx, unsigned',
      seeds: ytxSeeds,
      tokens: JSON_TOKENS,
      plain: ytxPlain,
      run: (body) => toYtx(ytxSent(body, 'nobody-has-this-token')),
    },
  ];
}
