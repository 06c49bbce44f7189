// One group of owners: its ledger in a schema, on connections that its server's pool lends.
import type { Instant } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { Row } from '../postgres/connection.ts';
import { prepareDatabase, prepareMonths } from '../postgres/database.ts';
import type { Lender } from '../postgres/lender.ts';
import { Pool } from '../postgres/pool.ts';
import { SchemaLending } from '../postgres/schema-lending.ts';
import {
  refuseUnfinishedCopy,
  type SchemaOptions,
  type SchemaStorage,
  storageOf,
} from '../postgres/schema-storage.ts';
import { statements } from '../postgres/statements.ts';
import type { Sealer } from '../seal.ts';
import { adoptLedger, ensureSchema } from './adopt.ts';
import type { Asked } from './ask.ts';
import { type GroupPlace, schemaUrl } from './file.ts';
import type { Placement } from './placement.ts';

/** What a group uses of its ledger; the home's own storage if the group is in the home schema. */
export type GroupStorage = Omit<SchemaStorage, 'close'>;

export interface GroupParts {
  readonly node: string;
  readonly sealer: Sealer;
  readonly databaseTime: boolean;
  /** The limit for the calls of all nodes in one group, and whether ids tell the time. */
  readonly requestLog: SchemaOptions['requestLog'];
  readonly placement: Placement;
  /** By the names of the file's servers. */
  readonly lenders: ReadonlyMap<string, Lender>;
  readonly urls: ReadonlyMap<string, string>;
  readonly home: GroupPlace;
  readonly homeStorage: GroupStorage;
  /** Refuses a server whose pooler gives each transaction another session. */
  checkServer(name: string): Promise<void>;
  now(): Instant;
  seeOffset(seconds: number): void;
}

export class Group implements Asked {
  readonly name: string;
  /** The name as a number, which is a part of ids. */
  readonly number: number;
  readonly #parts: GroupParts;
  readonly #pool: Pool;
  #storage: GroupStorage | undefined;
  #close: (() => Promise<void>) | undefined;
  #opening: Promise<void> | undefined;
  #notOpened: string | undefined = 'it is being opened';
  readonly #onOpened: ((storage: GroupStorage) => void)[] = [];

  constructor(name: string, parts: GroupParts) {
    this.name = name;
    this.number = Number(name);
    this.#parts = parts;
    this.#pool = new Pool(
      new SchemaLending(
        () => ({ lender: this.#lender, schema: this.place.schema }),
        () => parts.placement.reload(),
      ),
    );
  }

  get place(): GroupPlace {
    return this.#parts.placement.placeOf(this.name);
  }

  get server(): string {
    return this.place.server;
  }

  get problem(): string | undefined {
    if (this.#notOpened !== undefined) return this.#notOpened;
    const { server } = this.place;
    const lender = this.#parts.lenders.get(server);
    if (!lender) return `the file of this node does not name the server "${server}"`;
    return lender.isDown ? (lender.lastError ?? 'no connection') : undefined;
  }

  /** @throws {LedgerUnavailableError} while the group has not been opened yet */
  get storage(): GroupStorage {
    if (this.#storage) return this.#storage;
    throw new LedgerUnavailableError(`group ${this.name} is not open: ${this.#notOpened}`);
  }

  get isOpen(): boolean {
    return this.#storage !== undefined;
  }

  /** Called with the storage when it is open, which may be at once. */
  whenOpened(listener: (storage: GroupStorage) => void): void {
    this.#onOpened.push(listener);
    if (this.#storage) listener(this.#storage);
  }

  /** Opens the group, or keeps the reason why not. */
  open(): Promise<void> {
    if (this.#storage) return Promise.resolve();
    this.#opening ??= this.#open()
      .then(
        (storage) => {
          this.#storage = storage;
          this.#notOpened = undefined;
          for (const listener of this.#onOpened) listener(storage);
        },
        (error: Error) => {
          this.#notOpened = error.message;
        },
      )
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  /** Tells the group's schema that this node lives, and opens the group if that failed before. */
  async beat(offsetSeconds: number): Promise<void> {
    if (!this.#storage) return this.open();
    const { node, databaseTime } = this.#parts;
    const [row] = (await this.#pool.run(statements.beat, [node])) as [Row];
    const known = Number(row[1] ?? 0);
    // The group was down when another node moved the sandbox's clock.
    if (databaseTime && known < offsetSeconds) {
      await this.#storage.ledger.writeClockOffset(offsetSeconds);
    }
  }

  prepareMonths(): Promise<void> {
    const { node, now } = this.#parts;
    return prepareMonths(this.#url, `${node}.months-${this.name}`, now());
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#close?.();
  }

  get #url(): string {
    const { server, schema } = this.place;
    return schemaUrl(this.#ofFile(this.#parts.urls, server), schema);
  }

  get #lender(): Lender {
    return this.#ofFile(this.#parts.lenders, this.place.server);
  }

  #ofFile<T>(servers: ReadonlyMap<string, T>, server: string): T {
    const found = servers.get(server);
    if (found !== undefined) return found;
    throw new LedgerUnavailableError(
      `group ${this.name} is on a server "${server}" that the file of this node does not name`,
    );
  }

  async #open(): Promise<GroupStorage> {
    const { name } = this;
    const { node, placement, home, homeStorage, urls, databaseTime, sealer, requestLog, now } =
      this.#parts;
    const { server, schema } = this.place;
    const isHome = server === home.server && schema === home.schema;
    if (!isHome) {
      await this.#parts.checkServer(server);
      const url = this.#ofFile(urls, server);
      await ensureSchema(url, schema, `${node}.make-${name}`, placement.isMade(name));
      await prepareDatabase(this.#url, `${node}.migrate-${name}`);
      await refuseUnfinishedCopy(this.#pool);
      await this.prepareMonths();
    }
    if (!placement.isMade(name)) {
      await adoptLedger(this.#url, `${node}.adopt-${name}`, name, placement);
      await placement.make(name);
    }
    if (isHome) return homeStorage;
    const url = () => this.#url;
    const storage = await storageOf(this.#pool, {
      ...{ node, sealer, databaseTime, requestLog, now },
      get url() {
        return url();
      },
      onTime: (_now, offsetSeconds) => this.#parts.seeOffset(offsetSeconds),
    });
    this.#close = () => storage.close();
    return storage;
  }
}
