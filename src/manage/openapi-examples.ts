// Examples of bodies and answers, made from their schemas, so that each operation has one that fits.
import type { Components, Schema } from './openapi-schemas.ts';

/** A value for each name that means the same wherever it stands; used where the type fits. */
const VALUES: Readonly<Record<string, unknown>> = {
  platform: 'jintong',
  orderId: '15112480268',
  party: 'jane88',
  partyId: 'jane88',
  users: ['jane88', 'wang01'],
  grants: ['HastenOrder', 'OperateCancelOrder', 'GetOrderDetail'],
  addresses: ['203.0.113.7', '198.51.100.0/24'],
  keyId: 'k1a2b3c4d5e',
  secret: 'the secret of the other side',
  state: 'D',
  stateName: '出票中',
  from: 'D',
  fromName: '出票中',
  to: 'S',
  toName: '取消成功-退款中',
  version: 2,
  action: 'moved',
  actor: 'operator',
  note: 'asked for by phone',
  lineId: '00000208117601',
  line: null,
  attributes: { userName: 'jane88', amountFen: 128_000, pnr: 'JX8K2P', flightNo: 'MU5101' },
  requestId: 1_234_567_890_123,
  id: 1_234_567_890_123,
  request: '/manage/v1/requests/1234567890123',
  method: 'HastenOrder',
  methods: ['HastenOrder', 'OperateCancelOrder', 'GetOrderDetail'],
  outcome: 'CallSuccess',
  words: '操作成功',
  refused: false,
  refusedBy: null,
  detail: null,
  callbacks: null,
  address: '203.0.113.7',
  durationMicros: 1850,
  stringToSign: 'HastenOrder15112480268jane88***',
  readableBody: '<Request>…</Request>',
  body: '{"type":"order.hastened"}',
  url: 'https://shop.example.cn/hooks',
  endpointId: 'ep_2f7c1a9b4d',
  messageId: 'msg_2f7c1a9b4d',
  deliveryId: 17,
  alertId: 3,
  eventType: 'order.moved',
  eventTypes: ['order.moved'],
  error: null,
  status: 200,
  answer: 'ok',
  off: null,
  failures: 0,
  failingSince: null,
  failingSinceShanghai: null,
  pausedUntil: null,
  pausedUntilShanghai: null,
  nextCursor: null,
  cursor: null,
  name: 'jintong',
  mask: ['****'],
  text: 'I001XB999',
  kind: 'product',
  key: 'P1',
  document: { amountFen: 294 },
  tokenId: 'qZk4b0v3Jt1n0yH8',
  consentId: '4f1c2a9b',
  userName: 'jane88',
  scope: null,
  appid: '11112222333344445555666677778888',
  zh: '金通',
  en: 'Jintong',
  code: 'unknown-order',
  message: 'jintong has no order "1"',
  field: 'orderId',
  advanceSeconds: 600,
  offsetSeconds: 600,
  overlapSeconds: 86_400,
  created: 1,
};

/** Whole examples where a schema leaves open what is in it, by the operation. */
export const BODIES: Readonly<Record<string, unknown>> = {
  createOrders: {
    platform: 'jintong',
    orderId: 'new-1',
    userName: 'jane88',
    state: 'A',
    amount: '1280.00',
    createdAt: '2026-01-02 11:04:05',
  },
  importRows: {
    rows: [
      {
        line: 3,
        place: { platform: 'jintong', section: 'orders' },
        text: '{"orderId":"new-2","userName":"jane88","state":"A","amount":"1.00","createdAt":"2026-01-02 11:04:05"}',
      },
    ],
    update: false,
    dryRun: null,
  },
  createAlarmRule: {
    name: '今通拒绝过多',
    watches: 'refusals',
    threshold: 20,
    platform: 'jintong',
    quiet: { from: '23:00', to: '07:30' },
  },
  createAlarmChannel: {
    name: '值班群',
    type: 'dingtalk',
    url: 'https://oapi.dingtalk.com/robot/send?access_token=…',
    secret: 'SEC…',
  },
  changeAlarmRule: { threshold: 50 },
  createForce: {
    platform: 'jintong',
    party: 'jane88',
    method: 'HastenOrder',
    force: 'code=CallFail,latency=2000',
    calls: 3,
  },
  startScenarioRun: { name: 'suning-hundred-minutes', reset: true },
  saveCatalogEntry: { amountFen: 294 },
  savePartyApp: { environment: 'sandbox', functions: ['productOrder'], online: true },
  changeParty: { users: ['jane88', 'wang01', 'new02'], attributes: { limits: { perSecond: 20 } } },
  createParty: { platform: 'jintong', partyId: 'new01', users: ['new01'] },
  createCallbackEndpoint: {
    platform: 'jintong',
    party: 'jane88',
    url: 'https://shop.example.cn/hooks',
  },
  startReplayJob: { endpointId: 'ep_2f7c1a9b4d', state: 'dead', dryRun: true },
  replayDeliveries: { platform: 'jintong', party: 'jane88', from: '2026-01-02', to: '2026-01-03' },
  rotateKey: { overlapSeconds: 86_400 },
  debugSignature: { platform: 'jintong', requestId: 774_120_448 },
  rotateCallbackSecret: { overlapSeconds: 86_400 },
  moveOrder: { to: 'S', note: 'asked for by phone' },
  revealSealed: { name: 'cards', note: 'the customer lost them' },
};

/** Of a parameter in a path; undefined where none is known. */
export const exampleOfName = (name: string): unknown => VALUES[name];

/** A value that fits the schema. @param name under which it stands in what holds it */
export function exampleOf(schema: Schema, components: Components, name = ''): unknown {
  const at = resolve(schema, components);
  if ('const' in at) return at.const;
  if (Array.isArray(at.examples)) return at.examples[0];
  const known = VALUES[name];
  if (known !== undefined && fits(known, at, components)) return known;
  if (Array.isArray(at.enum)) return at.enum[0];
  if ('default' in at) return at.default;
  const forms = (at.anyOf ?? at.oneOf) as Schema[] | undefined;
  if (forms && !at.properties) return exampleOf(forms[0]!, components, name);
  switch (typesOf(at)[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries((at.properties ?? {}) as Record<string, Schema>).map(([key, value]) => [
          key,
          exampleOf(value, components, key),
        ]),
      );
    case 'array':
      return [exampleOf((at.items ?? {}) as Schema, components, name)];
    case 'integer':
    case 'number':
      return Math.max(1, Number(at.minimum ?? 1));
    case 'boolean':
      return true;
    case 'string':
      if (at.format !== 'date-time') return 'text';
      return name.endsWith('Shanghai')
        ? '2026-01-02T11:04:05.678+08:00'
        : '2026-01-02T03:04:05.678Z';
    default:
      return {};
  }
}

function resolve(schema: Schema, components: Components): Schema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
  return name === undefined ? schema : resolve(components[name] ?? {}, components);
}

function fits(value: unknown, schema: Schema, components: Components): boolean {
  const at = resolve(schema, components);
  const forms = (at.anyOf ?? at.oneOf) as Schema[] | undefined;
  if (forms) return forms.some((form) => fits(value, form, components));
  if (Array.isArray(at.enum)) return at.enum.includes(value);
  const types = typesOf(at);
  if (value === null) return types.includes('null');
  if (Array.isArray(value)) {
    const items = (at.items ?? {}) as Schema;
    return types.includes('array') && value.every((one) => fits(one, items, components));
  }
  if (typeof value === 'object') return types.includes('object') && at.properties === undefined;
  if (typeof value === 'number') return types.includes('integer') || types.includes('number');
  return types.length === 0 || (types.includes(typeof value) && at.format === undefined);
}

/** None where any type will do. */
const typesOf = ({ type }: Schema): unknown[] =>
  Array.isArray(type) ? type : type === undefined ? [] : [type];
