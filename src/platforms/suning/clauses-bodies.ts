// Clauses of Suning about the document of a body: what cannot be read, and what stands in the wrong place.
import type { Mutation } from '../../protocol/clause.ts';
import {
  APP,
  clause,
  codeRow,
  FOUND,
  QUERY,
  queryOf,
  STATUS,
  type SuningClause,
  settled,
} from './clauses-given.ts';

const SHAPE = 'sys.check.request-params:error';

const XML: Mutation = { signed: { Format: 'xml' } };
const JSON_FORMAT: Mutation = { signed: { Format: 'json' } };

const inBody = (inner: string): string => `<sn_request><sn_body>${inner}</sn_body></sn_request>`;
const NODE =
  '<queryHistoryOrder><startTime>2015-01-01 00:00:00</startTime><endTime>2015-02-01 00:00:00</endTime></queryHistoryOrder>';

const body = (
  id: string,
  raw: string | { readonly base64: string },
  {
    code = SHAPE as SuningClause['expects']['code'],
    source = settled('S22'),
    mutate = XML,
    method = QUERY,
  } = {},
): SuningClause => clause(id, code, source, { method, raw, mutate });

const NO_BODY = 'sys.check.missing-nestElement:sn_body';
const noBody = { code: NO_BODY, source: codeRow(`${NO_BODY} | 缺少sn_body节点`) } as const;

export const DOCUMENT_CLAUSES: readonly SuningClause[] = [
  body('xml-not-well-formed', '<sn_request><sn_body></sn_request>', {
    source: codeRow(`${SHAPE} | 请求报文结构错误`),
  }),
  body('xml-with-a-doctype', `<!DOCTYPE a>${inBody(NODE)}`, { source: settled('ALL13') }),
  body('xml-not-utf-8', { base64: 'PP8=' }, { source: settled('ALL2') }),
  body('body-empty', ''),
  body('xml-where-json-is-stated', inBody(NODE), { source: settled('S4'), mutate: JSON_FORMAT }),
  body('json-name-given-twice', '{"sn_request":{"sn_body":{},"sn_body":{}}}', {
    source: settled('S11'),
    mutate: JSON_FORMAT,
  }),
  body('json-list', '[]', { mutate: JSON_FORMAT }),
  body('another-root', '<request></request>'),
  body('sn-body-twice', '<sn_request><sn_body/><sn_body/></sn_request>', {
    source: settled('ALL16'),
  }),
  body('node-of-another-method', inBody('<addLeaguerstatus/>')),
  body('node-of-another-method-beside', inBody(`${NODE}<other/>`)),
  body('node-absent', inBody('')),
  body('text-in-place-of-a-node', inBody('<queryHistoryOrder>x</queryHistoryOrder>')),
  body(
    'field-given-twice',
    inBody(
      '<queryHistoryOrder><startTime>1</startTime><startTime>2</startTime></queryHistoryOrder>',
    ),
    { source: settled('ALL16') },
  ),
  body(
    'field-with-elements',
    inBody('<queryHistoryOrder><startTime><a/></startTime></queryHistoryOrder>'),
  ),
  body('sn-body-absent', '<sn_request><sn_head/></sn_request>', noBody),
  body('sn-body-absent-in-json', '{"sn_request":{}}', { ...noBody, mutate: JSON_FORMAT }),
  body('query-with-two-nodes', inBody(NODE + NODE), {
    code: 'biz.handler.request-message:error',
    source: codeRow('biz.handler.request-message:error | 查询类API输入多个业务节点'),
  }),
  body('write-with-two-nodes', '{"sn_request":{"sn_body":{"addLeaguerstatus":[{},{}]}}}', {
    code: 'biz.handler.batch-handler:no-support',
    source: codeRow('biz.handler.batch-handler:no-support | 非查询类API不支持批量操作'),
    mutate: JSON_FORMAT,
    method: STATUS,
  }),
  ...[0, 47, 49].map((length) =>
    clause(
      `snunionid-${length}-long`,
      'sys.check.snunionid.length.is.not:48',
      codeRow('sys.check.snunionid.length.is.not:48 | 混淆会员编码长度不是48位'),
      queryOf({ snunionid: '1'.repeat(length) }),
    ),
  ),
  {
    ...clause(
      'snunionid-48-long',
      'success',
      settled('S22'),
      queryOf({ ...FOUND.request.params, snunionid: '1'.repeat(48) }),
    ),
    given: { party: APP.plain, orders: FOUND.orders },
  },
];
