// The management API: all its endpoints, and how a request to one is read and answered.
import { z } from 'zod';
import { LedgerUnavailableError } from '../core/errors.ts';
import { callbackEndpointEndpoints } from './callback-endpoints.ts';
import { catalogEndpoints } from './catalog.ts';
import { clockEndpoints } from './clock.ts';
import { deliveryEndpoints } from './deliveries.ts';
import {
  type Endpoint,
  type EndpointCall,
  endpoint,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import { importEndpoints } from './import.ts';
import { openApi } from './openapi.ts';
import { orderEndpoints } from './orders.ts';
import { partyEndpoints } from './parties.ts';
import { requestEndpoints } from './requests.ts';

const documented: readonly Endpoint[] = [
  ...orderEndpoints,
  ...partyEndpoints,
  ...catalogEndpoints,
  ...importEndpoints,
  ...requestEndpoints,
  ...callbackEndpointEndpoints,
  ...deliveryEndpoints,
  ...clockEndpoints,
];

/** Every endpoint that `services` offers. */
export function manageEndpoints(sandbox: boolean, version: string): readonly Endpoint[] {
  const offered = documented.filter((e) => sandbox || !e.sandboxOnly);
  let page: object | undefined; // Made when it is first asked for: it costs start-up time otherwise.
  const description = endpoint({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'readOpenApi',
    summary: 'This page',
    status: 200,
    response: z.looseObject({}),
    errors: {},
    async handle() {
      page ??= openApi([...offered, description], version);
      return page as Record<string, unknown>;
    },
  });
  return [...offered, description];
}

/** What a call comes with; a part of what HTTP knows of it. */
interface ManageRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Behind the `?`, as it was sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where there is none. */
  readonly body: Buffer;
}

export interface ManageReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Reads, checks, carries out. What the caller did wrong is an answer; what we did wrong is thrown. */
export async function callEndpoint(
  target: Endpoint,
  request: ManageRequest,
  services: ManageServices,
): Promise<ManageReply> {
  try {
    const query = new URLSearchParams(request.query);
    const call = {
      params: request.params,
      query: read(target.query, Object.fromEntries(query)),
      body: target.body && read(target.body, parseBody(request.body)),
      headers: target.headers ? read(target.headers, request.headers) : {},
    } as EndpointCall;
    return reply(target.status, await target.handle(call, services));
  } catch (error) {
    if (error instanceof ManageError) return errorReply(error);
    if (error instanceof LedgerUnavailableError) {
      const message = `${error.message}. Nothing was changed; try again.`;
      return errorReply(new ManageError(503, 'unavailable', message));
    }
    throw error;
  }
}

function reply(status: number, body: unknown): ManageReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(body),
  };
}

function errorReply({ status, code, message, field }: ManageError): ManageReply {
  return reply(status, { error: { code, message, ...(field !== undefined && { field }) } });
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ManageError(400, 'not-json', `the body is not JSON: ${(error as Error).message}`);
  }
}

function read(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...issue.path, ...keys.slice(0, 1)].join('.');
  const problem = keys.length > 0 ? 'no such field' : issue.message;
  throw new ManageError(400, 'bad-request', `${field || 'body'}: ${problem}`, field || undefined);
}
