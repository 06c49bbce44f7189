// What a scenario acts upon: a server's management API, its gateways, and a receiver of its callbacks.
import { UnreadableReplyError } from '../client/errors.ts';
import type { WireProtocol } from '../client/wire-protocol.ts';
import { type Management, reasonOf, UnreachableError } from './management.ts';
import { type ReceivedCallback, Receiver, type Which } from './receiver.ts';
import { same, ValueError, type Words, words } from './words.ts';

// biome-ignore lint/suspicious/noExplicitAny: a scenario calls any method of any contract, by its name.
export type AnyProtocol = WireProtocol<any, any>;

export interface WorldParts {
  /** Where the server's gateways listen. */
  readonly url: string;
  readonly manage: Management;
  readonly protocols: readonly AnyProtocol[];
  /** The key of a party; undefined if it is not known here. */
  keyOf(platform: string, party: string): string | undefined | Promise<string | undefined>;
  /** What to say of a party whose key is not known. */
  noKey(party: string): Words;
  /** Aborts the call that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What a platform answered: its code, words and content; or why no reply could be read. */
export type Heard =
  | { readonly code: string; readonly words: string | null; readonly reply: unknown }
  | { readonly broken: Words };

/** A call that is kept back by a force comes within a minute. */
const CALL_MS = 75_000;

export class World {
  readonly #parts: WorldParts;
  readonly #receivers = new Map<string, Receiver>();

  /** Of the last call; null if no reply came. */
  lastRequestId: string | null = null;

  constructor(parts: WorldParts) {
    this.#parts = parts;
  }

  /** Asks the management API. @throws {ValueError} with its own message where it refuses */
  async manage(method: string, path: string, body?: object): Promise<unknown> {
    const { isDone, answer } = await this.#parts.manage(method, path, body);
    if (isDone) return answer;
    const { message = `${path}`, cause } = answer.error ?? {};
    throw new ValueError(words(cause ? `${cause.zh}（${message}）` : message, message));
  }

  /** Sends one signed call, once. */
  async call(
    platform: string,
    party: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
    force: string | undefined,
  ): Promise<Heard> {
    const protocol = this.#protocol(platform);
    const { contract } = protocol;
    if (!Object.hasOwn(contract.methods, method)) {
      const names = Object.keys(contract.methods);
      throw new ValueError(
        words(
          `${platform} 没有接口 ${method}；可用接口：${names.join('、')}`,
          `${platform} has no method ${method}; it has ${names.join(', ')}`,
        ),
      );
    }
    const key = await this.#parts.keyOf(platform, party);
    if (key === undefined) throw new ValueError(this.#parts.noKey(`${platform}/${party}`));
    const credentials = protocol.toCredentials(party, key);
    const request = protocol.write(credentials, method, params as never, Date.now());
    const { signal } = this.#parts;
    this.lastRequestId = null;
    let status: number;
    let headers: Headers;
    let body: string;
    try {
      const response = await fetch(this.#parts.url + request.path, {
        method: request.http,
        headers: { ...request.headers, ...(force !== undefined && { 'x-sandbox-force': force }) },
        ...(request.http !== 'GET' && { body: request.body }),
        signal: AbortSignal.any([AbortSignal.timeout(CALL_MS), ...(signal ? [signal] : [])]),
      });
      this.lastRequestId = response.headers.get('x-request-id');
      ({ status, headers } = response);
      body = await response.text();
    } catch (error) {
      if ((error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') {
        throw new UnreachableError(
          `no answer from ${this.#parts.url} (${reasonOf(error as Error)})`,
        );
      }
      const reason = reasonOf(error as Error);
      return { broken: words(`连接中断：${reason}`, `the connection broke: ${reason}`) };
    }
    const problem = headers.get('x-sandbox-force-problem');
    if (problem !== null) throw new ValueError(same(`force: ${problem}`));
    const { replyStatuses = [200] } = protocol;
    if (!replyStatuses.includes(status)) {
      return { broken: same(`HTTP ${status}: ${body.slice(0, 200)}`) };
    }
    try {
      const outcome = protocol.read(credentials, method, { status, headers, body });
      if (outcome.ok) return { code: 'success', words: null, reply: outcome.value };
      return {
        code: outcome.code,
        words: outcome.words,
        reply: { code: outcome.code, words: outcome.words },
      };
    } catch (error) {
      if (error instanceof UnreadableReplyError) return { broken: same(error.message) };
      throw error;
    }
  }

  /** Whether a code is the contract's own word for a success. */
  isSuccess(platform: string, code: string): boolean {
    return code === 'success' || code === this.#protocol(platform).contract.success;
  }

  #protocol(platform: string): AnyProtocol {
    const { protocols } = this.#parts;
    const found = protocols.find(({ contract }) => contract.name === platform);
    if (found) return found;
    const known = protocols.map(({ contract }) => contract.name).join(', ');
    throw new ValueError(
      words(
        `没有平台 "${platform}" 的客户端；可用：${known}`,
        `there is no client of "${platform}"; there are: ${known}`,
      ),
    );
  }

  /** Receives the callbacks of `platform/party` from now on. */
  async listen(owner: string, answers: readonly number[]): Promise<void> {
    const known = this.#receivers.get(owner);
    if (known) {
      known.answers = [...answers];
      return;
    }
    const [platform, party] = ownerOf(owner);
    const receiver = await Receiver.start(answers);
    const made = await this.manage('POST', '/callbacks/endpoints', {
      platform,
      party,
      url: receiver.url,
    }).catch((error: Error) => {
      receiver.close();
      if (!(error instanceof ValueError) || !/url/.test(error.message)) throw error;
      const { zh, en } = error.words;
      throw new ValueError(
        words(
          `${zh}。以 ORDERGATE_CALLBACK_ALLOW=127.0.0.1 启动的服务器才会向本机发送回调`,
          `${en}. A server posts to this machine if it was started with ORDERGATE_CALLBACK_ALLOW=127.0.0.1`,
        ),
      );
    });
    const { endpointId, secret } = made as { endpointId: string; secret: string };
    receiver.secret = secret;
    receiver.endpointId = endpointId;
    this.#receivers.set(owner, receiver);
  }

  /** What arrived at the receiver since the last question. */
  async received(owner: string, count: number, which: Which): Promise<readonly ReceivedCallback[]> {
    const receiver = this.#receivers.get(owner);
    if (receiver) {
      await this.manage('POST', '/clock', { advanceSeconds: 0 }); // Answers when all that is due was posted.
      return receiver.take(count, which);
    }
    throw new ValueError(
      words(
        `没有接收 ${owner} 的回调：之前须有步骤 "listen: ${owner}"`,
        `nothing listens to ${owner}: a step "listen: ${owner}" has to stand before`,
      ),
    );
  }

  /** Ends the receivers, and removes their endpoints from the server. */
  async close(): Promise<void> {
    for (const receiver of this.#receivers.values()) {
      await this.manage('DELETE', `/callbacks/endpoints/${receiver.endpointId}`).catch(() => {});
      receiver.close();
    }
    this.#receivers.clear();
  }
}

export function ownerOf(text: string): readonly [platform: string, id: string] {
  const slash = text.indexOf('/');
  if (slash > 0 && slash < text.length - 1) return [text.slice(0, slash), text.slice(slash + 1)];
  throw new ValueError(
    words(`"${text}" 应形如 jintong/jane88`, `"${text}" has to be like jintong/jane88`),
  );
}
