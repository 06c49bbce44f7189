// What each role may do: the least role of every operation, in one table that the router asks for each call.
import { type Role, reaches, type TokenRole } from '../core/account.ts';

/**
 * A viewer reads, and sees no card code, no key and nobody else's account. An operator does an
 * order's and a callback's daily work. An admin decides who may call, who may sign in, and sees
 * what everybody did. An endpoint that is missing here does not compile.
 *
 * A partner, whose token is of one party, may call what names `partner`, and sees in it the data of that
 * party alone: `narrow.ts` gives the endpoint no other.
 */
export const LEAST_ROLES = {
  readOpenApi: 'viewer, partner',
  readVersion: 'viewer, partner',
  listPlatforms: 'viewer, partner',
  readPlatform: 'viewer, partner',
  listErrors: 'viewer, partner',
  readOverview: 'viewer',
  readCallSeries: 'viewer',
  readFigures: 'viewer, partner',
  streamEvents: 'viewer, partner',
  search: 'viewer, partner',
  listAttention: 'viewer',
  readOrderOutlook: 'viewer',
  listOrders: 'viewer',
  findOrders: 'viewer',
  readOrder: 'viewer',
  createOrders: 'operator',
  moveOrder: 'operator',
  revealSealed: 'operator',
  addOrderNote: 'operator',
  assignOrder: 'operator',
  unassignOrder: 'operator',
  listParties: 'viewer, partner',
  readParty: 'viewer, partner',
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
  listRequests: 'viewer, partner',
  readRequest: 'viewer, partner',
  debugSignature: 'viewer, partner',
  listCallbackEndpoints: 'viewer, partner',
  readCallbackEndpoint: 'viewer, partner',
  createCallbackEndpoint: 'admin',
  changeCallbackEndpoint: 'operator',
  deleteCallbackEndpoint: 'admin',
  rotateCallbackSecret: 'admin',
  pingCallbackEndpoint: 'operator, partner',
  sendOwnCallback: 'operator',
  listDeliveries: 'viewer, partner',
  readDelivery: 'viewer, partner',
  attemptDelivery: 'operator',
  giveUpDelivery: 'operator',
  replayDelivery: 'operator, partner',
  replayDeliveries: 'operator, partner',
  listListeners: 'viewer',
  openListener: 'operator',
  pullCallbacks: 'operator',
  judgeAnswer: 'operator',
  acknowledgeCallbacks: 'operator',
  removeListener: 'operator',
  listCallbackAlerts: 'viewer',
  readEndpointHealth: 'viewer, partner',
  startReplayJob: 'operator, partner',
  listReplayJobs: 'viewer, partner',
  readReplayJob: 'viewer, partner',
  stopReplayJob: 'operator, partner',
  listAdmissions: 'viewer',
  listAlarms: 'viewer',
  acknowledgeAlarm: 'operator',
  listAlarmRules: 'viewer',
  createAlarmRule: 'admin',
  changeAlarmRule: 'admin',
  removeAlarmRule: 'admin',
  listAlarmChannels: 'viewer',
  createAlarmChannel: 'admin',
  removeAlarmChannel: 'admin',
  testAlarmChannel: 'operator',
  readClock: 'viewer, partner',
  advanceClock: 'operator',
  advanceToDeadline: 'operator',
  resetSandbox: 'admin',
  listForces: 'viewer',
  createForce: 'operator',
  removeForce: 'operator',
  readMe: 'viewer, partner',
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
  listApprovals: 'operator',
  approveCall: 'operator',
  refuseCall: 'operator',
  listPartnerLinks: 'operator',
  createPartnerLink: 'operator',
  endPartnerLink: 'operator',
  listApiTokens: 'admin',
  createApiToken: 'admin',
  endApiToken: 'admin',
  readApiToken: 'admin',
  listAudit: 'admin',
  exportAudit: 'admin',
  exportOrders: 'viewer',
  exportRequests: 'viewer, partner',
  exportDeliveries: 'viewer, partner',
  exportParties: 'viewer',
  readAudit: 'admin',
} as const satisfies Readonly<Record<string, Role | `${Role}, partner`>>;

export type OperationId = keyof typeof LEAST_ROLES;

/** The least role of people and their tokens. */
export const leastRole = (operation: OperationId): Role =>
  LEAST_ROLES[operation].replace(', partner', '') as Role;

export const may = (role: TokenRole, operation: OperationId): boolean =>
  role === 'partner'
    ? LEAST_ROLES[operation].endsWith(', partner')
    : reaches(role, leastRole(operation));

/** What a role may do, for the console, which shows the buttons of these operations. */
export const operationsOf = (role: TokenRole): OperationId[] =>
  (Object.keys(LEAST_ROLES) as OperationId[]).filter((operation) => may(role, operation));
