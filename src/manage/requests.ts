// /requests: every gateway call, newest first, and one by its id.
import { z } from 'zod';
import type { RequestRecord } from '../core/request-log.ts';
import type { Answer } from '../detective/answer.ts';
import { answerOfRow } from '../detective/detective.ts';
import { normalizeAddress } from '../directory/addresses.ts';
import type { Platform } from '../protocol/platform.ts';
import { readableBody } from '../protocol/readable-body.ts';
import { REFUSED_BY_HTTP } from '../protocol/record.ts';
import {
  type Endpoint,
  endpoint,
  isoTime,
  ManageError,
  type ManageServices,
  page,
  pageQuery,
  shanghaiTime,
} from './endpoint.ts';
import { checkPartyFilter, checkPlatformFilter } from './filters.ts';
import { checkMethodFilter, checkOutcomeFilter } from './log-filters.ts';

const requestSchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    atShanghai: z.iso.datetime({ offset: true }).describe('the same time in Asia/Shanghai'),
    platform: z.string(),
    party: z.string().nullable().describe('who the caller claims to be'),
    method: z.string().nullable(),
    outcome: z
      .string()
      .describe(
        "the code answered, in the platform's words; HTTP 404 and the like where HTTP refused",
      ),
    words: z.string().nullable().describe('what the reply said beside the code'),
    refused: z.boolean().describe('whether the call was refused, so that it changed nothing'),
    refusedBy: z.string().nullable().describe('the check that refused it'),
    detail: z.string().nullable().describe('what was wrong, and where'),
    callbacks: z
      .string()
      .nullable()
      .describe('of a refused call: that it causes no callback; null where it was not refused'),
    orderId: z.string().nullable(),
    address: z.string().describe('"unknown" where a proxy gave none that could be read'),
    durationMicros: z.int(),
    stringToSign: z.string().nullable().describe('what we signed, without the key'),
    body: z
      .string()
      .describe(
        'as it was sent, secrets masked; cut at 16384 characters, at 4096 where the signature was not found good, at 1024 of callers nobody knows',
      ),
    why: z
      .object({
        method: z.literal('POST'),
        url: z.string(),
        body: z.object({ platform: z.string(), requestId: z.int() }),
        ok: z
          .boolean()
          .nullable()
          .describe('whether the signature is right; null where it was not asked'),
        causes: z.array(z.string()).describe('ids of what is wrong with the signature'),
      })
      .nullable()
      .describe('of a call that was refused: the question that explains it, and its short answer'),
    readableBody: z.string().describe('the body for reading: URL-decoded, escapes as characters'),
  })
  .meta({ id: 'Request' });

const requestPageSchema = page(requestSchema).extend({
  searchedTo: z
    .object({
      id: z.int().describe('every call with this id or a later one has been read'),
      at: z.iso.datetime().describe('every call after this time has been read'),
      atShanghai: z.iso.datetime({ offset: true }).describe('the same time in Asia/Shanghai'),
    })
    .nullable()
    .describe(
      'how far the search came, where its time ended before the page was full: nextCursor goes on there. Null where the page is full or the log was read to its end',
    ),
});

/** No value that is looked for holds control characters; PostgreSQL takes no NUL at all. */
const name = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'may not hold control characters');

const NO_CALLBACK = 'none: a refused call changes nothing, so it causes no callback';

export const requestEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/requests',
    operationId: 'listRequests',
    summary: 'Gateway calls, newest first',
    query: z.strictObject({
      platform: name.optional(),
      party: name.optional(),
      method: name.optional(),
      outcome: name.optional(),
      orderId: name.optional(),
      refused: z
        .enum(['true', 'false'])
        .optional()
        .describe('true: only calls that were refused; false: only those that were not'),
      address: name.max(100).optional().describe('the address of the caller'),
      text: name
        .max(100)
        .optional()
        .describe(
          'a text in the detail, the reply’s words, the string to sign or the body, encoded or not. One call searches the log for 250 ms and says in searchedTo how far it came: go on with nextCursor, also where a page is empty',
        ),
      ...pageQuery(/^\d{1,16}$/),
    }),
    status: 200,
    response: requestPageSchema,
    errors: {},
    async handle({ query: { refused, text, address, ...query } }, services) {
      const { platforms, parties, requests } = services;
      const { platform, party } = query;
      checkPlatformFilter(platforms, platform);
      const successes = platforms.map(({ successCode }) => successCode);
      const found = await requests.list({
        ...query,
        ...(address !== undefined && { address: normalizeAddress(address) }),
        ...(text !== undefined && { texts: spellings(text) }),
        ...(refused === 'true' && { outcomeNot: successes }),
        ...(refused === 'false' && { outcomeIn: successes }),
      });
      // Where there is more of the log to search, an unknown name may still come.
      if (found.items.length === 0 && found.nextCursor === null) {
        const { method, outcome } = query;
        const ask = (other: object) => () => requests.list({ platform, ...other, limit: 1 });
        await checkPartyFilter({ parties }, { platform, party }, ask({ party }));
        await checkMethodFilter(platforms, platform, method, ask({ method }));
        await checkOutcomeFilter(platforms, platform, outcome, ask({ outcome }));
      }
      const { searchedTo } = found;
      return {
        ...found,
        items: found.items.map((record) => view(record, services)),
        searchedTo: searchedTo && {
          id: searchedTo.id,
          at: isoTime(searchedTo.at),
          atShanghai: shanghaiTime(searchedTo.at),
        },
      };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/requests/{requestId}',
    operationId: 'readRequest',
    summary: 'One gateway call, by the id of a history row or of the answer’s header x-request-id',
    status: 200,
    response: requestSchema,
    errors: { 404: 'no such call, or it is older than the log' },
    async handle({ params: { requestId = '' } }, services) {
      const found = /^\d{1,16}$/.test(requestId)
        ? await services.requests.find(Number(requestId))
        : null;
      if (found) return view(found, services);
      const message = `no call "${requestId.slice(0, 40)}"; the log may have let it go, by its age or its size`;
      throw new ManageError(404, 'unknown-request', message);
    },
  }),
];

function view(record: RequestRecord, { platforms }: ManageServices) {
  const { at, platform, outcome, body } = record;
  const known = platforms.find((one) => one.name === platform);
  const refused = record.refusedBy === REFUSED_BY_HTTP || outcome !== known?.successCode;
  return {
    ...record,
    at: isoTime(at),
    atShanghai: shanghaiTime(at),
    refused,
    callbacks: refused ? NO_CALLBACK : null,
    why: refused && record.refusedBy !== REFUSED_BY_HTTP ? whyOf(record, known) : null,
    readableBody: readableBody(body),
  };
}

/** Where to ask why the call was refused, and in short what the answer is. */
function whyOf(record: RequestRecord, platform: Platform | undefined) {
  const { id, platform: name, why } = record;
  const answer = why === null && platform ? answerOfRow(record, platform) : null;
  const { ok, causes } = (why === null ? answer : (JSON.parse(why) as Answer)) ?? UNKNOWN;
  const isAsked = why !== null || ok;
  return {
    method: 'POST' as const,
    url: '/manage/v1/debug/signature',
    body: { platform: name, requestId: id },
    ok: isAsked ? ok : null,
    causes: causes.map((cause) => cause.id),
  };
}

const UNKNOWN: Pick<Answer, 'ok' | 'causes'> = { ok: false, causes: [] };

/** A text as clients write it into bodies: as it is, URL-encoded in either case, as JSON escapes. */
function spellings(text: string): string[] {
  const encoded = encodeURIComponent(text);
  const lower = encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  const escaped = text.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([text, encoded, lower, encoded.replaceAll('%20', '+'), escaped])];
}
