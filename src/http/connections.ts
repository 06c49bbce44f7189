// The open connections: their maximum number, which of them are closed at the limit, and their
// peers' addresses.
import type { Socket } from 'node:net';
import { normalizeAddress } from '../directory/addresses.ts';

interface Connection {
  /** The peer's normalized address, computed once per connection. */
  readonly peer: string;
  /** Requests whose head has been read and whose answer has not been written. */
  underWay: number;
  /** Whether the newest request has not arrived completely. */
  arriving: boolean;
}

/** A socket with its connection: a property costs a tenth of a look-up in a map. */
const CONNECTION = Symbol('connection');
type Held = Socket & { [CONNECTION]?: Connection | undefined };

const connectionOf = (socket: Socket): Connection | undefined => (socket as Held)[CONNECTION];

export interface ConnectionLimits {
  readonly max: number;
  /** Called for each connection beyond `max`, whichever connection is closed. */
  onLimit(): void;
  /** Drops a request with an incomplete body; returns false if there is none. */
  dropRequest(): boolean;
  /** Answers a new connection that finds no place, and closes it. */
  refuse(socket: Socket): void;
}

export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #all = new Set<Socket>();
  /**
   * Connections without a request in progress, including half-sent heads; the longest idle comes
   * first.
   */
  readonly #idle = new Set<Socket>();
  /** How often the limit was reached. */
  limited = 0;
  /** The number of connections so far. */
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
    (socket as Held)[CONNECTION] = { peer, underWay: 0, arriving: false };
    this.#all.add(socket);
    this.#idle.add(socket);
    socket.once('close', () => {
      (socket as Held)[CONNECTION] = undefined;
      this.#all.delete(socket);
      this.#idle.delete(socket);
    });
    if (this.#all.size > this.#limits.max) this.#makeRoom(socket);
  }

  peer(socket: Socket): string {
    return connectionOf(socket)?.peer ?? normalizeAddress(socket.remoteAddress ?? '');
  }

  /** Whether the connection has a complete request that is not answered yet. */
  isBusy(socket: Socket): boolean {
    const connection = connectionOf(socket);
    return connection !== undefined && connection.underWay > (connection.arriving ? 1 : 0);
  }

  /** Whether further requests wait after the one that is being answered. */
  hasMore(socket: Socket): boolean {
    return (connectionOf(socket)?.underWay ?? 0) > 1;
  }

  begin(socket: Socket): void {
    const connection = connectionOf(socket);
    if (!connection) return;
    connection.arriving = true;
    if (connection.underWay++ === 0) this.#idle.delete(socket);
  }

  arrived(socket: Socket): void {
    const connection = connectionOf(socket);
    if (connection) connection.arriving = false;
  }

  end(socket: Socket | null): void {
    const connection = socket ? connectionOf(socket) : undefined;
    if (!connection || connection.underWay === 0) return;
    if (--connection.underWay === 0) this.#idle.add(socket!);
  }

  /** Closes connections without a request in progress, after pending output was sent. */
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
