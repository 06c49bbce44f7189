// Stands before a sandbox as the platform: passes a caller's calls on, forces what a trial asks for,
// and keeps the bytes of both directions.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallerJob, CallerRules, ReceivedCall } from '../../protocol/caller-rules.ts';
import type { CallContext, ClauseDriver } from '../../protocol/conformance.ts';
import type { Recorded, TrialName } from './recorded.ts';

export interface Staged {
  readonly trial: TrialName;
  readonly job: CallerJob;
  /** Further ids by which its calls are known, such as one that a reply gave. */
  readonly keys: string[];
}

export interface ProxyOptions {
  readonly upstream: string;
  readonly rules: CallerRules;
  readonly driver: ClauseDriver;
  readonly context: CallContext;
  readonly staged: readonly Staged[];
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  onCall?(call: Recorded): void;
}

export interface PlatformProxy {
  readonly url: string;
  readonly calls: readonly Recorded[];
  close(): Promise<void>;
}

const MAX_BODY = 1024 * 1024;
const FORCE = 'x-sandbox-force';
/** Headers of one connection, and those that the next request makes anew. */
const OWN = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect', FORCE]);

export async function startProxy(options: ProxyOptions): Promise<PlatformProxy> {
  const calls: Recorded[] = [];
  const server = createServer((request, response) => {
    handle(request, response, options, calls).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  calls: Recorded[],
): Promise<void> {
  const { upstream, rules, driver, context } = options;
  const call = await received(request);
  // The management API is the judge's alone.
  if (call.path.startsWith('/manage')) {
    response.writeHead(404).end();
    return;
  }
  const staged = stagedFor(call, options.staged);
  const method = rules.methodOf(call);
  const forced = staged ? forceOn(staged.trial, method, rules, calls) : null;
  const headers = call.headers.filter(([name]) => !OWN.has(name.toLowerCase()));
  const at = Date.now();
  const record = (its: Pick<Recorded, 'code' | 'status' | 'reply'>): void => {
    const verb = request.method ?? '';
    const one = { ...call, at, verb, trial: staged?.trial ?? null, method, forced, ...its };
    calls.push(one);
    options.onCall?.(one);
  };
  let reply: Response;
  let text: string;
  try {
    reply = await fetch(upstream + call.path, {
      method: request.method ?? 'POST',
      headers: [...headers, ...(forced === null ? [] : [[FORCE, forced]])] as [string, string][],
      redirect: 'manual',
      ...(call.body.length > 0 && { body: new Uint8Array(call.body) }),
    });
    text = await reply.text();
  } catch {
    record({ code: null, status: null, reply: null });
    response.destroy();
    return;
  }
  if (staged) {
    const orderId = rules.orderIdOf(staged.job, text);
    if (orderId !== null && !staged.keys.includes(orderId)) staged.keys.push(orderId);
  }
  record({ code: codeOf(driver, text, context, reply.status), status: reply.status, reply: text });
  const type = reply.headers.get('content-type');
  response.writeHead(reply.status, {
    ...(type !== null && { 'content-type': type }),
    'x-request-id': reply.headers.get('x-request-id') ?? '',
  });
  response.end(text);
}

async function received(request: IncomingMessage): Promise<ReceivedCall> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MAX_BODY) throw new Error('the body is larger than 1 MiB');
    parts.push(part as Buffer);
  }
  const headers: [string, string][] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i]!, request.rawHeaders[i + 1]!]);
  }
  return { path: request.url ?? '/', headers, body: Buffer.concat(parts) };
}

/** The job whose key stands in the call. */
function stagedFor({ path, body }: ReceivedCall, staged: readonly Staged[]): Staged | undefined {
  const text = `${path}\n${body.toString('latin1')}`;
  return staged.find(({ keys }) => keys.some((key) => text.includes(key)));
}

/** What the trial forces upon the call. A lost reply, a garbled one and a limit meet the first call. */
function forceOn(
  trial: TrialName,
  method: string | null,
  { write, limit, refusal }: CallerRules,
  calls: readonly Recorded[],
): string | null {
  const isFirst = !calls.some((one) => one.trial === trial && one.method === method);
  if (trial === 'limit') {
    return method === limit.method && isFirst ? `code=${limit.code}` : null;
  }
  if (method !== write) return null;
  if (trial === 'refusal') return `code=${refusal.code}`;
  return isFirst && (trial === 'reset' || trial === 'garbage') ? trial : null;
}

function codeOf(
  driver: ClauseDriver,
  text: string,
  context: CallContext,
  status: number,
): string | null {
  try {
    return driver.read(text, context, status).code;
  } catch {
    return null;
  }
}
