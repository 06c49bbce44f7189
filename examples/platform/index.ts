// Lantern 灯塔票务, an invented cinema: a complete platform outside of Ordergate. `ordergate serve --platforms` serves it.
import {
  definePlatform,
  type Evidence,
  type GatewayReply,
  maskedText,
  type Refusal,
  type Verdict,
} from 'ordergate/platform';
import { callbacks } from './callback.ts';
import { checks, type LanternCall } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code, STATUS } from './codes.ts';
import { contract } from './contract.ts';
import { events } from './events.ts';
import { checkParty, importFormat, orderFields, seed } from './import.ts';
import { PLATFORM } from './name.ts';
import { OPERATIONS, type Success } from './operations.ts';
import { model } from './orders.ts';
import { scheme } from './signature.ts';
import { signingSample } from './signing-sample.ts';

/** For `ordergate call --platforms`, which signs a call as a caller does. */
export { lantern as client } from './client.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

function reply(verdict: Verdict<Success>): GatewayReply {
  const code: Code = verdict.ok ? 'OK' : (verdict.refusal.refused as Code);
  const message = CODES[code].wire;
  const data = verdict.ok ? { data: verdict.success.data } : {};
  return {
    status: verdict.ok ? verdict.success.status : STATUS[code],
    contentType: JSON_TYPE,
    body: JSON.stringify({ code, message, ...data }),
    words: message,
    ...(code === 'TOO_MANY' && { headers: { 'retry-after': '1' } }),
  };
}

/** L2, as plain data: the signature detective tries the mistakes of clients on it. */
function evidence({ request, signed }: Partial<LanternCall>): Evidence | null {
  const partner = request?.headers['x-lantern-partner'];
  const received = request?.headers['x-lantern-sign'];
  if (!signed || typeof partner !== 'string' || typeof received !== 'string') return null;
  return {
    algorithm: scheme.algorithm,
    party: partner,
    received,
    accepted: [scheme.parts(signed)],
    beside: [{ name: 'X-Lantern-Partner', value: partner }],
    credentials: [{ name: 'X-Lantern-Partner', value: partner }],
  };
}

/** The log keeps no whole mobile number. Of a query it keeps the target, since there is no body. */
function redact(body: string, { request }: Partial<LanternCall>): string {
  const text = body === '' && request ? `${request.path}?${request.query}` : body;
  return text.replace(/(1[3-9]\d)\d{4}(\d{4})/g, '$1****$2');
}

export default definePlatform<LanternCall, Success>({
  name: PLATFORM,
  title: '灯塔票务',
  contract,
  paths: [
    { method: 'POST', path: '/lantern/v1/orders' },
    { method: 'GET', path: '/lantern/v1/orders/{orderId}' },
  ],
  writeHttpRefusal: ({ code, message }) => ({
    contentType: JSON_TYPE,
    body: JSON.stringify({ code: code.toUpperCase().replaceAll('-', '_'), message }),
  }),
  maxBody: 16 * 1024,
  model,
  actions: Object.keys(contract.methods),
  checkParty,
  checks,
  verifiedBy: 'checkSignature',
  evidence,
  execute: (call, services) => OPERATIONS[call.method](call, services),
  refusal: ({ code, state }): Refusal<Code> => ({
    refused: CORE_TO_CODE[code],
    detail: state ? `${code} (state ${state})` : code,
  }),
  successCode: contract.success,
  changing: { 'order.create': 'creates' },
  reply,
  summary: ({ party, method, values, signed }) => ({
    party: party?.partyId,
    method,
    orderId: values?.orderId,
    stringToSign: signed && maskedText(scheme.parts(signed)),
  }),
  redact,
  callbacks,
  events,
  signingSample,
  import: importFormat,
  orderFields,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  conformance: async () => (await import('./clauses.ts')).conformance,
  seed,
});
