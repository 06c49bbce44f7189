// `ordergate/platform`: everything that a platform outside this repository needs.

// Import schemas must use the same zod as the reader.
export { z } from 'zod';
export type { CallbackEvent } from './core/callbacks.ts';
export type { CatalogEntry } from './core/catalog.ts';
export {
  type ChangeRequest,
  changeOrder,
  type Decide,
  type Decision,
} from './core/change-order.ts';
export { DAY, HOUR, type Instant, MINUTE, SECOND } from './core/clock.ts';
export {
  CORE_CODES,
  type CoreCode,
  type CoreRefusal,
  LedgerUnavailableError,
  type Outcome,
  refuse,
} from './core/errors.ts';
export { type Created, type Ledger, type NewOrder, orderId, ownerId } from './core/ledger.ts';
export { formatYuan, parseYuan } from './core/money.ts';
export type {
  Json,
  JsonObject,
  MoveEffects,
  OperatorMove,
  Order,
  OrderId,
  OrderLine,
  OrderModel,
  OwnerId,
} from './core/order.ts';
export { liveKeys, type Party, type PartyKey } from './core/party.ts';
export { readOrder } from './core/read-order.ts';
export type { DeadlineHandler } from './core/run-deadlines.ts';
export { type ActionTable, follow, type Transitions } from './core/transitions.ts';
export { AddressList, splitAddresses } from './directory/addresses.ts';
export { checkAddressesOf, newParty } from './directory/new-party.ts';
export {
  checkLimitsOf,
  enterLimits,
  limitsOf,
  limitsSchema,
  type PartyLimits,
} from './directory/party-limits.ts';
export { Checks, PASS, type Refusal, says } from './protocol/checks.ts';
export type { Clause, ClauseRequest, ClauseSet, Mutation, Row } from './protocol/clause.ts';
export { bytesOf, changedDigits, replaced, withoutNull } from './protocol/clause-bytes.ts';
export { parseForm, percentDecode } from './protocol/codecs/form.ts';
export {
  JsonError,
  type JsonLimits,
  type JsonValue,
  parseJson,
} from './protocol/codecs/json.ts';
export { decodeUtf8, describeNotUtf8 } from './protocol/codecs/utf8.ts';
export {
  parseXml,
  writeXml,
  type XmlElement,
  XmlError,
  type XmlLimits,
  type XmlTree,
} from './protocol/codecs/xml.ts';
export type {
  CallContext,
  ClauseDriver,
  Conformance,
  Heard,
  ReadXml,
  WireCall,
} from './protocol/conformance.ts';
export * from './protocol/contract.ts';
export { findFaults, type ValueFault } from './protocol/contract-values.ts';
export { equalSecrets, indexOfDigest, md5Hex } from './protocol/digest.ts';
export type { EventStatement, Events } from './protocol/events.ts';
export type { Evidence, NamedValue } from './protocol/evidence.ts';
export type { GatewayRequest } from './protocol/gateway-request.ts';
export { checkAsFile, difference, readItem, stateField } from './protocol/import.ts';
export {
  addressesField,
  noteField,
  secretField,
  shanghaiField,
  wholeNumberField,
  yuanField,
} from './protocol/import-fields.ts';
export type { OrderFields } from './protocol/order-fields.ts';
export {
  type CallSummary,
  type Difference,
  definePlatform,
  type Environment,
  type ImportContext,
  ImportError,
  type ImportedOrder,
  type ImportFormat,
  type Platform,
  type PlatformDefinition,
  type PlatformEndpoint,
  type SeedGenerator,
  type Services,
  type Start,
  type Verdict,
} from './protocol/platform.ts';
export type { CallbackAnswer, PlatformCallbacks } from './protocol/platform-callbacks.ts';
export { hideSecrets, MASK, maskNamedInForm, maskNamedInJson } from './protocol/redact.ts';
export type { GatewayReply, HttpRefusal, PlatformPath } from './protocol/reply.ts';
export { judgeRequestTime, type TimeTolerance } from './protocol/request-time.ts';
export { type RetrySchedule, SCHEDULES } from './protocol/retry-schedule.ts';
export { formatShanghai, parseShanghai } from './protocol/shanghai-time.ts';
export {
  digestOf,
  maskedText,
  type SignatureScheme,
  type SignedPart,
  signatureOf,
  signedText,
} from './protocol/signature-scheme.ts';
export type {
  NamedTexts,
  SampleCall,
  SigningPrograms,
  SigningSample,
  SigningVectors,
} from './protocol/signing-sample.ts';
export type { ToolRequest, ToolSigning } from './protocol/tool-signing.ts';
