// Reads request bodies completely, and limits the memory of all incomplete bodies.
import type { IncomingMessage } from 'node:http';

/** The protocol's limit for every platform. */
export const MAX_BODY = 1024 * 1024;
/**
 * Maximum memory of all incomplete bodies. Nearly all bodies arrive in one piece and never count;
 * 64 of the largest bodies fit.
 */
const MAX_HELD = 64 * 1024 * 1024;
/**
 * The first buffer for a body in several pieces. The buffer doubles, so that each byte is copied at
 * most twice.
 */
const FIRST_ROOM = 16 * 1024;
/**
 * The longest character of UTF-8. A cut within a character would make the body look like another
 * encoding.
 */
const CHARACTER_BYTES = 4;
const EMPTY: Buffer = Buffer.alloc(0);

/** `too-large`: over the limit. `busy`: others needed the memory, or the server stops. */
export type BodyRefusal = 'too-large' | 'busy';

export interface BodyReader {
  /**
   * Bytes of the body that are kept. Of a longer body, up to the general limit, slightly more are
   * kept.
   */
  readonly keep: number;
  done(body: Buffer): void;
  refuse(why: BodyRefusal): void;
}

/** A body of which a part has arrived. */
interface Incoming {
  readonly request: IncomingMessage;
  readonly reader: BodyReader;
  readonly startedAt: number;
  room: Buffer;
  kept: number;
  size: number;
}

export class Bodies {
  readonly #partial = new Set<Incoming>();
  #held = 0;
  /** The number of bodies that were dropped in favour of others. */
  refused = 0;

  /** Bytes in incomplete bodies. */
  get held(): number {
    return this.#held;
  }

  read(request: IncomingMessage, reader: BodyReader): void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length === undefined && coding === undefined) return reader.done(EMPTY);
    const announced = Number(length ?? -1);
    if (announced > MAX_BODY) {
      reader.refuse('too-large');
      request.resume(); // A client that continues to send can still read the answer.
      return;
    }
    let whole = EMPTY;
    let partial: Incoming | undefined;
    request.on('data', (chunk: Buffer) => {
      if (chunk.length === announced && announced <= reader.keep) whole = chunk;
      else {
        partial ??= this.#begin(request, reader);
        this.#add(partial, chunk);
      }
    });
    request.on('end', () => {
      if (!partial) reader.done(whole);
      else if (this.#partial.has(partial)) reader.done(this.#end(partial));
    });
    // If the caller closes the connection early, a request without a listener reports no error.
  }

  /**
   * Drops the body that has held the most bytes for the longest time; returns false if there is
   * none.
   */
  giveWay(): boolean {
    const now = performance.now();
    let worst: Incoming | undefined;
    let most = -1;
    for (const one of this.#partial) {
      const cost = one.room.length * (now - one.startedAt);
      if (cost > most) [worst, most] = [one, cost];
    }
    if (worst) this.#refuse(worst, 'busy');
    return worst !== undefined;
  }

  /**
   * Refuses all incomplete bodies, so that a stop does not wait for clients that have stopped
   * sending.
   */
  refuseAll(): void {
    for (const one of this.#partial) this.#refuse(one, 'busy');
  }

  #begin(request: IncomingMessage, reader: BodyReader): Incoming {
    const startedAt = performance.now();
    const partial: Incoming = { request, reader, startedAt, room: EMPTY, kept: 0, size: 0 };
    this.#partial.add(partial);
    request.once('close', () => this.#release(partial));
    return partial;
  }

  #add(partial: Incoming, chunk: Buffer): void {
    if (!this.#partial.has(partial)) return;
    partial.size += chunk.length;
    if (partial.size > MAX_BODY) return this.#refuse(partial, 'too-large');
    const limit = partial.reader.keep + 1 + CHARACTER_BYTES;
    const wanted = Math.min(limit, partial.kept + chunk.length);
    if (wanted > partial.room.length) this.#grow(partial, wanted, limit);
    partial.kept += chunk.copy(partial.room, partial.kept, 0, wanted - partial.kept);
    while (this.#held > MAX_HELD && this.giveWay());
  }

  #grow(partial: Incoming, wanted: number, limit: number): void {
    const size = Math.min(limit, Math.max(wanted, FIRST_ROOM, 2 * partial.room.length));
    const room = Buffer.allocUnsafeSlow(size);
    partial.room.copy(room, 0, 0, partial.kept);
    this.#held += size - partial.room.length;
    partial.room = room;
  }

  #end(partial: Incoming): Buffer {
    let { kept } = partial;
    if (kept < partial.size) {
      const last = kept - 1;
      for (kept = last; kept > last - 3 && (partial.room[kept]! & 0xc0) === 0x80; ) kept--;
    }
    const body = partial.room.subarray(0, kept);
    this.#release(partial);
    return body;
  }

  #refuse(partial: Incoming, why: BodyRefusal): void {
    const { request, reader } = partial;
    this.#release(partial);
    if (why === 'busy') this.refused++;
    reader.refuse(why);
    request.resume();
  }

  #release(partial: Incoming): void {
    if (!this.#partial.delete(partial)) return;
    this.#held -= partial.room.length;
    partial.room = EMPTY;
  }
}
