// What the rest of the folder asks the contract: which methods there are, their nodes, and which names are known.
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

/** A query answers with pages of items. */
export const isQuery = (method: Method): boolean => contract.methods[method].effect === 'read';

/** Which of the codes `isp.sys.service.unavailable.*` a method has. */
export const SERVICES: Readonly<Record<Method, Service>> = {
  'suning.selfmarket.leaguerstatus.add': 'somp',
  'suning.fws.historyorder.query': 'fws',
};

/** "API的版本,目前为v1.2版本" */
export const [VERSION] = Object.keys(contract.envelope.request.VersionNo.values) as ['v1.2'];

/** The catalog's entries that name methods which are served no more. */
export const RETIRED_METHOD = 'retired-method';

const namesOf = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([name, field]) => [
    name,
    ...('fields' in field ? namesOf(field.fields) : []),
  ]);

/** The names of a request that the documents define, at whatever place. The log writes them as the documents do. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'sn_request',
  'sn_body',
  'snunionid',
  ...Object.keys(contract.envelope.request).map((name) => name[0]!.toLowerCase() + name.slice(1)),
  ...METHODS.flatMap((method) => [nodeOf(method), ...namesOf(contract.methods[method].params)]),
]);

/**
 * Whether the request log may repeat a name. Other names are the caller's own words: a client that
 * writes cards as `{"CODE":"SECRET"}` makes card codes of them.
 */
export const isKnownName = (name: string): boolean => KNOWN_NAMES.has(name);

const { pattern: ID } = contract.methods['suning.selfmarket.leaguerstatus.add'].params.orderId;
const { pattern: APP_KEY } = contract.envelope.request.AppKey;

/** Order ids and ids of lines (settled.md, S8). */
export const isId = (text: string): boolean => ID.test(text);
export const isAppKey = (text: string): boolean => APP_KEY.test(text);
