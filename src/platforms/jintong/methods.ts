// Facts from the contract for this folder: its actions, the basic parameters, and patterns of ids
// and names.
import type { MethodOf, Params, TextField } from '../../protocol/contract.ts';
import { contract, type JintongContract } from './contract.ts';

export type Action = MethodOf<JintongContract>;

export const ACTIONS = Object.keys(contract.methods) as Action[];

export function isAction(name: string): name is Action {
  return Object.hasOwn(contract.methods, name);
}

export type ParamFields = Readonly<Record<string, TextField>>;

/** The elements of Param, by action. */
export const paramsOf = (action: Action): ParamFields => contract.methods[action].params;

/** The element of Param that contains the user name, by action. */
export const USER_FIELD: { readonly [A in Action]: keyof Params<JintongContract, A> } = {
  HastenOrder: 'UserName',
  OperateCancelOrder: 'Consumer',
  GetOrderDetail: 'UserName',
};

/** The only value that may arrive URL-encoded (settled.md, J11). */
export const URL_ENCODED: keyof Params<JintongContract, 'OperateCancelOrder'> = 'Remark';

/** 请求基本参数, in the documents' sequence, without Param. */
export const BASIC_FIELDS: readonly string[] = Object.keys(contract.envelope.request);

/** The basic parameters with a fixed set of values, and those values. */
export const BASIC_VALUES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(contract.envelope.request).flatMap(([name, field]) =>
    'values' in field ? [[name, Object.keys(field.values)]] : [],
  ),
);

const { OrderID, UserName } = contract.methods.HastenOrder.params;

const matches = ({ pattern }: TextField) => {
  if (!pattern) throw new Error('the contract has no pattern for ids or names');
  return (text: string): boolean => pattern.test(text);
};
export const isOrderId = matches(OrderID);
export const isUserName = matches(UserName);
