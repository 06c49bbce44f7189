// The other side of callbacks in a scenario: an HTTP server that checks their signatures and keeps what arrived.
import type { AddressInfo } from 'node:net';
import { CallbackError, verifyCallback } from '../client/webhooks.ts';
import { ValueError, words } from './words.ts';

const { createServer } = process.getBuiltinModule('node:http');
const { randomUUID } = process.getBuiltinModule('node:crypto');

export interface ReceivedCallback {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** `webhook-id`: the same for every attempt and every repeat of one callback. */
  readonly id: string;
}

/** Which callbacks count. */
export interface Which {
  /** Also those that came again after they were acknowledged. */
  readonly repeats: boolean;
  /** Those of one order only. */
  readonly about?: string | undefined;
}

/** How long a step waits for callbacks that another node posts, in real time. */
const WAIT_MS = 5000;

export class Receiver {
  /** The statuses of the coming answers; the last of them stays. */
  answers: number[];
  secret = '';
  endpointId = '';
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  #arrived: (ReceivedCallback & { readonly isRepeat: boolean })[] = [];
  /** The ids of callbacks that were acknowledged. */
  readonly #taken = new Set<string>();
  #problem: string | undefined;
  #tell: () => void = () => {};

  private constructor(server: ReturnType<typeof createServer>, answers: readonly number[]) {
    this.#server = server;
    this.answers = [...answers];
    const { port } = server.address() as AddressInfo;
    // Nobody else can name the URL: a server may accept it although its address is not public.
    this.url = `http://127.0.0.1:${port}/scenario/${randomUUID()}`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('error', () => {});
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const status = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
        this.#keep(Buffer.concat(chunks), request.headers, status < 300);
        response.writeHead(status).end();
        this.#tell();
      });
    });
  }

  static async start(answers: readonly number[]): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Receiver(server, answers);
  }

  #keep(body: Buffer, headers: Parameters<typeof verifyCallback>[1], isTaken: boolean): void {
    try {
      const { id, event } = verifyCallback(body, headers, this.secret);
      this.#arrived.push({ ...event, id, isRepeat: this.#taken.has(id) });
      if (isTaken) this.#taken.add(id);
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      this.#problem ??= error.message;
    }
  }

  /** What arrived since the last question; waits a while until there are `count`. */
  async take(count: number, { repeats, about }: Which): Promise<readonly ReceivedCallback[]> {
    const counted = () =>
      this.#arrived.filter(
        ({ isRepeat, data }) =>
          (repeats || !isRepeat) && (about === undefined || data.orderId === about),
      );
    const until = performance.now() + WAIT_MS;
    while (counted().length < count && !this.#problem && performance.now() < until) {
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
        setTimeout(resolve, until - performance.now());
      });
    }
    if (this.#problem) {
      const problem = this.#problem;
      throw new ValueError(
        words(`回调验签失败：${problem}`, `a callback does not verify: ${problem}`),
      );
    }
    const arrived = counted().map(({ isRepeat: _, ...one }) => one);
    this.#arrived = [];
    return arrived;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
