// What the servers answer: that ordergate's replies are signed, that the plain stack gives the same, that nothing was left out.
import { GATEWAY_PATH, KINDS, type Kind, signedBody } from './jintong-requests.ts';
import { WrongAnswerError } from './load.ts';
import type { RunningServer } from './servers.ts';

interface Reply {
  readonly contentType: string;
  readonly body: string;
}

export type Replies = Readonly<Record<Kind, Reply>>;

/**
 * Asks both gateways once about the order at `index`, a read and then a write.
 *
 * @returns what ordergate answered
 * @throws {WrongAnswerError} where one refuses, or the two differ
 */
export async function verifyReplies(
  ordergate: RunningServer,
  plain: RunningServer,
  index: number,
  secret: string,
): Promise<Replies> {
  const replies: Partial<Record<Kind, Reply>> = {};
  for (const kind of KINDS) {
    const body = signedBody(kind, index, secret);
    const [ours, theirs] = await Promise.all([ask(ordergate, body), ask(plain, body)]);
    if (!ours.body.includes('CallSuccess') || !/%3cSign%3e[0-9a-f]{32}%3c/.test(ours.body)) {
      throw new WrongAnswerError(`no signed success:\n${ours.body}`);
    }
    if (comparable(ours) !== comparable(theirs)) {
      throw new WrongAnswerError(`ordergate and plain differ:\n${ours.body}\n${theirs.body}`);
    }
    replies[kind] = ours;
  }
  return replies as Replies;
}

async function ask(server: RunningServer, body: string): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${server.port}${GATEWAY_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  return { contentType: response.headers.get('content-type') ?? '', body: await response.text() };
}

/** The two ledgers were seeded at different moments, so times differ, and with them signatures. */
function comparable({ contentType, body }: Reply): string {
  return contentType + body.replace(/%3c(CreateTime|Sign)%3e.*?%3c/g, '%3c$1%3e…%3c');
}

/**
 * Compares the answers of ordergate and the plain stack to one call. The two ledgers were seeded at
 * different moments, and a submission gets an id at random.
 *
 * @throws {WrongAnswerError}
 */
export function refuseDifference(name: string, ours: Reply, theirs: Reply): void {
  const same = ({ body }: Reply): string =>
    body
      .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, '…')
      .replace(/("statusCode":"0".*"requestId":")\d{16}/, '$1…');
  if (same(ours) === same(theirs)) return;
  throw new WrongAnswerError(
    `${name}: ordergate and plain differ:\n${ours.body.slice(0, 2000)}\n${theirs.body.slice(0, 2000)}`,
  );
}

/** A record that the request log drops is work not done: such a run measured something else. */
export async function refuseDroppedRecords(server: RunningServer): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  const metrics = await response.text();
  const value = (pattern: RegExp): number => Number(pattern.exec(metrics)?.[1]);
  const dropped = value(/^ordergate_request_log_dropped (\d+)$/m);
  if (dropped !== 0) {
    throw new WrongAnswerError(`the request log dropped ${dropped} records`);
  }
}
