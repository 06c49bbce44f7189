// /platforms: what the server speaks, and each platform's contract as JSON.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { type ContractJson, contractJson } from '../protocol/contract-json.ts';
import type { Platform } from '../protocol/platform.ts';
import { type Endpoint, endpoint, findPlatform, textSchema } from './endpoint.ts';
import { ERROR_CODES } from './error-codes.ts';

const contractSchema = z
  .object({
    version: z.string().describe('changes whenever the contract changes'),
    name: z.string(),
    title: textSchema,
    algorithm: z.enum(['md5', 'sha1', 'sha256', 'hmac-sha256']).describe('how signatures are made'),
    success: z.string().describe('what the request log calls a success'),
    envelope: z.looseObject({}).describe('what every call and every reply carries, and where'),
    methods: z
      .record(z.string(), z.looseObject({}))
      .describe('by name: title, effect, params, reply, codes, samples'),
    codes: z
      .record(
        z.string(),
        z.looseObject({
          wire: z.string().describe('the words on the wire'),
          cause: textSchema,
          remedy: textSchema,
          retry: z.enum(['never', 'later', 'after-a-new-signature']),
        }),
      )
      .describe('by code'),
    checks: z
      .array(
        z.object({
          name: z.string(),
          refuses: z.array(z.string()),
          reasons: z.record(z.string(), textSchema).describe('by code'),
        }),
      )
      .describe('in the order in which they run: the first refusal is the answer'),
  })
  .meta({ id: 'Contract' });

type ErrorCodeView = {
  statuses: number[];
  cause: { zh: string; en: string };
  remedy: { zh: string; en: string };
  retry: 'never' | 'later';
};

interface Described {
  readonly version: string;
  readonly json: ContractJson;
}

/** Short, and another one whenever the content is another. */
const versionOf = (content: unknown): string =>
  hash('sha256', JSON.stringify(content)).slice(0, 16);

/** Made once a platform: the contract cannot change while the program runs. */
const described = new WeakMap<Platform, Described>();

function describe(platform: Platform): Described {
  const known = described.get(platform);
  if (known) return known;
  const checks = platform.checks.stated.map(({ name, refuses }) => ({
    name,
    refuses: Object.keys(refuses),
    reasons: refuses,
  }));
  const json = contractJson(platform.contract, checks);
  const made = { json, version: versionOf(json) };
  described.set(platform, made);
  return made;
}

export const platformEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/platforms',
    operationId: 'listPlatforms',
    summary: 'The platforms that the server speaks',
    status: 200,
    response: z.object({
      items: z.array(
        z.object({
          name: z.string(),
          title: textSchema,
          methods: z.array(z.string()),
          version: z.string(),
        }),
      ),
    }),
    etag: ({ items }) => versionOf(items.map(({ name, version }) => [name, version])),
    errors: {},
    async handle(_, { platforms }) {
      const items = platforms.map((platform) => {
        const { name, title, methods } = platform.contract;
        return { name, title, methods: Object.keys(methods), version: describe(platform).version };
      });
      return { items };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/platforms/{platform}',
    operationId: 'readPlatform',
    summary: 'The contract of a platform: fields, codes, checks and samples of each method',
    status: 200,
    response: contractSchema,
    etag: ({ version }) => version,
    errors: { 404: 'no such platform' },
    async handle({ params }, { platforms }) {
      const { json, version } = describe(findPlatform(platforms, params.platform!));
      return { version, ...json } as unknown as z.input<typeof contractSchema>;
    },
  }),
  endpoint({
    method: 'GET',
    path: '/errors',
    operationId: 'listErrors',
    summary: 'The codes of errors of this API: cause, remedy, and whether a repeat may help',
    status: 200,
    response: z.object({
      codes: z
        .record(
          z.string(),
          z.object({
            statuses: z.array(z.int()).describe('the HTTP statuses that the code comes with'),
            cause: textSchema,
            remedy: textSchema,
            retry: z.enum(['never', 'later']),
          }),
        )
        .describe('by code'),
    }),
    etag: (response) => versionOf(response),
    errors: {},
    async handle() {
      return { codes: ERROR_CODES } as unknown as { codes: Record<string, ErrorCodeView> };
    },
  }),
];
