// Posts callbacks to a caller: right ones, the same again, in the wrong order, and forged ones.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallerCallbacks, CallerJob } from '../../protocol/caller-rules.ts';
import { SECRET_PREFIX, sign } from '../../protocol/standard-webhooks.ts';
import type { Post } from './recorded.ts';

/** Where a caller listens, and what it has printed so far. */
export interface Receiver {
  readonly url: string;
  readonly secret: string;
  readonly lines: readonly string[];
}

export const newSecret = (): string => SECRET_PREFIX + randomBytes(24).toString('base64');

/** Standard Webhooks allows 5 minutes. */
const OLD_SECONDS = 3600;
/** Enough for a line to come out of a pipe. */
const PRINT_MS = 250;
const ANSWER_MS = 15_000;

type Signed = Extract<CallerCallbacks, { kind: 'signed' }>;

/** The callbacks of one order: two that nobody may believe, then the order's own changes. */
export async function postSigned(
  { states: [first, second, third], data }: Signed,
  { variables, key }: CallerJob,
  receiver: Receiver,
): Promise<readonly Post[]> {
  const now = Math.floor(Date.now() / 1000);
  const event = (state: string, version: number): string => {
    const its = data(variables, state, version) as { readonly action: string; readonly at: string };
    return JSON.stringify({ type: `order.${its.action}`, timestamp: its.at, data: its });
  };
  const posts: Post[] = [];
  const send = async (
    kind: Post['kind'],
    body: string,
    { id = `msg_${kind}_${key}`, at = now, secret = receiver.secret } = {},
  ): Promise<void> => {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': sign(secret, id, at, body),
    };
    posts.push(await post(kind, receiver, headers, body));
  };
  await send('forged', event(first, 1), { secret: newSecret() });
  await send('replayed', event(first, 1), { at: now - OLD_SECONDS });
  const one = { id: `msg_first_${key}` };
  const its = event(first, 2);
  await send('first', its, one);
  await send('again', its, one);
  await send('newest', event(third, 4));
  await send('older', event(second, 3));
  return posts;
}

/** An unsigned callback, once or twice. */
export async function postUnsigned(
  kinds: readonly Post['kind'][],
  body: string,
  receiver: Receiver,
): Promise<readonly Post[]> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const posts: Post[] = [];
  for (const kind of kinds) posts.push(await post(kind, receiver, headers, body));
  return posts;
}

async function post(
  kind: Post['kind'],
  { url, lines }: Receiver,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Post> {
  const before = lines.length;
  const status = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => null,
  );
  await sleep(PRINT_MS);
  const taken = lines.slice(before).filter((line) => line.startsWith('taken '));
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  return { kind, status, taken, bytes: `POST ${url}\n${head.join('')}\n${body}` };
}
