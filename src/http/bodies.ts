// Reads request bodies whole, and bounds what all of them together may hold while they are under way.
import type { IncomingMessage } from 'node:http';

/** The protocol's bound for every platform. */
export const MAX_BODY = 1024 * 1024;
/**
 * What all bodies that are not complete may hold. A body that arrives in one piece, as nearly all do,
 * is never counted; 64 of the largest bodies fit in.
 */
const MAX_HELD = 64 * 1024 * 1024;
/** The first room for a body that comes in pieces; it doubles, so that each byte is copied twice at most. */
const FIRST_ROOM = 16 * 1024;
/** The longest character of UTF-8. A body is not cut within one: it would seem to be another encoding. */
const CHARACTER_BYTES = 4;
const EMPTY: Buffer = Buffer.alloc(0);

/** `too-large`: over the bound. `busy`: others needed the room, or the server stops. */
export type BodyRefusal = 'too-large' | 'busy';

export interface BodyReader {
  /** Bytes of the body that are kept; of a longer one, up to the bound of all, a few more are. */
  readonly keep: number;
  done(body: Buffer): void;
  refuse(why: BodyRefusal): void;
}

/** A body of which a part has come. */
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
  /** Bodies that had to give way to others. */
  refused = 0;

  /** Bytes that incomplete bodies hold. */
  get held(): number {
    return this.#held;
  }

  read(request: IncomingMessage, reader: BodyReader): void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (length === undefined && coding === undefined) return reader.done(EMPTY);
    const announced = Number(length ?? -1);
    if (announced > MAX_BODY) {
      reader.refuse('too-large');
      request.resume(); // A client that goes on sending reads the answer all the same.
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
    // A caller that goes away before it has asked anything is no error to a request without a listener.
  }

  /** Lets go the body that holds the most for the longest time; false where there is none. */
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

  /** Refuses what is not complete: a stop does not wait for who has stopped sending. */
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
