// What a management call brings, read and checked: query, path and JSON body. Whatever is wrong is the caller's 400.
import type { z } from 'zod';
import type { Principal } from '../core/principal.ts';
import { JsonError, type JsonValue, parseJson } from '../protocol/codecs/json.ts';
import { decodeUtf8 } from '../protocol/codecs/utf8.ts';
import type { Caller } from '../protocol/gateway-request.ts';
import { schemaProblem } from '../protocol/schema-problem.ts';
import { type Endpoint, type EndpointCall, ManageError } from './endpoint.ts';

/** What a call comes with; a part of what HTTP knows of it. */
export interface ManageRequest {
  /** What `{name}` in the path stood for, URL-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Behind the `?`, as it was sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where there is none. */
  readonly body: Buffer;
  readonly principal: Principal | null;
  readonly caller: Caller;
}

/** @throws {ManageError} 400, which names the field where there is one */
export function readCall(target: Endpoint, request: ManageRequest): EndpointCall {
  for (const [name, value] of Object.entries(request.params)) refuseNul(name, value);
  return {
    by: request.principal,
    address: request.caller.countedAs,
    params: request.params,
    query: read(target.query, readQuery(request.query), () => noParameter(target)),
    body: target.body && read(target.body, readBody(target, request.body)),
    headers: target.headers ? read(target.headers, request.headers) : {},
  } as EndpointCall;
}

/** Each name once: of two values one would be dropped without a word. `+` is a blank. */
function readQuery(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in query) throw badRequest(name, 'is given twice');
    refuseNul(name, value);
    query[name] = value;
  }
  return query;
}

/**
 * No text of an order, a party or a filter holds NUL: it would be found nowhere, and PostgreSQL refuses a
 * statement that carries one.
 */
function refuseNul(field: string, value: string): void {
  if (value.includes('\0')) throw badRequest(field, 'holds the character NUL (U+0000)');
}

/** The bound of HTTP for all bodies. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Orders and parties nest four deep. A body beyond this is a mistake, and would exhaust the stack of what reads it. */
const MAX_DEPTH = 32;

/** Whether a call may leave its body out: POST without a body is `{}` where nothing is required. */
export const mayOmitBody = ({ method, body }: Pick<Endpoint, 'method' | 'body'>): boolean =>
  method === 'POST' && body?.safeParse({}).success === true;

function readBody(target: Endpoint, body: Buffer): unknown {
  const text = decodeUtf8(body);
  if (text === null) throw notJson('the body is not UTF-8');
  if (text.trim() === '') {
    if (mayOmitBody(target)) return {};
    throw notJson(
      'the body is empty, and has to be JSON: /manage/v1/openapi.json says of what form',
    );
  }
  try {
    const value = parseJson(text, { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_DEPTH });
    if (text.includes('\\u0000')) refuseNulIn(value, '');
    return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw notJson(`the body is not JSON that is taken here: ${error.message}`);
  }
}

function refuseNulIn(value: JsonValue, path: string): void {
  if (typeof value === 'string') refuseNul(path || 'body', value);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    refuseNul(path || 'body', name);
    refuseNulIn(inner, path === '' ? name : `${path}.${name}`);
  }
}

const noParameter = ({ query }: Endpoint): string =>
  `no such parameter; there are: ${Object.keys(query?.shape ?? {}).join(', ')}`;

/** @param noField what is said of a name that the schema does not have */
function read(
  schema: z.ZodType | undefined,
  value: unknown,
  noField = () => 'no such field',
): unknown {
  if (!schema) return {};
  const parsed = schema.safeParse(value, { error: schemaProblem });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...issue.path, ...keys.slice(0, 1)].join('.');
  const problem = keys.length > 0 ? noField() : issue.message;
  throw new ManageError(400, 'bad-request', `${field || 'body'}: ${problem}`, field || undefined);
}

const badRequest = (field: string, problem: string): ManageError =>
  new ManageError(400, 'bad-request', `${field}: ${problem}`, field);

const notJson = (message: string): ManageError => new ManageError(400, 'not-json', message);
