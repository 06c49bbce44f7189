// What each role may do: the least role of every operation, in one table that the router asks for each call.
import { type Role, reaches } from '../core/account.ts';

/**
 * A viewer reads, and sees no card code, no key and nobody else's account. An operator does an
 * order's and a callback's daily work. An admin decides who may call, who may sign in, and sees
 * what everybody did. An endpoint that is missing here does not compile.
 */
export const LEAST_ROLES = {
  readOpenApi: 'viewer',
  listPlatforms: 'viewer',
  readPlatform: 'viewer',
  listErrors: 'viewer',
  readOverview: 'viewer',
  readCallSeries: 'viewer',
  search: 'viewer',
  listAttention: 'viewer',
  readOrderOutlook: 'viewer',
  listOrders: 'viewer',
  findOrders: 'viewer',
  readOrder: 'viewer',
  createOrders: 'operator',
  moveOrder: 'operator',
  revealSealed: 'operator',
  listParties: 'viewer',
  readParty: 'viewer',
  createParty: 'admin',
  changeParty: 'admin',
  rotateKey: 'admin',
  endKey: 'admin',
  savePartyApp: 'admin',
  removePartyApp: 'admin',
  listCatalog: 'viewer',
  readCatalogEntry: 'viewer',
  saveCatalogEntry: 'admin',
  removeCatalogEntry: 'admin',
  listTokens: 'viewer',
  endToken: 'admin',
  listConsents: 'viewer',
  endConsent: 'admin',
  importRows: 'admin',
  listRequests: 'viewer',
  readRequest: 'viewer',
  debugSignature: 'viewer',
  listCallbackEndpoints: 'viewer',
  readCallbackEndpoint: 'viewer',
  createCallbackEndpoint: 'admin',
  changeCallbackEndpoint: 'operator',
  deleteCallbackEndpoint: 'admin',
  rotateCallbackSecret: 'admin',
  pingCallbackEndpoint: 'operator',
  listDeliveries: 'viewer',
  readDelivery: 'viewer',
  attemptDelivery: 'operator',
  giveUpDelivery: 'operator',
  replayDelivery: 'operator',
  replayDeliveries: 'operator',
  listCallbackAlerts: 'viewer',
  readEndpointHealth: 'viewer',
  startReplayJob: 'operator',
  listReplayJobs: 'viewer',
  readReplayJob: 'viewer',
  stopReplayJob: 'operator',
  listAdmissions: 'viewer',
  readClock: 'viewer',
  advanceClock: 'operator',
  resetSandbox: 'admin',
  readMe: 'viewer',
  listMySessions: 'viewer',
  endMySession: 'viewer',
  endMySessions: 'viewer',
  changeMyPassword: 'viewer',
  beginTotp: 'viewer',
  confirmTotp: 'viewer',
  removeTotp: 'viewer',
  listAccounts: 'admin',
  createAccount: 'admin',
  readAccount: 'admin',
  changeAccount: 'admin',
  resetPassword: 'admin',
  listApiTokens: 'admin',
  createApiToken: 'admin',
  endApiToken: 'admin',
  readApiToken: 'admin',
  listAudit: 'admin',
  readAudit: 'admin',
} as const satisfies Readonly<Record<string, Role>>;

export type OperationId = keyof typeof LEAST_ROLES;

export const may = (role: Role, operation: OperationId): boolean =>
  reaches(role, LEAST_ROLES[operation]);

/** What a role may do, for the console, which shows the buttons of these operations. */
export const operationsOf = (role: Role): OperationId[] =>
  (Object.keys(LEAST_ROLES) as OperationId[]).filter((operation) => may(role, operation));
