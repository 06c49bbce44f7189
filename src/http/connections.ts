// The open connections: how many there may be, which of them give way, and who is at their other end.
import type { Socket } from 'node:net';
import { normalizeAddress } from '../directory/addresses.ts';

interface Connection {
  /** The peer's address, written as we compare it: once a connection, not once a request. */
  readonly peer: string;
  /** Requests whose head has been read and whose answer has not been written. */
  underWay: number;
  /** Whether the newest of them has not arrived whole. */
  arriving: boolean;
}

export interface ConnectionLimits {
  readonly max: number;
  /** Called for each connection beyond `max`, whichever connection gives way. */
  onLimit(): void;
  /** Lets a request go whose body is not complete; false where there is none. */
  dropRequest(): boolean;
  /** Answers on a new connection for which no other gives way, and ends it. */
  refuse(socket: Socket): void;
}

export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #all = new Map<Socket, Connection>();
  /** Those without a request under way, a half-sent head among them; the longest idle first. */
  readonly #idle = new Set<Socket>();
  /** How often the limit was reached. */
  limited = 0;
  /** How many there have been. */
  accepted = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  add(socket: Socket): void {
    this.accepted++;
    const peer = normalizeAddress(socket.remoteAddress ?? '');
    this.#all.set(socket, { peer, underWay: 0, arriving: false });
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#all.delete(socket);
      this.#idle.delete(socket);
    });
    if (this.#all.size > this.#limits.max) this.#makeRoom(socket);
  }

  peer(socket: Socket): string {
    return this.#all.get(socket)?.peer ?? normalizeAddress(socket.remoteAddress ?? '');
  }

  /** Whether a request of the connection has arrived whole whose answer has not been written. */
  isBusy(socket: Socket): boolean {
    const connection = this.#all.get(socket);
    return connection !== undefined && connection.underWay > (connection.arriving ? 1 : 0);
  }

  /** Whether requests of the connection are under way behind the one that is being answered. */
  hasMore(socket: Socket): boolean {
    return (this.#all.get(socket)?.underWay ?? 0) > 1;
  }

  begin(socket: Socket): void {
    const connection = this.#all.get(socket);
    if (!connection) return;
    connection.arriving = true;
    if (connection.underWay++ === 0) this.#idle.delete(socket);
  }

  arrived(socket: Socket): void {
    const connection = this.#all.get(socket);
    if (connection) connection.arriving = false;
  }

  end(socket: Socket | null): void {
    const connection = socket ? this.#all.get(socket) : undefined;
    if (!connection || connection.underWay === 0) return;
    if (--connection.underWay === 0) this.#idle.add(socket!);
  }

  /** Ends those without a request under way, after what is being written has left. */
  endIdle(): void {
    for (const socket of this.#idle) socket.destroySoon();
  }

  #makeRoom(newest: Socket): void {
    this.limited++;
    this.#limits.onLimit();
    const [longestIdle] = this.#idle;
    if (longestIdle !== undefined && longestIdle !== newest) {
      this.#idle.delete(longestIdle);
      longestIdle.destroy();
    } else if (!this.#limits.dropRequest()) this.#limits.refuse(newest);
  }
}
