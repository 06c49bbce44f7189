// The floor on PostgreSQL: a bare HTTP handler that sends the same statements over the same pool, and nothing else.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orderId } from '../src/core/ledger.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';

const { ORDERGATE_DATABASE_URL: url, ORDERGATE_KEY: key } = process.env;
const { ledger } = await openPostgres(url!, new Sealer(Buffer.from(key!, 'hex')));
const head = { 'content-type': 'text/plain' };
const SUCCESS = '%3cMessageCode%3eCallSuccess%3c';

async function answer(path: string, body: string): Promise<string> {
  const id = /%3COrderID%3E(\w+)%3C/i.exec(body)![1]!;
  const { order, now } = await ledger.load('jintong', orderId(id));
  if (path === '/read')
    return `${SUCCESS}%3cOrderID%3e${order!.orderId}%3c${JSON.stringify(order)}`;
  await ledger.commit({
    order: {
      ...order!,
      version: order!.version + 1,
      updatedAt: now!,
      attributes: { ...order!.attributes, hastenedAt: now! },
    },
    history: {
      action: 'hastened',
      line: null,
      from: order!.state,
      to: order!.state,
      actor: 'party:load01',
      note: null,
      requestId: 1,
    },
    event: { type: 'order.hastened', payload: null },
  });
  return SUCCESS;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    answer(request.url ?? '', String(Buffer.concat(chunks))).then(
      (body) => response.writeHead(200, { ...head, 'content-length': body.length }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`floor listening on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
