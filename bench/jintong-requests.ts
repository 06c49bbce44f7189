// What the load asks: signed Jintong calls on seeded orders, built whole before any clock runs.
import { sign, stringToSign } from '../src/platforms/jintong/signature.ts';
import { writeRequest } from '../src/platforms/jintong/wire-write.ts';
import { frame } from './frame.ts';
import type { Shot } from './load.ts';

export const GATEWAY_PATH = '/Api/OrderOpenApi.ashx';
/** The party and the user that `ordergate seed` makes by default. */
export const PARTY = 'load01';

export type Kind = 'read' | 'write';
export const KINDS: readonly Kind[] = ['read', 'write'];

const ACTIONS: Readonly<Record<Kind, string>> = { read: 'GetOrderDetail', write: 'HastenOrder' };

/** The id of the `index`th order that `ordergate seed` makes. */
export function seededOrderId(index: number): string {
  return `9${String(index).padStart(11, '0')}`;
}

/** The body of a signed call, carried in a form field as the documents' client does it. */
export function signedBody(kind: Kind, index: number, secret: string, party = PARTY): string {
  const basics = {
    Partner: party,
    Action: ACTIONS[kind],
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    SignType: 'MD5',
  };
  const param = { Version: '1.0.0.0', Param: { OrderID: seededOrderId(index), UserName: party } };
  const fields = { ...basics, ...param };
  return writeRequest({ ...basics, Sign: sign(stringToSign(fields), secret), ...param });
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Answers arrive URL-encoded, with lower-case hex. */
const SUCCESS = Buffer.from('%3cMessageCode%3eCallSuccess%3c');

/**
 * A shot for each order. A gateway has to answer a read with the very order that was asked for; the
 * floor cannot, since it answers all with the same bytes.
 */
export function shotsAt(
  path: string,
  kind: Kind,
  indexes: readonly number[],
  secret: string,
): Shot[] {
  const exact = kind === 'read' && path === GATEWAY_PATH;
  return indexes.map((index) => ({
    request: frame(path, FORM, signedBody(kind, index, secret)),
    expected: exact ? Buffer.from(`%3cOrderID%3e${seededOrderId(index)}%3c`) : SUCCESS,
  }));
}

/** Numbers from 0 up to 1, the same at each run, so that runs ask for the same orders. */
export function repeatableRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // mulberry32: enough to spread look-ups over a table, in six lines.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The next `count` orders to read: any, each as likely as the other. */
export function randomIndexes(random: () => number, orders: number, count: number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * orders));
}

/** All orders once, in random order. */
export function shuffledIndexes(random: () => number, orders: number): number[] {
  const indexes = Array.from({ length: orders }, (_, i) => i);
  for (let i = orders - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [indexes[i], indexes[other]] = [indexes[other]!, indexes[i]!];
  }
  return indexes;
}
