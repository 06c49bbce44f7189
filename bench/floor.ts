// The floor: what Node alone costs. Reads a body whole and answers bytes that it was given.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a real gateway answered, by path. */
export interface FloorReplies {
  readonly [path: string]: {
    /** The method's name in the bench. */
    readonly name?: string;
    readonly contentType: string;
    readonly body: string;
  };
}

const replies = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as FloorReplies;
const prepared = new Map(
  Object.entries(replies).map(([path, { contentType, body }]) => {
    const bytes = Buffer.from(body);
    const head = { 'content-type': contentType, 'content-length': bytes.length };
    return [path, { head, bytes }];
  }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const reply = prepared.get(request.url ?? '');
    const body = Buffer.concat(chunks);
    if (!reply || body.length === 0) return response.writeHead(404).end();
    response.writeHead(200, reply.head);
    response.end(reply.bytes);
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`floor listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
