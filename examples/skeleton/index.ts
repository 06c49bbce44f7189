// The platform as one value: the file for `--platforms`.
import {
  definePlatform,
  type Evidence,
  type GatewayReply,
  type JsonObject,
  maskedText,
  type Verdict,
} from 'ordergate/platform';
import { checks, MAX_BODY, type SkeletonCall } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code } from './codes.ts';
import { contract, type Method, pathOf } from './contract.ts';
import { checkParty, importFormat, orderFields, seed } from './import.ts';
import { PLATFORM } from './name.ts';
import { OPERATIONS } from './operations.ts';
import { model } from './orders.ts';
import { scheme } from './signature.ts';

/** For `ordergate call --platforms`, which signs a call as a caller does. */
export { skeleton as client } from './client.ts';

// LEFT: add callbacks, events and deadlines where the vendor has them; see docs/platform.md

const JSON_TYPE = 'application/json; charset=utf-8';

function reply(verdict: Verdict<JsonObject>): GatewayReply {
  const code = verdict.ok ? 'OK' : (verdict.refusal.refused as Code);
  const message = CODES[code].wire;
  const data = verdict.ok ? { data: verdict.success } : {};
  const body = JSON.stringify({ code, message, ...data });
  return { status: 200, contentType: JSON_TYPE, body, words: message };
}

/** What a call signs, as plain data: the signature detective tries the mistakes of clients on it. */
function evidence({ request, signed }: Partial<SkeletonCall>): Evidence | null {
  const party = request?.headers['x-skeleton-party'];
  const received = request?.headers['x-skeleton-sign'];
  if (!signed || typeof party !== 'string' || typeof received !== 'string') return null;
  const named = [{ name: 'X-Skeleton-Party', value: party }];
  const accepted = [scheme.parts(signed)];
  return {
    algorithm: scheme.algorithm,
    party,
    received,
    accepted,
    beside: named,
    credentials: named,
  };
}

export default definePlatform<SkeletonCall, JsonObject>({
  name: PLATFORM,
  title: 'Skeleton 平台',
  contract,
  paths: [
    { method: 'POST', path: pathOf('order.create') },
    { method: 'POST', path: pathOf('order.read') },
  ],
  writeHttpRefusal: ({ code, message }) => ({
    contentType: JSON_TYPE,
    body: JSON.stringify({ code: code.toUpperCase().replaceAll('-', '_'), message }),
  }),
  maxBody: MAX_BODY,
  model,
  actions: Object.keys(contract.methods),
  checkParty,
  checks,
  verifiedBy: 'checkSignature',
  evidence,
  execute: (call, services) => OPERATIONS[call.method](call, services),
  refusal: ({ code, state }) => ({
    refused: CORE_TO_CODE[code],
    detail: state ? `${code} (state ${state})` : code,
  }),
  successCode: contract.success,
  changing: { 'order.create': 'creates' },
  reply,
  summary: ({ party, method, values, signed }) => ({
    party: party?.partyId,
    method,
    orderId: values?.number,
    stringToSign: signed && maskedText(scheme.parts(signed)),
  }),
  // LEFT: mask every personal number and secret of a body; the request log keeps what this returns
  redact: (body) => body,
  signingSample: {
    scheme,
    parts: ({ method, params, now }) =>
      scheme.parts({
        path: pathOf(method as Method),
        time: String(Math.floor(now / 1000)),
        body: JSON.stringify(params),
      }),
  },
  import: importFormat,
  orderFields,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  seed,
});
