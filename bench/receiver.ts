// The other side of callbacks in the benchmark: reads a message, counts it, answers `ok`. GET tells the counts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ids = new Set<unknown>();
let count = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ count, ids: ids.size }));
    return;
  }
  request.resume().on('end', () => {
    count++;
    ids.add(request.headers['webhook-id']);
    response.end('ok');
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`receiver listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
