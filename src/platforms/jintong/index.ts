// Jintong 今通国际: flight orders over XML and MD5. Everything about how it speaks is in this folder.
import type { CoreRefusal } from '../../core/errors.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import type { Refusal } from '../../protocol/checks.ts';
import { definePlatform, type Start, type Verdict } from '../../protocol/platform.ts';
import { checks, type JintongCall, PLATFORM } from './checks.ts';
import { CODES, CORE_TO_CODE, type Code } from './codes.ts';
import { contract } from './contract.ts';
import { CONTRACTS } from './contracts.ts';
import { checkParty, importFormat, seed } from './import.ts';
import { model } from './model.ts';
import { OPERATIONS, type Success } from './operations.ts';
import { sign, stringToSign } from './signature.ts';
import { STATES, type State } from './states.ts';
import { type Document, MAX_CARRIER, writeReply } from './wire.ts';

function refusal(core: CoreRefusal): Refusal<Code> {
  const { code, description = CODES[code] } = CORE_TO_CODE[core.code];
  const detail = core.state ? `${core.code} (state ${core.state})` : core.code;
  if (core.code !== 'state-refuses') return { refused: code, description, detail };
  // [ours]: the documents print no text for it. It names the state, so that nobody has to ask.
  const state = STATES[core.state as State];
  return { refused: code, description: `订单状态为${state}，不允许此操作`, detail };
}

function message(verdict: Verdict<Success>): Document {
  if (verdict.ok) return { MessageCode: 'CallSuccess', Description: verdict.success.description };
  const code = verdict.refusal.refused as Code;
  return { MessageCode: code, Description: verdict.refusal.description ?? CODES[code] };
}

/** Signed with the partner's newest key whenever the partner is known. */
function signReply(reply: Document, party: Party | undefined, now: number): Document {
  const key = party && liveKeys(party, now)[0];
  return key ? { ...reply, Sign: sign(stringToSign(reply), key.secret) } : reply;
}

function reply(verdict: Verdict<Success>, call: Partial<JintongCall> & Start) {
  const document = { MessageModel: message(verdict), ...(verdict.ok && verdict.success.body) };
  return {
    contentType: 'text/plain; charset=utf-8',
    body: writeReply(signReply(document, call.party, call.now)),
    isAscii: true, // It is URL-encoded.
  };
}

/** More than the request log keeps, by more than a signature is long. */
const REDACTED = 20 * 1024;

/** A signed request holds for ever, so what is kept of its signature is not enough to send it again. */
function redact(body: string, { sign }: Partial<JintongCall>): string {
  // Not read so far, so it cannot be accepted either; whatever looks like a signature goes all the
  // same. `%3E` before a digest is the end of a tag.
  if (sign?.length !== 32) {
    return body
      .slice(0, REDACTED)
      .replace(/%[0-9a-f]{2}|[0-9a-f]{32}/gi, (found) =>
        found.startsWith('%') ? found : masked(found),
      );
  }
  const around = body.split(sign);
  if (around.length > 1) return around.join(masked(sign));
  return '(not kept: its Sign is written with escapes)';
}

// In ASCII, as the body is: one `…` would make a text of two bytes a character of all of it.
const masked = (sign: string): string => `${sign.slice(0, 6)}...`;

export const jintong = definePlatform<JintongCall, Success>({
  name: PLATFORM,
  title: '今通国际',
  contract,
  paths: ['/Api/OrderOpenApi.ashx'],
  maxBody: MAX_CARRIER,
  pathsInAnyCase: true, // IIS, which the documents' address ends on, never had a client care.
  model,
  actions: Object.keys(CONTRACTS),
  checkParty,
  checks,
  execute: (call, services) => OPERATIONS[call.method](call, services),
  refusal,
  successCode: 'CallSuccess' satisfies Code,
  changing: { HastenOrder: 'each', OperateCancelOrder: 'once' },
  reply,
  summary: (call) => ({
    party: call.partner,
    method: call.action,
    orderId: call.param?.get('OrderID'),
    stringToSign: call.stringsToSign?.[0],
  }),
  redact,
  import: importFormat,
  sandboxFile: new URL('./sandbox.json', import.meta.url),
  seed,
});
