// Suning 苏宁开放平台: virtual goods and service-market orders over XML and JSON. This folder contains
// the whole platform.
import type { CoreRefusal } from '../../core/errors.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { definePlatform, type Start, type Verdict } from '../../protocol/platform.ts';
import { maskedText } from '../../protocol/signature-scheme.ts';
import { checkParty, owners } from './app.ts';
import { checks, type SuningCall } from './checks.ts';
import { CORE_TO_CODE, type Code, describe, SERVICE_CODES } from './codes.ts';
import { contract } from './contract.ts';
import { events } from './events.ts';
import { evidence } from './evidence.ts';
import { header } from './headers.ts';
import { CATALOG_KINDS, checkCatalogEntry, importFormat } from './import.ts';
import { isForOwner, REFUND_DEADLINE } from './lines.ts';
import { oldRulesOfMerchant } from './merchant.ts';
import { isMethod, METHODS, type Method, SERVICES } from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import { oauthEndpoints } from './oauth.ts';
import { OAUTH_LOGS } from './oauth-log.ts';
import { OPERATIONS, type Success, startOverdueRefund } from './operations.ts';
import { orderFields } from './order-fields.ts';
import { programs } from './programs.ts';
import { redact } from './redact.ts';
import { seed } from './seed.ts';
import { signature } from './signature.ts';
import { signingSample } from './signing-sample.ts';
import { describeOrder } from './subscription.ts';
import { toolSigning } from './tool-signing.ts';
import { CONTENT_TYPES, type Document, readFormat, writeDocument } from './wire.ts';

type Call = Partial<SuningCall> & Start;

function refusal(core: CoreRefusal, call: Call): Refusal<Code> {
  const detail = core.state ? `${core.code} (state ${core.state})` : core.code;
  if (core.code !== 'unavailable' && core.code !== 'fault') {
    return { refused: CORE_TO_CODE[core.code], detail };
  }
  // The call may have failed before the method was looked up.
  const method = header(call, 'AppMethod');
  const service = isMethod(method) ? SERVICES[method] : 'somp';
  return { refused: SERVICE_CODES[service][core.code], detail };
}

/** The error envelope of the public SDKs; "in XML the same tree". */
function content(verdict: Verdict<Success>): Document {
  if (verdict.ok) return verdict.success;
  const { refused, description = describe(refused) } = verdict.refusal;
  return { sn_error: { error_code: refused, error_msg: description } };
}

function reply(verdict: Verdict<Success>, call: Call) {
  const format = call.format ?? readFormat(header(call, 'Format')) ?? 'xml';
  const body = writeDocument({ sn_responseContent: content(verdict) }, format);
  const words = verdict.ok
    ? null
    : (verdict.refusal.description ?? describe(verdict.refusal.refused));
  return { status: 200, contentType: CONTENT_TYPES[format], body, words };
}

/** A header may be long, and the request log is searched by name. */
const named = (text: string | undefined): string | undefined => text?.slice(0, 100) || undefined;

/** Enough of an AppKey to recognise a typing error. */
const SHOWN = 8;

/** An unknown AppKey may be an access token, which is stored only as a digest. */
function unknownApp(appKey: string | undefined): string | undefined {
  if (appKey === undefined || appKey.length <= 2 * SHOWN) return named(appKey);
  return named(`${appKey.slice(0, SHOWN)}***`);
}

function summary(call: Partial<SuningCall>) {
  const { values } = call;
  return {
    party: call.party ? named(call.appKey) : unknownApp(call.appKey),
    method: named(call.appMethod),
    orderId: values && 'orderId' in values ? named(values.orderId) : undefined,
    stringToSign: call.signed && maskedText(call.signed),
  };
}

export const suning = definePlatform<SuningCall, Success>({
  name: PLATFORM,
  title: '苏宁开放平台',
  contract,
  paths: [
    { method: 'POST', path: '/api/http/sopRequest' },
    { method: 'POST', path: '/api/http/sopRequest/{appMethod}' },
  ],
  model,
  actions: METHODS,
  checkParty,
  owners,
  checkCatalogEntry,
  catalogKinds: CATALOG_KINDS,
  oldRules: { catalogEntry: oldRulesOfMerchant },
  checks,
  verifiedBy: 'checkSignature',
  events,
  signingSample: { ...signingSample, programs, tool: toolSigning },
  evidence,
  signedText: { secret: signature.secret, split: (text) => ['', text] },
  execute: (call, services) => OPERATIONS[call.method](call, services),
  refusal,
  successCode: 'success',
  changing: { 'suning.selfmarket.leaguerstatus.add': 'once' },
  reply,
  summary,
  redact,
  endpoints: oauthEndpoints,
  endpointLogs: OAUTH_LOGS,
  isForOwner,
  // No method reads an order of virtual goods; its supplier learns of it only by events.
  wireViews: (order) =>
    order.lines.length > 0
      ? []
      : [
          {
            name: 'suning.fws.historyorder.query' satisfies Method,
            contentType: CONTENT_TYPES.xml,
            body: writeDocument({ orders: describeOrder(order) }, 'xml'),
          },
        ],
  deadlines: (services) => ({ [REFUND_DEADLINE]: startOverdueRefund(services) }),
  import: importFormat,
  orderFields,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  conformance: async () => (await import('./conformance.ts')).conformance,
  seed,
});
