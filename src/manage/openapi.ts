// The OpenAPI 3.1 page of the management API, from the endpoints themselves.
import { z } from 'zod';
import { type Endpoint, errorSchema } from './endpoint.ts';
import { mayOmitBody } from './read-call.ts';

/** Keywords that only mean something at the top of a schema of its own. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return inlineDefinitions(json);
};

/** `$defs` of each schema in its place: a page is read by people, who follow no second reference. */
function inlineDefinitions(json: Record<string, unknown>): object {
  const { $defs = {}, ...rest } = json as { $defs?: Record<string, object> };
  const seen = new Set<string>();
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    const ref = (node as { $ref?: string }).$ref;
    const name = ref?.startsWith('#/$defs/') ? ref.slice('#/$defs/'.length) : undefined;
    if (name === undefined) {
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value)]));
    }
    if (seen.has(name)) return {}; // Any JSON, which nests without end.
    seen.add(name);
    const inlined = resolve($defs[name]);
    seen.delete(name);
    return inlined;
  };
  return resolve(rest) as object;
}

const json = (schema: z.ZodType, io: 'input' | 'output') => ({
  content: { 'application/json': { schema: schemaOf(schema, io) } },
});

const COMMON_ERRORS: Readonly<Record<number, string>> = {
  400: 'a field is missing or malformed; `field` names it',
  401: 'the bearer token is missing or wrong',
  503: 'the ledger cannot be reached; nothing was changed',
};

export function openApi(endpoints: readonly Endpoint[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    const path = `/manage/v1${endpoint.path}`;
    paths[path] ??= {};
    paths[path][endpoint.method.toLowerCase()] = operation(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ordergate management API',
      version,
      description: 'For operators and support staff: orders, parties, and every gateway call.',
    },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function operation(endpoint: Endpoint): object {
  const errors = Object.entries({ ...COMMON_ERRORS, ...endpoint.errors });
  return {
    operationId: endpoint.operationId,
    summary: endpoint.summary,
    parameters: [
      ...pathParameters(endpoint.path),
      ...fieldParameters('query', endpoint.query),
      ...fieldParameters('header', endpoint.headers),
    ],
    ...(endpoint.body && {
      requestBody: { required: !mayOmitBody(endpoint), ...json(endpoint.body, 'input') },
    }),
    responses: {
      [endpoint.status]: { description: endpoint.summary, ...json(endpoint.response, 'output') },
      ...Object.fromEntries(
        errors.map(([status, description]) => [
          status,
          { description, ...json(errorSchema, 'output') },
        ]),
      ),
    },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((found) => ({
    name: found[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function fieldParameters(place: 'query' | 'header', schema: z.ZodObject | undefined): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...json } = schemaOf(field as z.ZodType, 'input') as {
      description?: string;
    };
    return { name, in: place, required: false, schema: json, ...(description && { description }) };
  });
}
