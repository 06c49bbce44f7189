// ytx 云通信: top-up orders over JSON and MD5. This folder contains the whole platform.
import { changeOrder } from '../../core/change-order.ts';
import { type CoreRefusal, LedgerUnavailableError } from '../../core/errors.ts';
import type { DeadlineHandler } from '../../core/run-deadlines.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { definePlatform, type Services, type Verdict } from '../../protocol/platform.ts';
import { maskedText } from '../../protocol/signature-scheme.ts';
import { appIds, partyApps } from './apps.ts';
import { callbacks } from './callback.ts';
import { checks, type YtxCall } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code } from './codes.ts';
import { contract } from './contract.ts';
import { events } from './events.ts';
import { evidence } from './evidence.ts';
import { CATALOG_KINDS, checkCatalogEntry, checkParty, importFormat, seed } from './import.ts';
import { ACTIONS, MAX_BODY_BYTES } from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import { oldRules } from './old-rules.ts';
import { execute, type Success } from './operations.ts';
import { orderFields } from './order-fields.ts';
import { programs } from './programs.ts';
import { quotable, redactBody } from './redact.ts';
import { orderResult } from './result.ts';
import { resolve } from './rules.ts';
import { aroundToken, signature } from './signature.ts';
import { signingSample } from './signing-sample.ts';
import { toolSigning } from './tool-signing.ts';
import { CONTENT_TYPE, refusalBody } from './wire.ts';

function refusal({ code, state }: CoreRefusal): Refusal<Code> {
  const refused = CORE_TO_CODE[code];
  return {
    refused,
    description: CODES[refused],
    detail: state ? `${code} (state ${state})` : code,
  };
}

function reply(verdict: Verdict<Success>) {
  const body = verdict.ok ? verdict.success : refusalBody(verdict.refusal);
  const words = 'statusMsg' in body ? String(body.statusMsg) : null;
  return { status: 200, contentType: CONTENT_TYPE, body: JSON.stringify(body), words };
}

/**
 * The log must not suffice to repeat a call, because Authorization and Sign stay valid for 24
 * hours.
 */
function redact(body: string, { sign, party, request }: Partial<YtxCall>): string {
  const tokens = party?.keys.map((key) => key.secret) ?? [];
  const header = request?.headers.authorization;
  return redactBody(body, [...tokens, sign ?? '', typeof header === 'string' ? header : '']);
}

/** Gives a sandbox order the result that its product's code defines. */
function resolver({ ledger, clock, environment }: Services): DeadlineHandler {
  return async ({ orderId, dueAt }, claim) => {
    if (environment !== 'sandbox') return false; // Production has no such products.
    const request = {
      platform: PLATFORM,
      orderId,
      actor: 'deadline:resolve',
      requestId: null,
      completes: claim,
    } as const;
    let isEarly = false;
    const outcome = await changeOrder(ledger, clock, request, (order, now) => {
      isEarly = now < dueAt;
      return resolve(order, now);
    });
    if (!outcome.ok && outcome.code === 'unavailable') {
      throw new LedgerUnavailableError(`order ${orderId} changes too often; tried again`);
    }
    return outcome.ok || isEarly;
  };
}

export const ytx = definePlatform<YtxCall, Success>({
  name: PLATFORM,
  title: '云通信',
  contract,
  paths: [{ method: 'POST', path: '/{version}/sid/{accountSID}/{func}/{funcURL}' }],
  maxBody: MAX_BODY_BYTES,
  model,
  actions: ACTIONS,
  checkParty,
  owners: appIds,
  apps: partyApps,
  checkCatalogEntry,
  catalogKinds: CATALOG_KINDS,
  oldRules,
  checks,
  verifiedBy: 'checkSign',
  events,
  signingSample: { ...signingSample, programs, tool: toolSigning },
  evidence,
  signedText: { secret: signature.secret, split: aroundToken },
  execute,
  refusal,
  successCode: '0' satisfies Code,
  changing: { productOrder: 'creates' },
  reply,
  summary: ({ accountSID, party, action, touched, authorization }) => ({
    // A text that is no account may be anything from the URL, such as a mobile number.
    party: party ? accountSID : accountSID && quotable(accountSID),
    method: action,
    orderId: touched?.orderId,
    stringToSign: authorization && maskedText(signature.parts(authorization)),
  }),
  redact,
  redactName: quotable,
  wireViews: (order) => [
    {
      name: 'getOrderResult',
      contentType: CONTENT_TYPE,
      body: JSON.stringify(orderResult(order)),
    },
  ],
  deadlines: (services) => ({ resolve: resolver(services) }),
  callbacks,
  import: importFormat,
  orderFields,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  conformance: async () => (await import('./conformance.ts')).conformance,
  seed,
});
