// Stands between the storage and its database, and loses a message when it is told to.
import { connect, createServer, type Socket } from 'node:net';

/** Loses the answer of a commit, or the commit itself, when told to. */
export async function lossyProxy(target: number) {
  let next: 'answer' | 'question' | null = null;
  const state = { lost: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    let cut = false;
    client.on('data', (bytes) => {
      if (next && bytes.includes('order_id')) {
        const loss = next;
        next = null;
        cut = true;
        state.lost++;
        if (loss === 'answer') upstream.write(bytes);
        // The server is left with a session whose other side has gone without a word.
        setTimeout(() => client.destroy(), 100);
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
    loseNext(what: 'answer' | 'question') {
      next = what;
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
