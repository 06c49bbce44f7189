// Stands between two ends of TCP, a storage and its database or a client and the server, and loses a message when told to.
import { connect, createServer, type Socket } from 'node:net';

type Loss = 'answer' | 'question';

/**
 * Loses the answer of a message, or the message itself, when told to.
 *
 * @param mark what the message holds that is lost; the default is a commit's
 */
export async function lossyProxy(target: number, mark = 'order_id') {
  let next: Loss | null = null;
  let hangs = false;
  const state = { lost: 0, seen: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    let cut = false;
    client.on('data', (bytes) => {
      if (bytes.includes(mark)) state.seen++;
      if (next && bytes.includes(mark)) {
        const loss = next;
        next = null;
        cut = true;
        state.lost++;
        if (loss === 'answer') upstream.write(bytes);
        // The server is left with a session whose other side has gone without a word.
        if (!hangs) setTimeout(() => client.destroy(), 100);
        return;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => cut || client.write(bytes));
    upstream.on('close', () => client.destroy());
    client.on('close', () => cut || upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    /** @param hang leaves the connection open, so that its client waits */
    loseNext(what: Loss, { hang = false } = {}) {
      next = what;
      hangs = hang;
    },
    /** How many messages with the mark came. */
    get seen() {
      return state.seen;
    },
    get lost() {
      return state.lost;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
