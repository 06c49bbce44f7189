// Calls a worker thread, which the first call starts: one message per call, answered in sequence.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { BackgroundOperations } from './background-thread.ts';

export interface ThreadReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  /** An unsolicited message; `id` is then 0. */
  readonly report?: string;
}

/** The operations of a thread by name, and the function that the thread runs for each. */
type Operations<Names> = { readonly [Name in keyof Names]: (argument: never) => unknown };

/** The interface for queries that may take long. */
export type Background = Pick<Thread<BackgroundOperations>, 'call'>;

/** So long after a failure the next thread begins: a disk that is full fails each of them. */
const REST_MS = 1000;

export class Thread<Asked extends Operations<Asked>> {
  readonly #name: string;
  readonly #workerData: unknown;
  readonly #restarts: boolean;
  #worker: Worker | undefined;
  readonly #waiting = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void }
  >();
  #nextId = 1;
  #dead: Error | undefined;
  #isClosed = false;
  #restsUntil = 0;
  /** Receives unsolicited messages of the thread. */
  onReport: (text: string) => void = () => {};

  /**
   * @param name the name of the thread's file in this folder, without its ending
   * @param restarts whether a call after a failure begins a new thread. A thread that remembers earlier calls must not
   */
  constructor(name: string, workerData: unknown, { restarts }: { readonly restarts: boolean }) {
    this.#name = name;
    this.#workerData = workerData;
    this.#restarts = restarts;
  }

  call<Name extends keyof Asked & string>(
    op: Name,
    ...given: Parameters<Asked[Name]>
  ): Promise<ReturnType<Asked[Name]>> {
    return this.handOver([], op, ...given);
  }

  /**
   * As `call`.
   * @param transfer buffers of the argument that are transferred, not copied
   */
  handOver<Name extends keyof Asked & string>(
    transfer: readonly ArrayBuffer[],
    op: Name,
    ...[argument]: Parameters<Asked[Name]>
  ): Promise<ReturnType<Asked[Name]>> {
    return this.#ask(op, argument, transfer) as Promise<ReturnType<Asked[Name]>>;
  }

  #ask(op: string, argument?: unknown, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#mayRestart()) this.#dead = undefined;
    if (this.#dead) return Promise.reject(this.#unavailable());
    const id = this.#nextId++;
    this.#worker ??= this.#launch();
    this.#worker.ref(); // The process stays alive while it waits for an answer.
    this.#worker.postMessage({ id, op, argument }, transfer);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Whether the thread has failed, and answers nothing until it begins anew. */
  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  #mayRestart(): boolean {
    return this.#restarts && !this.#isClosed && performance.now() >= this.#restsUntil;
  }

  /** Starts the thread before the first call. */
  start(): void {
    if (this.#dead || this.#worker) return;
    this.#worker = this.#launch();
    this.#worker.unref();
  }

  #launch(): Worker {
    const ending = extname(import.meta.url); // .ts in a checkout, .js in the package
    const url = new URL(`./${this.#name}${ending}`, import.meta.url);
    const worker = new Worker(url, { workerData: this.#workerData });
    worker.on('message', (reply: ThreadReply) => this.#settle(reply));
    const die = (error: Error): void => {
      if (this.#worker !== worker) return; // A later one has begun.
      this.#worker = undefined;
      this.#die(error);
    };
    worker.on('error', (error) => die(error as Error));
    worker.on('exit', () => die(new Error('it has ended')));
    return worker;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return this.#die(new Error('it has ended'));
    if (!this.#dead) await this.#ask('close').catch(() => {});
    await worker.terminate();
  }

  #settle(reply: ThreadReply): void {
    if (reply.report !== undefined) return this.onReport(reply.report);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (reply.error === undefined) waiting?.resolve(reply.value);
    else waiting?.reject(new LedgerUnavailableError(reply.error));
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.#restsUntil = performance.now() + REST_MS;
    for (const { reject } of this.#waiting.values()) reject(this.#unavailable());
    this.#waiting.clear();
  }

  #unavailable(): LedgerUnavailableError {
    return new LedgerUnavailableError(`the storage thread has failed: ${this.#dead?.message}`);
  }
}
