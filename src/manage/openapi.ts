// The OpenAPI 3.1 page of the management API, from the endpoints themselves.
import type { z } from 'zod';
import type { Platform } from '../protocol/platform.ts';
import { type Endpoint, errorSchema } from './endpoint.ts';
import { BODIES, exampleOf, exampleOfName } from './openapi-examples.ts';
import {
  type Components,
  componentSchema,
  describeOrders,
  type Schema,
} from './openapi-schemas.ts';
import { DESCRIPTIONS, TAGS } from './openapi-texts.ts';
import { ANSWERS_ZH, OPERATIONS_ZH, TAGS_ZH } from './openapi-zh.ts';
import { mayOmitBody } from './read-call.ts';
import { LEAST_ROLES } from './roles.ts';

/** The schemas of the page, and where those with a name are gathered. */
type Describe = (schema: z.ZodType, io: 'input' | 'output') => Schema;

const COMMON_ERRORS: Readonly<Record<number, string>> = {
  400: 'a field is missing or malformed; `field` names it',
  401: 'nobody is signed in, or the bearer token is wrong',
  403: 'the role does not reach this, or the cookie came from another page',
  503: 'the ledger cannot be reached; nothing was changed',
};

/** @param platforms whose orders' fields are described; of none, attributes are any JSON */
export function openApi(
  endpoints: readonly Endpoint[],
  version: string,
  platforms: readonly Platform[],
): object {
  const schemas: Components = {};
  const describe: Describe = (schema, io) => componentSchema(schemas, schema, io);
  const operations = endpoints.map((endpoint) => ({
    endpoint,
    operation: operation(endpoint, describe),
  }));
  describeOrders(schemas, platforms);
  const paths: Record<string, Record<string, object>> = {};
  const used = new Set<string>();
  for (const { endpoint, operation } of operations) {
    const path = `/manage/v1${endpoint.path}`;
    paths[path] ??= {};
    paths[path][endpoint.method.toLowerCase()] = withExamples(endpoint, operation, schemas);
    used.add(tagOf(endpoint));
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ordergate management API',
      version,
      description:
        'For operators and support staff: orders, parties, every gateway call, and callbacks. Times are RFC 3339; those whose names end in `Shanghai` are the same in Asia/Shanghai. A time without a zone, and a day, is of Asia/Shanghai.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'the server that answers this description' }],
    security: [{ token: [] }, { session: [] }],
    tags: Object.entries(TAGS)
      .filter(([name]) => used.has(name))
      .map(([name, description]) => ({ name, description, 'x-zh': TAGS_ZH[name] })),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API token, which an admin makes, or the admin token: ORDERGATE_ADMIN_TOKEN, or the file admin.token in the data directory.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'ordergate_session',
          description:
            'The cookie of a browser that has signed in at /console/sign-in; `__Host-ordergate_session` where ORDERGATE_PUBLIC_URL is https.',
        },
      },
      schemas,
    },
    paths,
  };
}

/** The first segment of the path, by which {@link TAGS} describes it. */
const tagOf = ({ path }: Endpoint): string => path.split('/')[1]!;

interface Operation extends Record<string, unknown> {
  readonly requestBody?: Body & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Partial<Body> & { readonly description: string }>>;
}

interface Body {
  readonly content: { readonly 'application/json': { readonly schema: Schema } };
}

const json = (schema: Schema): Body => ({ content: { 'application/json': { schema } } });

/** OpenAPI has no word for a stream of events: its schema says what the data of the events hold. */
const streamed = (type: string, schema: Schema) => ({
  content: { [type]: { schema: type === 'text/csv' ? { type: 'string' } : schema } },
});

function operation(endpoint: Endpoint, describe: Describe): Operation {
  const { 401: _, 403: __, ...openErrors } = COMMON_ERRORS;
  const common = endpoint.isOpen ? openErrors : COMMON_ERRORS;
  const errors = Object.entries({ ...common, ...endpoint.errors });
  const hasVersion = endpoint.method === 'GET' && endpoint.etag !== undefined;
  const [summaryZh, descriptionZh] = OPERATIONS_ZH[endpoint.operationId];
  return {
    operationId: endpoint.operationId,
    tags: [tagOf(endpoint)],
    summary: endpoint.summary,
    description: DESCRIPTIONS[endpoint.operationId] ?? endpoint.summary,
    'x-zh': { summary: summaryZh, description: descriptionZh },
    'x-least-role': LEAST_ROLES[endpoint.operationId],
    ...(endpoint.isOpen && { security: [] }),
    parameters: [
      ...pathParameters(endpoint.path),
      ...fieldParameters('query', endpoint.query, describe),
      ...fieldParameters('header', endpoint.headers, describe),
      ...(hasVersion ? [IF_NONE_MATCH] : []),
    ],
    ...(endpoint.body && {
      requestBody: { required: !mayOmitBody(endpoint), ...json(describe(endpoint.body, 'input')) },
    }),
    responses: {
      [endpoint.status]: {
        description: endpoint.summary,
        ...(endpoint.etag && { headers: { ETag: ETAG } }),
        ...(endpoint.stream
          ? streamed(endpoint.stream, describe(endpoint.response, 'output'))
          : json(describe(endpoint.response, 'output'))),
      },
      ...(hasVersion && { 304: UNCHANGED }),
      ...Object.fromEntries(
        errors.map(([status, description]) => [
          status,
          {
            ...answered(description),
            ...json(describe(errorSchema, 'output')),
          },
        ]),
      ),
    },
  };
}

/** An answer that is no success, in both languages. */
const answered = (description: string) => ({ description, 'x-zh': ANSWERS_ZH[description] });

const UNCHANGED = answered('it has the version that If-None-Match names');

const ETAG = { description: 'the version of what is answered', schema: { type: 'string' } };

const IF_NONE_MATCH = {
  name: 'if-none-match',
  in: 'header',
  required: false,
  description: 'the ETag of an earlier answer; with the same version the answer is 304',
  schema: { type: 'string' },
};

/** Once all schemas are known: an example of the body, and of the answer to a success. */
function withExamples(endpoint: Endpoint, made: Operation, schemas: Components): object {
  const { operationId, status } = endpoint;
  const shown = (body: Body, example: unknown) => ({
    ...body,
    content: { 'application/json': { ...body.content['application/json'], example } },
  });
  const exampleIn = (body: Body): unknown =>
    exampleOf(body.content['application/json'].schema, schemas);
  const success = made.responses[status] as Body;
  return {
    ...made,
    ...(made.requestBody && {
      requestBody: shown(made.requestBody, BODIES[operationId] ?? exampleIn(made.requestBody)),
    }),
    ...(!endpoint.stream && {
      responses: { ...made.responses, [status]: shown(success, exampleIn(success)) },
    }),
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    example: String(exampleOfName(name) ?? name),
  }));
}

function fieldParameters(
  place: 'query' | 'header',
  schema: z.ZodObject | undefined,
  describe: Describe,
): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...json } = describe(field as z.ZodType, 'input');
    return {
      name,
      in: place,
      required: false,
      schema: json,
      ...(description !== undefined && { description }),
    };
  });
}
