// The load: raw keep-alive connections that send requests built beforehand and check every answer.
import { connect, type Socket } from 'node:net';

/** One request as its bytes, and what the answer to it has to hold. */
export interface Shot {
  readonly request: Buffer;
  readonly expected: Buffer;
}

export interface Fired {
  readonly seconds: number;
  /** By request: from its write to the last byte of its answer. */
  readonly millis: Float64Array;
}

/** A server that answers wrongly has no speed worth printing. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);
/** An answer that takes longer will not come. */
const PATIENCE_MS = 30_000;

export function openConnections(port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => openConnection(port)));
}

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/**
 * Sends all shots over the connections, one at a time on each: the next leaves when the answer to
 * the last is whole.
 *
 * @throws {WrongAnswerError} at the first answer that is not 200 or lacks what its shot expects
 */
export async function fire(sockets: readonly Socket[], shots: readonly Shot[]): Promise<Fired> {
  const millis = new Float64Array(shots.length);
  let taken = 0;
  const take = (): number => (taken < shots.length ? taken++ : -1);
  const started = performance.now();
  await Promise.all(sockets.map((socket) => fireOn(socket, shots, take, millis)));
  return { seconds: (performance.now() - started) / 1000, millis };
}

function fireOn(
  socket: Socket,
  shots: readonly Shot[],
  take: () => number,
  millis: Float64Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current = -1;
    let sentAt = 0;
    let received: Buffer = EMPTY;

    const finish = (error?: Error): void => {
      socket.off('data', onData).off('error', finish).off('close', onClose).setTimeout(0);
      if (error) reject(error);
      else resolve();
    };
    const sendNext = (): void => {
      current = take();
      if (current < 0) return finish();
      sentAt = performance.now();
      socket.write(shots[current]!.request);
    };
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const problem = judge(received, shots[current]!.expected);
      if (problem === 'incomplete') return;
      millis[current] = performance.now() - sentAt;
      if (problem !== null) {
        const text = received.toString('utf8', 0, 2000);
        return finish(new WrongAnswerError(`${problem}; the answer was:\n${text}`));
      }
      received = EMPTY;
      sendNext();
    };
    const onClose = (): void => finish(new WrongAnswerError('the server closed a connection'));
    const onTimeout = (): void =>
      finish(new WrongAnswerError(`no answer within ${PATIENCE_MS / 1000} s`));

    socket.on('data', onData).on('error', finish).on('close', onClose);
    socket.setTimeout(PATIENCE_MS, onTimeout);
    sendNext();
  });
}

/** What is wrong with an answer; null when nothing is. */
export function judge(received: Buffer, expected: Buffer): string | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return 'incomplete';
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (!length) return 'an answer has no Content-Length';
  const end = headEnd + HEAD_END.length + Number(length[1]);
  if (received.length < end) return 'incomplete';
  if (received.length > end) return 'an answer is longer than its Content-Length';
  if (!head.startsWith('HTTP/1.1 200 ')) return 'an answer is not 200';
  if (received.indexOf(expected, headEnd) < 0) return `an answer lacks "${expected}"`;
  return null;
}
