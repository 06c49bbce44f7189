// /audit: who changed, read or exported what, newest first; nobody can change it.
import { z } from 'zod';
import type { AuditEntry } from '../core/audit.ts';
import {
  type Endpoint,
  endpoint,
  isoTime,
  ManageError,
  page,
  pageQuery,
  shanghaiTime,
} from './endpoint.ts';

const entrySchema = z
  .object({
    number: z
      .int()
      .describe('from 1; each number that the list leaves out is the `begun` of another entry'),
    begun: z
      .int()
      .nullable()
      .describe(
        'the number of the entry that was written before the change, and that this one completes',
      ),
    at: z.iso.datetime(),
    atShanghai: z.iso.datetime({ offset: true }).describe('the same time in Asia/Shanghai'),
    actor: z.string().describe('the account or the token; of a sign-in that failed the given name'),
    actorKind: z.string().nullable().describe('account, api-token or admin-token'),
    role: z.string().nullable(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    action: z.string().describe('an operationId, or sign-in, sign-out, link'),
    target: z.string().describe('what it was done to, such as jintong/15112480268'),
    outcome: z
      .enum(['done', 'refused', 'unknown', 'begun'])
      .describe(
        'unknown: the change had begun, and the process ended or failed before it could write what came of it; for a moment also a change that is under way. begun: a later entry completes this one',
      ),
    status: z.int().nullable().describe('the HTTP status that was answered'),
    note: z.string().nullable().describe('the reason that was given, or why it was refused'),
    asked: z.json().nullable().describe('what was sent, secrets masked'),
    before: z.json().nullable().describe('what has changed, as it was; secrets masked'),
    after: z.json().nullable().describe('the same, as it is then'),
  })
  .meta({ id: 'AuditEntry' });

const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'may not hold control characters');

export const auditFilters = {
  actor: text.optional(),
  action: text.optional(),
  target: text.optional().describe('whole, or its beginning with a * behind it'),
  outcome: z.enum(['done', 'refused', 'unknown']).optional(),
};

export const auditEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/audit',
    operationId: 'listAudit',
    summary: 'Who changed, revealed and exported what, and who signed in, newest first',
    query: z.strictObject({ ...auditFilters, ...pageQuery(/^\d{1,15}$/) }),
    status: 200,
    response: page(entrySchema),
    errors: {},
    async handle({ query }, { audit }) {
      const { outcome, ...others } = query;
      const found = await audit.list({
        ...others,
        outcome: outcome === 'unknown' ? 'begun' : outcome,
      });
      return { ...found, items: found.items.map(viewAuditEntry) };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/audit/{number}',
    operationId: 'readAudit',
    summary: 'One entry of the audit',
    status: 200,
    response: entrySchema,
    errors: { 404: 'no such entry' },
    async handle({ params: { number = '' } }, { audit }) {
      const found = /^\d{1,15}$/.test(number) ? await audit.find(Number(number)) : null;
      if (found) return viewAuditEntry(found);
      const message = `no entry "${number.slice(0, 40)}"; GET /audit lists them`;
      throw new ManageError(404, 'unknown-entry', message, 'number');
    },
  }),
];

export function viewAuditEntry(entry: AuditEntry): z.input<typeof entrySchema> {
  const { number, at, actor, action, target, outcome, isOpen, details } = entry;
  const word = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    ...{ number, begun: entry.begun ?? null, at: isoTime(at), atShanghai: shanghaiTime(at), actor },
    actorKind: word(details.kind),
    role: word(details.role),
    address: word(details.address),
    userAgent: word(details.userAgent),
    ...{ action, target, outcome: isOpen ? 'unknown' : outcome },
    status: typeof details.status === 'number' ? details.status : null,
    note: word(details.note),
    asked: (details.asked ?? null) as z.input<typeof entrySchema>['asked'],
    before: (details.before ?? null) as z.input<typeof entrySchema>['before'],
    after: (details.after ?? null) as z.input<typeof entrySchema>['after'],
  };
}
