// /version: which server this is, for programs; open to everybody, as the front page is.
import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

export const versionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/version',
    operationId: 'readVersion',
    summary: 'Name, version and environment of the server',
    isOpen: true,
    status: 200,
    response: z.object({
      name: z.literal('ordergate'),
      version: z.string(),
      environment: z.enum(['sandbox', 'production']),
    }),
    errors: {},
    async handle(_, { about: { version, environment } }) {
      return { name: 'ordergate' as const, version, environment };
    },
  }),
];
