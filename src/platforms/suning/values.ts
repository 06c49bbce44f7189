// Reads a method's node and checks its fields against the contract, with one reader per method.
import { type Refusal, says } from '../../protocol/checks.ts';
import type { Fields as ContractFields, Field } from '../../protocol/contract.ts';
import { type Card, type Cards, listedCards } from './cards.ts';
import { invalidBiz, missingParameter } from './codes.ts';
import { contract } from './contract.ts';
import { METHODS, type Method } from './methods.ts';
import { isCategory } from './states.ts';
import { RANGE_REASONS, type RangeCode, readTimeRange, type TimeRange } from './time-range.ts';
import type { Element } from './wire.ts';
import { isNumbered } from './wire.ts';
import { looksLikeJson } from './wire-json.ts';

const { iqStatus: IQ_STATUS } = contract.methods['suning.selfmarket.leaguerstatus.add'].params;
export type IqStatus = keyof typeof IQ_STATUS.values;

export interface LeaguerStatus {
  readonly iqStatus: IqStatus;
  readonly orderId: string;
  readonly orderItemId: string;
  readonly supplierCode: string | null;
  readonly failReason: string | null;
  readonly cards: Cards;
}

export interface HistoryQuery {
  readonly serverId: string | null;
  readonly chargeId: string | null;
  readonly range: TimeRange;
  readonly orderCategory: string | null;
  readonly pageNo: number;
  readonly pageSize: number;
}

export interface Values {
  readonly 'suning.selfmarket.leaguerstatus.add': LeaguerStatus;
  readonly 'suning.fws.historyorder.query': HistoryQuery;
}

type Fields = Readonly<Record<string, string | undefined>>;
/** The codes with which the reading of values refuses. */
export type ValueCode =
  | `biz.selfmarket.addleaguerstatus.missing-parameter:${string}`
  | 'biz.selfmarket.addleaguerstatus.invalid-biz:108'
  | 'sys.check.request-params:error'
  | RangeCode
  | PageCode;
type PageCode =
  | 'sys.check.pageno-format:error'
  | 'sys.check.pagesize-format:error'
  | 'sys.check.page-param:error';

/** The reasons for the list of checks, in the sequence of the reading. */
export const VALUE_REASONS = {
  'biz.selfmarket.addleaguerstatus.missing-parameter:*': says(
    '必填字段缺失或为空',
    'a required field is absent or empty',
  ),
  'biz.selfmarket.addleaguerstatus.invalid-biz:108': says('iqStatus 不合法', 'no such iqStatus'),
  ...RANGE_REASONS,
  'sys.check.pageno-format:error': says('pageNo 不是整数', 'pageNo is no integer'),
  'sys.check.pagesize-format:error': says('pageSize 不是整数', 'pageSize is no integer'),
  'sys.check.page-param:error': says('页码或条数超出范围', 'pageNo or pageSize is out of range'),
  'sys.check.request-params:error': says('字段重复或不合法', 'a field given twice, or malformed'),
};

type Read<V> = V | Refusal<ValueCode>;

const { failReason: REASON } = contract.methods['suning.selfmarket.leaguerstatus.add'].params;
const { pageNo: PAGE_NO, pageSize: PAGE_SIZE } =
  contract.methods['suning.fws.historyorder.query'].params;

const isWithin = ({ min, max }: { readonly min: number; readonly max: number }, n: number) =>
  n >= min && n <= max;

const malformed = (detail: string): Refusal<'sys.check.request-params:error'> => ({
  refused: 'sys.check.request-params:error',
  detail,
});

const READERS: { readonly [M in Method]: (fields: Fields, node: Element) => Read<Values[M]> } = {
  'suning.selfmarket.leaguerstatus.add': readLeaguerStatus,
  'suning.fws.historyorder.query': readHistoryQuery,
};

/** The text fields of each method. */
const TEXT_FIELDS: ReadonlyMap<Method, ReadonlyMap<string, Field>> = new Map(
  METHODS.map((method) => {
    const { params }: { readonly params: ContractFields } = contract.methods[method];
    const all = Object.entries(params);
    return [method, new Map(all.filter(([, { type }]) => type !== 'list' && type !== 'group'))];
  }),
);

export function readValues(method: Method, node: Element): Read<Values[Method]> {
  const known = TEXT_FIELDS.get(method)!;
  const fields: Record<string, string> = {};
  // The loop goes over the elements and not over the fields, because a list may have half a million elements.
  // The fields are in a map, because a property lookup makes the engine intern each unknown name.
  for (const { name, text, children } of node.children) {
    const field = known.get(name);
    if (!field) continue;
    if (Object.hasOwn(fields, name)) return malformed(`${name} is given several times`);
    if (children.length > 0) return malformed(`${name} holds elements`);
    fields[name] = 'blanks' in field && field.blanks === 'trimmed' ? text.trim() : text;
  }
  return READERS[method](fields, node);
}

/** Undefined stands for an absent element. */
const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === '';

function readLeaguerStatus(fields: Fields, node: Element): Read<LeaguerStatus> {
  for (const name of ['iqStatus', 'orderId', 'orderItemId']) {
    if (isBlank(fields[name])) {
      const detail = `${name} is ${fields[name] === undefined ? 'absent' : 'empty'}`;
      return { refused: missingParameter(name), detail };
    }
  }
  const { iqStatus, orderId, orderItemId, supplierCode, failReason } = fields as Record<
    string,
    string
  >;
  if (failReason !== undefined && failReason.length > REASON.maxLength) {
    return malformed(`failReason is longer than ${REASON.maxLength} characters`);
  }
  const cards = readCards(node);
  if ('refused' in cards) return cards;
  if (!Object.hasOwn(IQ_STATUS.values, iqStatus!)) {
    return {
      refused: invalidBiz('108'),
      detail: `iqStatus is ${JSON.stringify(iqStatus!.slice(0, 40))}`,
    };
  }
  return {
    iqStatus: iqStatus as IqStatus,
    orderId: orderId!,
    orderItemId: orderItemId!,
    supplierCode: isBlank(supplierCode) ? null : supplierCode!,
    failReason: isBlank(failReason) ? null : failReason!,
    cards,
  };
}

/**
 * in XML one cardList element per card, or one element holding several pairs: a name that comes
 * again begins the next card, so that a pair with a part missing is never filled from its neighbour.
 * A list that was given empty is not given. Details name places and never the caller's own names.
 */
function readCards(node: Element): Cards | Refusal<ValueCode> {
  const elements = cardElements(node);
  if (elements.length === 1 && elements[0]!.cards) return elements[0]!.cards;
  const list: Card[] = [];
  for (const [i, element] of elements.entries()) {
    const { children, text } = element;
    const isInList = element.isItem === true && element.name !== 'cardList';
    const usual = isInList ? undefined : usualCard(children);
    if (usual) {
      list.push(usual);
      continue;
    }
    const place = `cardList[${i}]`;
    if (children.length === 0 && !isBlank(text)) {
      const encodedTwice = looksLikeJson(text) ? ', which is JSON that was encoded twice' : '';
      return malformed(`${place} is a text${encodedTwice}; cardCode and cardSec belong there`);
    }
    if (isInList) return malformed(`${place} is a list`);
    const before = list.length;
    let card: { cardCode?: string; cardSec?: string } = {};
    for (const { name, text: value, children: below } of children) {
      if (name !== 'cardCode' && name !== 'cardSec') continue;
      if (below.length > 0) return malformed(`${name} of ${place} holds elements`);
      if (card[name] !== undefined) {
        list.push(complete(card));
        card = {};
      }
      card[name] = value;
    }
    if (card.cardCode !== undefined || card.cardSec !== undefined) list.push(complete(card));
    if (list.length === before) return malformed(`${place} has neither cardCode nor cardSec`);
  }
  return listedCards(list);
}

/** A card whose two parts stand in the documents' order; undefined for any other element. */
function usualCard({ length, 0: code, 1: sec }: readonly Element[]): Card | undefined {
  if (length !== 2 || code!.name !== 'cardCode' || sec!.name !== 'cardSec') return undefined;
  if (code!.children.length > 0 || sec!.children.length > 0) return undefined;
  return { cardCode: code!.text, cardSec: sec!.text };
}

/**
 * One element per card or run of cards, in the sequence written. PHP writes a list with gaps as an
 * object.
 */
function cardElements(node: Element): readonly Element[] {
  const given = node.children.filter(({ name }) => name === 'cardList');
  const [only] = given;
  if (!only || given.length > 1 || only.isItem) return given;
  if (isNumbered(only)) return only.children;
  return only.children.length === 0 && isBlank(only.text) ? [] : given;
}

const complete = ({ cardCode = '', cardSec = '' }: Partial<Card>): Card => ({ cardCode, cardSec });

const ABSENT = {
  startTime: 'biz.fws.queryhistoryorder.missing-parameter:startTime',
  endTime: 'biz.fws.queryhistoryorder.missing-parameter:endTime',
} as const;

function readHistoryQuery(fields: Fields): Read<HistoryQuery> {
  const time = readTimeRange(fields.startTime, fields.endTime, { absent: ABSENT });
  if ('refused' in time) return time;
  const pageNo = readInteger(fields.pageNo, PAGE_NO.default);
  if (pageNo === null) return notInteger('sys.check.pageno-format:error', 'pageNo', fields);
  const pageSize = readInteger(fields.pageSize, PAGE_SIZE.default);
  if (pageSize === null) return notInteger('sys.check.pagesize-format:error', 'pageSize', fields);
  if (!isWithin(PAGE_NO, pageNo) || !isWithin(PAGE_SIZE, pageSize)) {
    const detail = `pageNo ${fields.pageNo?.slice(0, 40)}, pageSize ${fields.pageSize?.slice(0, 40)}`;
    return { refused: 'sys.check.page-param:error', detail };
  }
  const { serverId, chargeId, orderCategory } = fields;
  if (!isBlank(orderCategory) && !isCategory(orderCategory!)) {
    return malformed('orderCategory is not 1, 2 or 3');
  }
  return {
    serverId: isBlank(serverId) ? null : serverId!,
    chargeId: isBlank(chargeId) ? null : chargeId!,
    range: time.range!,
    orderCategory: isBlank(orderCategory) ? null : orderCategory!,
    pageNo,
    pageSize,
  };
}

/** Null if the text is no integer. An empty optional field counts as absent. [ours] */
function readInteger(text: string | undefined, byDefault: number): number | null {
  if (isBlank(text)) return byDefault;
  return /^-?\d+$/.test(text!) ? Number(text) : null;
}

function notInteger(refused: PageCode, name: string, fields: Fields): Refusal<PageCode> {
  return { refused, detail: `${name} is ${JSON.stringify(fields[name]!.slice(0, 40))}` };
}
