// The other side of callbacks in the benchmark: counts messages and answers `ok`, at a pace where it is given one.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const SLICE_MS = 5;
let count = 0;
/** Answers a second; 0 is at once. */
let pace = 0;
let budget = 0;
const waiting: ServerResponse[] = [];
let last = performance.now();

setInterval(() => {
  const now = performance.now();
  // What was not asked for in time is gone: a pace is no more at any moment than on the whole.
  budget = pace === 0 ? waiting.length : Math.min(budget + ((now - last) / 1000) * pace, pace / 20);
  last = now;
  const ready = waiting.splice(0, Math.floor(budget));
  budget -= ready.length;
  for (const response of ready) response.end('ok');
}, SLICE_MS).unref();

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  if (request.method === 'GET') {
    const given = new URL(request.url ?? '/', 'http://receiver').searchParams.get('pace');
    if (given !== null) pace = Number(given);
    response.end(JSON.stringify({ count }));
    return;
  }
  request.resume().on('end', () => {
    count++;
    if (pace === 0) response.end('ok');
    else waiting.push(response);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`receiver listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
