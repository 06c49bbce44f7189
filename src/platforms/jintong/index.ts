// Jintong 今通国际: flight orders over XML and MD5. This folder contains the whole platform.
import type { CoreRefusal } from '../../core/errors.ts';
import { liveKeys } from '../../core/party.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { definePlatform, type Start, type Verdict } from '../../protocol/platform.ts';
import { signatureOf } from '../../protocol/signature-scheme.ts';
import { checks, type JintongCall } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code } from './codes.ts';
import { contract } from './contract.ts';
import { events } from './events.ts';
import { evidence } from './evidence.ts';
import { checkParty, importFormat, seed } from './import.ts';
import { ACTIONS, type Action } from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import { detail, execute, type Success } from './operations.ts';
import { orderFields } from './order-fields.ts';
import { programs } from './programs.ts';
import { redact } from './redact.ts';
import { signature, textBeforeKey } from './signature.ts';
import { signingSample } from './signing-sample.ts';
import { STATES, type State } from './states.ts';
import { toolSigning } from './tool-signing.ts';
import { MAX_CARRIER } from './wire.ts';
import { type Document, writeReply } from './wire-write.ts';

function refusal(core: CoreRefusal): Refusal<Code> {
  const { code, description = CODES[code] } = CORE_TO_CODE[core.code];
  const detail = core.state ? `${core.code} (state ${core.state})` : core.code;
  if (core.code !== 'state-refuses') return { refused: code, description, detail };
  // [ours]: the documents define no text for it. The text names the state, so that nobody has to
  // ask.
  const state = STATES[core.state as State];
  return { refused: code, description: `订单状态为${state}，不允许此操作`, detail };
}

function message(verdict: Verdict<Success>): Record<'MessageCode' | 'Description', string> {
  if (verdict.ok) return { MessageCode: 'CallSuccess', Description: verdict.success.description };
  const code = verdict.refusal.refused as Code;
  return { MessageCode: code, Description: verdict.refusal.description ?? CODES[code] };
}

/**
 * A reply to a known partner is signed: with the key that verified the request, because a partner
 * who still uses the old key can verify only that; or with the newest key if no key verified the
 * request.
 */
function signReply(reply: Document, { party, verifiedBy, now }: Partial<JintongCall> & Start) {
  const key = verifiedBy ?? (party && liveKeys(party, now)[0]);
  return key ? { ...reply, Sign: signatureOf(signature, reply, key.secret) } : reply;
}

function reply(verdict: Verdict<Success>, call: Partial<JintongCall> & Start) {
  const said = message(verdict);
  const document = { MessageModel: said, ...(verdict.ok && verdict.success.body) };
  return {
    status: 200, // ALL3, for refusals, too.
    contentType: 'text/plain; charset=utf-8',
    body: writeReply(signReply(document, call)),
    isAscii: true, // The body is URL-encoded.
    words: said.Description!,
  };
}

export const jintong = definePlatform<JintongCall, Success>({
  name: PLATFORM,
  title: '今通国际',
  contract,
  paths: [{ method: 'POST', path: '/Api/OrderOpenApi.ashx' }],
  maxBody: MAX_CARRIER,
  pathsInAnyCase: true, // The documents' server, IIS, ignores the case of paths.
  model,
  actions: ACTIONS,
  checkParty,
  checks,
  verifiedBy: 'checkSignature',
  events,
  signingSample: { ...signingSample, programs, tool: toolSigning },
  evidence,
  signedText: { secret: signature.secret, split: (text) => [text, ''] },
  execute,
  refusal,
  successCode: 'CallSuccess' satisfies Code,
  changing: { HastenOrder: 'each', OperateCancelOrder: 'once' },
  reply,
  summary: (call) => ({
    party: call.partner,
    method: call.action,
    orderId: call.param?.get('OrderID'),
    stringToSign: call.signedForms && textBeforeKey(call.signedForms[0]!.parts),
  }),
  redact,
  wireViews: (order) => [
    {
      name: 'GetOrderDetail' satisfies Action,
      contentType: 'text/xml',
      body: decodeURIComponent(
        writeReply({
          MessageModel: { MessageCode: 'CallSuccess', Description: '调用接口成功' },
          Order: detail(order),
        }).replaceAll('+', ' '),
      ),
    },
  ],
  readForLog: MAX_CARRIER,
  import: importFormat,
  orderFields,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  conformance: async () => (await import('./conformance.ts')).conformance,
  seed,
});
