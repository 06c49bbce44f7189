// How a sample call of Suning is signed, for the reference: pieces, vectors and programs.
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import type { NamedTexts, SampleCall, SigningSample } from '../../protocol/signing-sample.ts';
import { type Method, nodeOf, VERSION } from './methods.ts';
import { type Signed, signature } from './signature.ts';
import { type Document, writeDocument } from './wire.ts';

/** The body of a call in JSON. */
export function bodyOf({ method, params }: SampleCall): string {
  // Numbers are digits on the wire.
  const given = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ]);
  const node = Object.fromEntries(given) as Document;
  return writeDocument({ sn_request: { sn_body: { [nodeOf(method as Method)]: node } } }, 'json');
}

const input = (call: SampleCall) => ({
  appMethod: call.method,
  appRequestTime: formatShanghai(call.now),
  appKey: call.party,
  versionNo: VERSION,
  body: bodyOf(call),
});

const partsOf = (given: NamedTexts) => {
  const { body, ...others } = given as unknown as Omit<Signed, 'body'> & { readonly body: string };
  return signature.parts({ ...others, body: Buffer.from(body) });
};

/** The key of a fixture. */
const KEY = '460d7ff15b073e463125b40f1e2d3c4b';

const shipping = (body: string): NamedTexts => ({
  appMethod: 'suning.selfmarket.leaguerstatus.add',
  appRequestTime: '2026-11-22 20:06:55',
  appKey: 'b0c332a133c102765f39de0a1b2c3d4e',
  versionNo: VERSION,
  body,
});

export const signingSample: SigningSample = {
  scheme: signature,
  parts: (call) => partsOf(input(call)),
  vectors: {
    input,
    partsOf,
    more: [
      {
        title: {
          zh: 'XML 报文：声明、缩进和末尾的换行都参与签名',
          en: 'A body in XML: declaration, indentation and the last line break are signed',
        },
        key: KEY,
        input: shipping(
          '<?xml version="1.0" encoding="UTF-8"?>\n<sn_request>\n  <sn_body>\n    <addLeaguerstatus>\n      <iqStatus>180</iqStatus>\n      <orderId>1000531507</orderId>\n      <orderItemId>00000208117603</orderItemId>\n      <supplierCode>10042869</supplierCode>\n    </addLeaguerstatus>\n  </sn_body>\n</sn_request>\n',
        ),
      },
      {
        title: {
          zh: '中文和表情符号：Base64 之前先以 UTF-8 编码',
          en: 'Chinese and an emoji: the body is encoded in UTF-8 before it is Base64',
        },
        key: KEY,
        input: shipping('{"sn_request":{"sn_body":{"addLeaguerstatus":{"remark":"已发货 😀"}}}}'),
      },
      {
        title: {
          zh: 'Base64 带 +、/ 和两个 =：不换行，不做 URL 编码',
          en: 'Base64 with +, / and two =: no line breaks, no URL encoding',
        },
        key: KEY,
        input: shipping('{"sn_request":{"sn_body":{"note":"~~~>>>???"}}}'),
      },
    ],
  },
};
