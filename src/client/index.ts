// The public entry of @ordergate/client: the client, what it takes and gives, and its errors.
export { createClient, infoOf } from './client.ts';
export {
  CallError,
  NetworkError,
  type NetworkOutcome,
  type Refused,
  RefusedError,
  type UnprovenReply,
  UnreadableReplyError,
} from './errors.ts';
export type {
  AboutToSend,
  BeforeSend,
  CallInfo,
  CallOptions,
  CallParams,
  CallResult,
  Client,
  ClientOptions,
  ClockNote,
  Exchange,
} from './options.ts';
export type { WireOutcome, WireProtocol, WireReply, WireRequest } from './wire-protocol.ts';
