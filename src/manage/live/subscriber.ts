// One reader of the event stream: a bounded buffer that the connection empties as fast as it can.

/** UTF-16 units that wait for a reader at most. A slower reader is cut, and comes back. */
export const MAX_WAITING = 256 * 1024;

/**
 * The text of a stream of server-sent events. It is written as an iterator, not as a generator: a
 * generator that waits for an event could not be ended before that event comes.
 */
export class Subscriber implements AsyncGenerator<string, void, void> {
  readonly #abort = new AbortController();
  readonly #onEnd: (wasCut: boolean) => void;
  #waiting: string[] = [];
  #length = 0;
  #pull: ((result: IteratorResult<string, void>) => void) | undefined;
  #isOver = false;

  /** @param onEnd called once, when no more events are wanted */
  constructor(onEnd: (wasCut: boolean) => void) {
    this.#onEnd = onEnd;
  }

  /** Aborts the connection of a reader that is too slow. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(text: string): void {
    if (this.#isOver) return;
    const pull = this.#pull;
    if (pull) {
      this.#pull = undefined;
      pull({ done: false, value: text });
      return;
    }
    if (this.#length + text.length > MAX_WAITING) {
      this.#over(true);
      this.#waiting = [];
      this.#abort.abort(new Error('the reader of an event stream is too slow'));
      return;
    }
    this.#waiting.push(text);
    this.#length += text.length;
  }

  /** Ends the stream after what waits has been read. */
  end(): void {
    this.#over(false);
    this.#pull?.({ done: true, value: undefined });
    this.#pull = undefined;
  }

  async next(): Promise<IteratorResult<string, void>> {
    if (this.#waiting.length > 0) {
      const value = this.#waiting.join('');
      this.#waiting = [];
      this.#length = 0;
      return { done: false, value };
    }
    if (this.#isOver) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#pull = resolve;
    });
  }

  /** Called when the connection is closed. */
  async return(): Promise<IteratorResult<string, void>> {
    this.#waiting = [];
    this.end();
    return { done: true, value: undefined };
  }

  throw(): Promise<IteratorResult<string, void>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #over(wasCut: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(wasCut);
  }
}
