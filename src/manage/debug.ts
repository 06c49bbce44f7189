// /debug/signature: why a signature is wrong, of a row of the log, of a pasted request, or of a string.
import { z } from 'zod';
import type { Answer } from '../detective/answer.ts';
import { CAUSE_IDS } from '../detective/causes.ts';
import { type Detective, NoSuchRequestError } from '../detective/detective.ts';
import { QuestionError } from '../detective/question.ts';
import { SearchBusyError } from '../detective/search-thread.ts';
import type { Platform } from '../protocol/platform.ts';
import { type Endpoint, endpoint, findPlatform, ManageError } from './endpoint.ts';

const text = z.object({ zh: z.string(), en: z.string() });

const causeSchema = z.object({
  id: z.enum(CAUSE_IDS as [string, ...string[]]),
  text: text.describe('what was done'),
  fix: text.describe('what to do instead'),
});

export const answerSchema = z
  .object({
    ok: z.boolean().describe('whether the signature is right'),
    stringToSign: z
      .string()
      .nullable()
      .describe('what we sign: the key and the body are only named'),
    received: z.string().nullable(),
    expected: z
      .string()
      .nullable()
      .describe(
        'the right signature: whole in a sandbox and where the question brought the key, else its first 6 digits',
      ),
    firstDifference: z
      .object({ at: z.int(), ours: z.string(), yours: z.string() })
      .nullable()
      .describe('where our string and the one that was signed part'),
    causes: z
      .array(causeSchema)
      .describe('the smallest set of mistakes that explains the signature'),
    otherwise: z.array(causeSchema).describe('other mistakes that fit as well'),
    refusedBy: z
      .object({ check: z.string(), code: z.string(), text: z.string() })
      .nullable()
      .describe('what else refused the call, where the signature is right'),
    searched: z.object({
      digests: z.int(),
      complete: z.boolean().describe('false where the bounds ended the search'),
    }),
    untried: z.array(z.string()).describe('causes that could not be tried'),
  })
  .meta({ id: 'SignatureAnswer' });

const bodySchema = z.strictObject({
  platform: z.string({ error: 'has to be the name of the platform that the call is for' }),
  requestId: z
    .union([z.int().min(0), z.string().regex(/^\d{1,16}$/, 'has to be the id of a call')])
    .optional()
    .describe('a row of the request log'),
  raw: z.string().min(1, 'is empty').optional().describe('a request as HTTP text'),
  curl: z.string().min(1, 'is empty').optional().describe('a curl line'),
  url: z.string().min(1).optional().describe('a URL or a path with its query'),
  method: z.string().max(10).optional().describe('with url; POST where it is absent'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  bodyBase64: z.string().optional().describe('the exact bytes'),
  string: z.string().min(1).max(200_000).optional().describe('a string to sign'),
  digest: z.string().min(1).max(1000).optional().describe('the signature of the string'),
  party: z.string().optional().describe('with string: who signed it'),
  callback: z
    .strictObject({
      endpointId: z.string().optional(),
      headers: z.record(z.string(), z.string()).describe('webhook-id, -timestamp and -signature'),
      body: z.string().optional().describe('what your code has checked'),
      bodyBase64: z.string().optional(),
      computed: z.string().max(1000).optional().describe('what your check came to'),
      tolerance: z.int().min(0).optional().describe('seconds; 300 where it is absent'),
    })
    .optional()
    .describe('why your check of our callback fails'),
  secret: z.string().min(1).max(1000).optional().describe('a key of yours; neither kept nor shown'),
  address: z.string().max(100).optional().describe("the caller's address, where it is known"),
});

type Body = z.output<typeof bodySchema>;

const KINDS = ['requestId', 'raw', 'curl', 'url', 'string', 'callback'] as const;

function kindOf(body: Body): (typeof KINDS)[number] {
  const given = KINDS.filter((name) => body[name] !== undefined);
  const [kind, second] = given;
  if (kind && !second) return kind;
  const message = second
    ? `${second}: give one of ${KINDS.join(', ')}, and not ${given.join(' and ')}`
    : `give the call as one of ${KINDS.join(', ')}`;
  throw new ManageError(400, 'bad-request', message, second ?? 'requestId');
}

export const debugEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/debug/signature',
    operationId: 'debugSignature',
    summary: 'Why a signature is wrong',
    // A question changes nothing, and holds a signature, perhaps a key.
    isAudited: false,
    body: bodySchema,
    status: 200,
    response: answerSchema,
    errors: { 404: 'no such platform or call' },
    async handle({ body }, { platforms, detective }) {
      const platform = findPlatform(platforms, body.platform);
      try {
        const answer = await ask(detective, platform, body);
        return answer as unknown as z.input<typeof answerSchema>;
      } catch (error) {
        if (error instanceof QuestionError) {
          throw new ManageError(400, 'bad-request', error.message, error.field);
        }
        if (error instanceof NoSuchRequestError) {
          throw new ManageError(404, 'unknown-request', error.message, 'requestId');
        }
        if (error instanceof SearchBusyError) {
          throw new ManageError(503, 'busy', `${error.message}; try again in a minute`);
        }
        throw error;
      }
    },
  }),
];

function ask(detective: Detective, platform: Platform, body: Body): Promise<Answer> {
  const kind = kindOf(body);
  const { secret, address, requestId, raw, curl, string, digest, party } = body;
  if (kind === 'requestId') return detective.askRow(platform, Number(requestId), secret);
  if (kind === 'string') {
    if (digest === undefined) throw new QuestionError('digest', 'is missing');
    return detective.askString(platform, { string: string!, digest, party }, secret);
  }
  if (body.callback) {
    const { body: text, bodyBase64: base64, ...callback } = body.callback;
    const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
    return detective.askCallback(platform, { ...callback, body: bytes }, secret);
  }
  const { url, method, headers, bodyBase64 } = body;
  const sent = { url: url!, method, headers, body: body.body, bodyBase64 };
  const question = raw !== undefined ? { raw } : curl !== undefined ? { curl } : sent;
  return detective.askRequest(platform, question, { secret, address });
}
