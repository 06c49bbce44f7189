// State that all nodes share and hold in memory: NOTIFY reports changes, and polling finds missed
// ones.

import type { SharedState } from '../storage.ts';
import { GENERATION } from '../transfer/emptied.ts';
import type { DatabaseClock } from './clock.ts';
import { Connection, type Row } from './connection.ts';
import { statements } from './statements.ts';

/** A node that missed a notification learns of the change within this time. */
const BEAT_MS = 1000;
/** Lets tasks run one after the other: a lock name of this database. */
const ALONE = 0x6f676175;

export interface SharedOptions {
  readonly url: string;
  readonly node: string;
  /** The schema that its session must use. */
  readonly schema: string;
}

export class Shared implements SharedState {
  readonly #url: string;
  readonly #node: string;
  readonly #schema: string;
  readonly #clock: DatabaseClock;
  readonly #versions = new Map<string, number>();
  readonly #reloads = new Map<string, () => Promise<void>>();
  readonly #offsetListeners: ((seconds: number) => void)[] = [];
  readonly #resetListeners: ((seconds: number) => Promise<void>)[] = [];
  #offset = 0;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #closed = false;
  #heardAt = performance.now();

  private constructor({ url, node, schema }: SharedOptions, clock: DatabaseClock) {
    this.#url = url;
    this.#node = node;
    this.#schema = schema;
    this.#clock = clock;
  }

  static async start(options: SharedOptions, clock: DatabaseClock): Promise<Shared> {
    const shared = new Shared(options, clock);
    await shared.#beat();
    shared.#schedule();
    return shared;
  }

  onChange(topic: 'parties' | 'catalog' | 'groups', reload: () => Promise<void>): void {
    this.#reloads.set(topic, reload);
  }

  /** All changes before this many milliseconds ago are known to this node. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  onClockOffset(listener: (seconds: number) => void): void {
    this.#offsetListeners.push(listener);
    if (this.#offset > 0) listener(this.#offset);
  }

  onReset(listener: (offsetSeconds: number) => Promise<void>): void {
    this.#resetListeners.push(listener);
  }

  /** Each load reports the offset, too. */
  seeOffset(seconds: number): void {
    if (seconds <= this.#offset) return;
    this.#offset = seconds;
    for (const listener of this.#offsetListeners) listener(seconds);
  }

  /** The lock ends with its connection, however this process ends. */
  async alone<T>(task: () => Promise<T>): Promise<T> {
    const connection = await Connection.open({
      url: this.#url,
      name: `${this.#node}.alone`,
      kind: 'long',
    });
    try {
      await connection.runText(
        `SET lock_timeout = 0; SELECT pg_advisory_lock(${ALONE}, hashtext(current_schema()))`,
      );
      return await task();
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.#connection?.close();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#beatSoon(), BEAT_MS);
    this.#timer.unref();
  }

  #beatSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#beating = this.#beating
      .then(() => (this.#closed ? undefined : this.#beat()))
      .catch(() => this.#connection?.destroy('no beat')) // Readiness reports it; the next beat reconnects.
      .then(() => {
        clearTimeout(this.#timer);
        if (!this.#closed) this.#schedule();
      });
  }

  async #beat(): Promise<void> {
    const connection = await this.#connected();
    const sentAt = performance.now();
    const [[now, offset, versions]] = (await connection.run(statements.beat, [this.#node])) as [
      Row,
    ];
    this.#clock.measure(Number(now), sentAt);
    const generation = (versions as Record<string, number>)[GENERATION] ?? 0;
    const known = this.#versions.get(GENERATION);
    this.#versions.set(GENERATION, generation);
    if (known !== undefined && known !== generation) {
      this.#offset = Number(offset ?? 0);
      for (const listener of this.#resetListeners) await listener(this.#offset);
    }
    this.seeOffset(Number(offset ?? 0));
    for (const [topic, version] of Object.entries(versions as Record<string, number>)) {
      if (this.#versions.get(topic) === version) continue;
      const isFirst = !this.#versions.has(topic);
      if (!isFirst) await this.#reloads.get(topic)?.();
      this.#versions.set(topic, version);
    }
    this.#heardAt = sentAt;
  }

  async #connected(): Promise<Connection> {
    if (this.#connection && !this.#connection.isLost) return this.#connection;
    const name = `${this.#node}.shared`;
    const schema = this.#schema;
    const connection = await Connection.open({ url: this.#url, name, schema });
    this.#connection = connection;
    connection.onNotice(() => this.#beatSoon());
    await connection.runText(`LISTEN "ordergate_${schema}"`);
    return connection;
  }
}
