// Facts from the contract for this folder: the methods, their nodes, and the known names.
import type { Fields, MethodOf } from '../../protocol/contract.ts';
import type { Service } from './codes.ts';
import { contract, type SuningContract } from './contract.ts';

export type Method = MethodOf<SuningContract>;

export const METHODS = Object.keys(contract.methods) as Method[];

export function isMethod(name: string): name is Method {
  return Object.hasOwn(contract.methods, name);
}

/** The element below `sn_body`, in request and reply. */
export const nodeOf = (method: Method): string => contract.methods[method].node;

/** A query returns pages of items. */
export const isQuery = (method: Method): boolean => contract.methods[method].effect === 'read';

/** The code `isp.sys.service.unavailable.*` of each method. */
export const SERVICES: Readonly<Record<Method, Service>> = {
  'suning.selfmarket.leaguerstatus.add': 'somp',
  'suning.fws.historyorder.query': 'fws',
};

/** "API的版本,目前为v1.2版本" */
export const [VERSION] = Object.keys(contract.envelope.request.VersionNo.values) as ['v1.2'];

/** The kind of catalog entries that name retired methods. */
export const RETIRED_METHOD = 'retired-method';

const namesOf = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([name, field]) => [
    name,
    ...('fields' in field ? namesOf(field.fields) : []),
  ]);

/** The names that the documents define anywhere in a request, in their spelling. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'sn_request',
  'sn_body',
  'snunionid',
  ...Object.keys(contract.envelope.request).map((name) => name[0]!.toLowerCase() + name.slice(1)),
  ...METHODS.flatMap((method) => [nodeOf(method), ...namesOf(contract.methods[method].params)]),
]);

/**
 * Whether the request log may repeat a name. Other names are the caller's own words, and may be
 * secrets: a client that writes cards as `{"CODE":"SECRET"}` uses card codes as names.
 */
export const isKnownName = (name: string): boolean => KNOWN_NAMES.has(name);

const { pattern: ID } = contract.methods['suning.selfmarket.leaguerstatus.add'].params.orderId;
const { pattern: APP_KEY } = contract.envelope.request.AppKey;

/** Ids of orders and of lines (settled.md, S8). */
export const isId = (text: string): boolean => ID.test(text);
export const isAppKey = (text: string): boolean => APP_KEY.test(text);
